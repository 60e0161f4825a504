"""What commands say to one who cannot call AWS at all."""

from pathlib import Path

import pytest

from cli.main import main

COMMANDS = {
    "audit": ["audit"],
    "this": ["history"],
    "policy: --live": ["policy", "--live", "shop/api"],
}


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Somebody who has configured nothing, in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "PROFILE", "REGION", "DEFAULT_REGION"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.parametrize(("what", "command"), COMMANDS.items(), ids=COMMANDS)
def test_without_credentials_it_is_said_what_to_set(
    capsys: pytest.CaptureFixture[str], what: str, command: list[str]
) -> None:
    assert main(command) == 2
    assert capsys.readouterr().err == (
        f"platform-guard: {what} needs AWS credentials; set AWS_PROFILE, or run aws login\n"
    )


@pytest.mark.parametrize(("what", "command"), COMMANDS.items(), ids=COMMANDS)
def test_without_a_region_it_is_said_what_to_set(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    what: str,
    command: list[str],
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    assert main(command) == 2
    assert capsys.readouterr().err == f"platform-guard: {what} needs a region; set AWS_REGION\n"


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_profile_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "prod")

    assert main(command) == 2
    expected = "platform-guard: The config profile (prod) could not be found\n"
    assert capsys.readouterr().err == expected
