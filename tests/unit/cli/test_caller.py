"""The errors of commands without valid AWS credentials, region or profile."""

from pathlib import Path

import pytest

from platform_guard_cli.main import main
from tests.support.command_line import run_command

IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/api:1"

COMMANDS = {
    "audit": ["audit"],
    "policy: --live": ["policy", "--live", "shop/api"],
}
IN_REGIONS = [["history"], ["undo", "1"], ["clear-marks"], ["doctor"], ["test-alert"]]
INSPECT = [["inspect", IMAGE], ["inspect", IMAGE, "--policy", "overrides.toml"]]


@pytest.fixture(autouse=True)
def no_aws_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No AWS configuration, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "PROFILE", "REGION", "DEFAULT_REGION"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    (tmp_path / "overrides.toml").write_text('[guard]\nrepository_overrides = ["grace"]\n')


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that do not have to be valid."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "operator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


@pytest.mark.parametrize(
    ("prefix", "command"), [*COMMANDS.items(), *(("inspect", command) for command in INSPECT)]
)
def test_missing_credentials_are_reported(
    capsys: pytest.CaptureFixture[str], prefix: str, command: list[str]
) -> None:
    assert main(command) == 2
    assert capsys.readouterr().err == (
        f"platform-guard: {prefix} needs AWS credentials; set AWS_PROFILE, or run aws configure\n"
    )


@pytest.mark.parametrize("command", IN_REGIONS, ids=lambda command: command[0])
def test_missing_credentials_are_reported_by_commands_for_several_regions(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")

    assert main(command) == 2
    assert capsys.readouterr().err == (
        "platform-guard: no AWS credentials: set AWS_PROFILE, or run aws configure\n"
    )


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize(("prefix", "command"), COMMANDS.items(), ids=COMMANDS)
def test_a_missing_region_is_reported(
    capsys: pytest.CaptureFixture[str], prefix: str, command: list[str]
) -> None:
    assert main(command) == 2
    assert capsys.readouterr().err == f"platform-guard: {prefix} needs a region; set AWS_REGION\n"


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("command", IN_REGIONS, ids=lambda command: command[0])
def test_a_missing_region_is_reported_by_commands_for_several_regions(
    capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert main(command) == 2
    assert capsys.readouterr().err == (
        'platform-guard: no region: write regions = ["eu-central-1"] under [deploy] in guard.toml, '
        "or set AWS_REGION\n"
    )


@pytest.mark.parametrize("command", [*COMMANDS.values(), *IN_REGIONS, *INSPECT])
def test_a_missing_profile_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "prod")

    assert main(command) == 2
    expected = "platform-guard: The config profile (prod) could not be found\n"
    assert capsys.readouterr().err == expected


@pytest.mark.parametrize("command", [["audit"], *IN_REGIONS], ids=lambda command: command[0])
@pytest.mark.parametrize("region", ["", "EU WEST"])
def test_an_invalid_region_option_is_reported(
    capsys: pytest.CaptureFixture[str], command: list[str], region: str
) -> None:
    ran = run_command(capsys, *command, "--region", region)

    assert ran.status == 2
    expected = (
        f"argument --region: invalid AWS Region {region!r}; use a Region code such as eu-central-1;"
    )
    assert expected in ran.errors
    assert ran.errors.count("\n") == 1


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("command", [*COMMANDS.values(), *IN_REGIONS])
def test_an_invalid_region_in_the_environment_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    monkeypatch.setenv("AWS_REGION", "EU WEST")

    assert main(command) == 2
    errors = capsys.readouterr().err
    assert "invalid AWS Region 'EU WEST'" in errors
    assert errors.count("\n") == 1


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize(
    ("prefix", "command"),
    [
        ("inspect", ["inspect", "123456789012.dkr.ecr.eu-central-1.amazonaws.com/x:1"]),
        ("policy: --live", ["policy", "--live", "x"]),
        ("clear-marks", ["clear-marks", "--repository", "x"]),
    ],
)
def test_an_invalid_repository_name_is_reported(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    prefix: str,
    command: list[str],
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")

    assert main(command) == 2
    assert capsys.readouterr().err == (
        f"platform-guard: {prefix}: Invalid repository name 'x'. "
        "ECR names have 2 to 256 characters.\n"
    )
