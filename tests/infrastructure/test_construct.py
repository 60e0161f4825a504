"""That the guard stands in somebody else's app, installed and not in a clone of the repository."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.infrastructure.template import Synthesis
from tests.support.paths import ROOT

APP = """
import sys
from pathlib import Path

from platform_guard_cdk.cdk_process import use_installed_node

use_installed_node()

import aws_cdk as cdk
from aws_cdk import aws_kms as kms, aws_sqs as sqs
from aws_cdk.aws_sns_subscriptions import SqsSubscription
from platform_guard_cdk.platform_guard import PlatformGuard

guard_file, output = map(Path, sys.argv[1:])
app = cdk.App(outdir=str(output))
stack = cdk.Stack(app, "ecr-platform-guard")
key = kms.Key(stack, "Key")
guard = PlatformGuard(stack, "Guard", guard_file=guard_file, encryption_key=key)
guard.topic.add_subscription(SqsSubscription(sqs.Queue(stack, "Alerts")))
app.synth()
print(sys.modules["platform_guard_cdk"].__file__)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the packages that an installation brings."""
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run(  # noqa: S603 - builds this repository
        [*build, "--directory", str(folder)], cwd=ROOT, check=True, capture_output=True
    )
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder)
    return folder


def test_an_app_that_installs_it_deploys_the_same_functions(
    installed: Path, default: Synthesis, tmp_path: Path
) -> None:
    finished = subprocess.run(  # noqa: S603 - runs the app above
        [sys.executable, "-c", APP, str(ROOT / "guard.toml"), str(tmp_path / "cdk.out")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.stderr == ""
    assert Path(finished.stdout.strip()).is_relative_to(installed)
    theirs = Synthesis(tmp_path / "cdk.out")
    assert contents(theirs.code_folder()) == contents(default.code_folder())
    assert len(theirs.template.resources("AWS::KMS::Key")) == 1


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }
