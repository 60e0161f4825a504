"""The construct in another app, installed from the wheel instead of a clone."""

import os
import subprocess
import sys
import sysconfig
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
    """A virtual environment with only this repository's wheel and its dependencies."""
    folder = tmp_path_factory.mktemp("installed")
    _run("-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder), cwd=ROOT)
    environment = folder / "environment"
    _run("-m", "venv", "--without-pip", str(environment))
    (wheel,) = folder.glob("*.whl")
    python = environment / "bin/python"
    _run("-m", "uv", "pip", "install", "--quiet", "--no-deps", "--python", str(python), str(wheel))
    # A path in a .pth file adds the packages there, but does not process their own .pth files.
    (site_packages(environment) / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return environment


def site_packages(environment: Path) -> Path:
    (folder,) = environment.glob("lib/python*/site-packages")
    return folder


def _run(*arguments: str, cwd: Path | None = None) -> None:
    subprocess.run(  # noqa: S603 - builds and installs this repository
        [sys.executable, *arguments], cwd=cwd, check=True, capture_output=True
    )


def run_installed(environment: Path, *arguments: str, cwd: Path) -> str:
    """Run Python in the environment, outside the repository, and return its output."""
    finished = subprocess.run(  # noqa: S603 - runs what was installed
        [str(environment / "bin/python"), *arguments],
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.stderr == ""
    return finished.stdout.strip()


def test_an_installation_adds_only_packages_with_unique_names(installed: Path) -> None:
    top_level = {
        entry.name
        for entry in site_packages(installed).iterdir()
        if not entry.name.endswith((".dist-info", ".pth")) and not entry.name.startswith("_")
    }

    assert top_level == {
        "platform_guard",
        "platform_guard_cdk",
        "platform_guard_cli",
        "platform_guard_emulator",
        "platform_guard_settings",
    }


def test_an_installed_command_line_runs(installed: Path, tmp_path: Path) -> None:
    command = str(installed / "bin/platform-guard")

    assert run_installed(installed, command, "--version", cwd=tmp_path).startswith("platform-guard")


def test_an_app_that_installs_the_wheel_deploys_the_same_functions(
    installed: Path, default: Synthesis, tmp_path: Path
) -> None:
    output = run_installed(
        installed, "-c", APP, str(ROOT / "guard.toml"), str(tmp_path / "cdk.out"), cwd=tmp_path
    )

    assert Path(output).is_relative_to(installed)
    theirs = Synthesis(tmp_path / "cdk.out")
    assert contents(theirs.code_folder()) == contents(default.code_folder())
    assert len(theirs.template.resources("AWS::KMS::Key")) == 1


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }
