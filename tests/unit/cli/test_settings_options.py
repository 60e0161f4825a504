"""Which settings file a command uses, and when it names the file on standard error."""

from pathlib import Path

import pytest

from tests.support.command_line import run_command
from tests.support.images import image
from tests.support.layout_files import write_layout

ARM = '[guard]\nrequired_platforms = ["linux/arm64"]\n'


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a layout of an amd64 image, and settings that require arm64."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUARD_TOML", str(tmp_path / "arm.toml"))
    write_layout(tmp_path / "app", v1=image())
    (tmp_path / "arm.toml").write_text(ARM)
    (tmp_path / "default.toml").write_text("[guard]\n")
    return tmp_path


def test_the_settings_file_of_the_environment_is_used_and_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ran = run_command(capsys, "inspect", "oci:app")

    assert ran.status == 1
    assert ran.errors == "platform-guard: using the settings in arm.toml\n"


def test_an_option_wins_over_the_environment(capsys: pytest.CaptureFixture[str]) -> None:
    ran = run_command(capsys, "inspect", "oci:app", "--policy", "default.toml")

    assert (ran.status, ran.errors) == (0, "")


@pytest.mark.parametrize("named", ["", "default.toml"])
def test_a_settings_file_with_the_defaults_is_not_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv("GUARD_TOML", named)

    ran = run_command(capsys, "inspect", "oci:app")

    assert (ran.status, ran.errors) == (0, "")


@pytest.mark.parametrize("command", [["policy", "check"], ["policy", "shop/api"], ["preflight"]])
def test_every_command_uses_the_settings_file_of_the_environment(
    here: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    (here / "arm.toml").write_text("[typo]\n")

    ran = run_command(capsys, *command)

    assert ran.status == 2
    assert "arm.toml" in ran.errors
