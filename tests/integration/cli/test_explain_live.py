"""`platform-guard explain --live`, with the emulator as the caller's account."""

import io
import json

import pytest

from platform_guard_cli.main import main
from platform_guard_cli.paths import REPOSITORY_ROOT
from platform_guard_emulator import LocalAws, push_layout
from tests.support.destructive_guard import RepositoryFactory
from tests.support.known_images import layout_of
from tests.support.registry import MAC_BUILD, PLAIN_ARM64

MISSING = REPOSITORY_ROOT / "events" / "ecs" / "fargate-image-not-found.json"
EVENT = REPOSITORY_ROOT / "events" / "ecs" / "fargate-platform-mismatch.json"


@pytest.fixture
def explained(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    """The output for the sample event, with its image in the account."""
    aws.client("ecr").create_repository(repositoryName="shop/api", imageTagMutability="IMMUTABLE")
    push_layout(aws, "shop/api", layout_of(MAC_BUILD), "1.4.2")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "caller")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(EVENT.read_bytes())))

    assert main(["explain", "--live"]) == 0

    return capsys.readouterr().out


def test_the_platforms_of_the_image_are_shown(explained: str) -> None:
    assert "Holds       linux/arm64" in explained


def test_a_failed_lookup_is_shown(explained: str) -> None:
    # The emulator has no such task definition.
    assert "not seen: the task definition" in explained


def test_an_immutable_tag_is_found_in_the_live_account(explained: str) -> None:
    assert "aws ecr batch-delete-image --region eu-central-1" in explained
    assert "If that push is refused" not in explained


def test_a_live_explanation_changes_nothing(aws: LocalAws, explained: str) -> None:
    tags = aws.client("ecr").list_images(repositoryName="shop/api", filter={"tagStatus": "TAGGED"})

    assert [image["imageTag"] for image in tags["imageIds"]] == ["1.4.2"], explained


def test_the_records_of_the_deployed_guard_say_that_it_removed_the_tag(
    new_repository: RepositoryFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = new_repository("quarantine").create()
    repository.push(PLAIN_ARM64, "1.4.3")
    repository.run()
    event = MISSING.read_text(encoding="utf-8").replace("shop/api", repository.name)
    capsys.readouterr()

    assert main(["explain", "--live", event]) == 0
    with_records = capsys.readouterr().out
    assert main(["explain", "--live", "--stack", "another", event]) == 0
    without_records = capsys.readouterr().out

    assert "This guard did that" in with_records
    assert "quarantined: its tag 1.4.3 was removed" in with_records
    assert "quarantined:" not in without_records


@pytest.mark.usefixtures("aws")
def test_live_refuses_an_error_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--live", "CannotPullContainerError: something"]) == 2
    assert "--live needs the task" in capsys.readouterr().err


def test_live_without_credentials_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    event = json.loads(EVENT.read_bytes())

    assert main(["explain", "--live", json.dumps(event)]) == 2
    assert "set AWS_PROFILE" in capsys.readouterr().err
