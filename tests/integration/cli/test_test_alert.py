"""`platform-guard test-alert` on the deployed guard."""

from pathlib import Path

import pytest

from platform_guard_cli.main import main
from platform_guard_emulator import Deployment, LocalAws


@pytest.fixture(autouse=True)
def operator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "operator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    path = tmp_path / "guard.toml"
    path.write_text('[alerts]\nemails = ["team@example.com"]\n')
    return path


def test_a_test_alert_is_published_and_marked(
    guard: Deployment, settings_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["test-alert", "--settings", str(settings_file)]) == 0

    (alert,) = guard.alerts()
    assert alert.attributes["status"] == "test"
    assert alert.texts["default"].startswith("TEST: ")
    printed = capsys.readouterr().out
    assert f"Published a test alert to {alert.topic_arn}" in printed
    assert "email to team@example.com" in printed


def test_a_region_without_a_guard_is_reported_and_the_others_still_publish(
    guard: Deployment, settings_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings_file.write_text('[deploy]\nregions = ["us-east-1", "eu-central-1"]\n')

    assert main(["test-alert", "--settings", str(settings_file)]) == 2

    assert len(guard.alerts()) == 1
    assert "Stack ecr-platform-guard not found in us-east-1" in capsys.readouterr().err


def test_a_missing_guard_is_reported_in_one_line(
    aws: LocalAws, settings_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert aws.published == []

    assert main(["test-alert", "--settings", str(settings_file)]) == 2

    printed = capsys.readouterr().err
    assert "Stack ecr-platform-guard not found in eu-central-1. Run make deploy" in printed
    assert printed.count("\n") == 1
