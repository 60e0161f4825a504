"""`platform-guard audit --apply`: the deployed guard remediates the findings, not the audit."""

from pathlib import Path

import pytest

from platform_guard.registry.mark import is_mark
from platform_guard_cli.main import main
from platform_guard_emulator import Deployment, LocalAws, deploy, push_layout
from platform_guard_emulator.queues import queue_of
from tests.support.faults import before_each_call
from tests.support.known_images import layout_of
from tests.support.registry import MAC_BUILD, PLAIN_AMD64


@pytest.fixture
def filled_registry(aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    """A registry with a noncompliant image under two tags and a compliant one, without events."""
    aws.client("ecr").create_repository(repositoryName="shop/api")
    for tag, case in (("1.0", MAC_BUILD), ("2.0", MAC_BUILD), ("good", PLAIN_AMD64)):
        push_layout(aws, "shop/api", layout_of(case), tag)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "caller")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return aws


def tags(aws: LocalAws) -> set[str]:
    listed = aws.client("ecr").list_images(
        repositoryName="shop/api", filter={"tagStatus": "TAGGED"}
    )
    return {image["imageTag"] for image in listed["imageIds"]}


def test_the_guard_remediates_findings_without_one_alert_each(
    filled_registry: LocalAws, default_assembly: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    guard: Deployment = deploy(filled_registry, default_assembly)
    for mapping in guard.event_source_mappings:
        queue_of(mapping.queue_arn)._messages.clear()

    assert main(["audit", "--apply"]) == 0
    assert tags(filled_registry) == {"1.0", "2.0", "good"}
    guard.drain()

    marked = {tag.rpartition(".")[0] for tag in tags(filled_registry) if is_mark(tag)}
    assert marked == {f"platform-guard.missing-platform.{tag}" for tag in ("1.0", "2.0")}
    assert guard.alerts() == []
    assert "queued 2 findings for the guard in eu-central-1" in capsys.readouterr().err


def deny(*_: object) -> str:
    return "AccessDenied"


@pytest.mark.usefixtures("filled_registry")
def test_a_missing_guard_is_reported_before_any_evaluation(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with before_each_call(deny):
        assert main(["audit", "--apply"]) == 2

    assert "Stack ecr-platform-guard not found in eu-central-1" in capsys.readouterr().err


def test_resume_sends_findings_that_could_not_be_sent(
    filled_registry: LocalAws, default_assembly: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deploy(filled_registry, default_assembly)
    with before_each_call(deny, service="sqs"):
        assert main(["audit", "--apply"]) == 2
    assert "The results are kept: run audit again with --resume." in capsys.readouterr().err

    with before_each_call(deny):
        assert main(["audit", "--apply", "--resume"]) == 0

    assert "queued 2 findings for the guard" in capsys.readouterr().err


def test_findings_with_remedy_alert_are_not_sent(
    filled_registry: LocalAws,
    default_assembly: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    deploy(filled_registry, default_assembly)
    policy = tmp_path / "guard.toml"
    policy.write_text('[remedies]\nmissing-platform = "alert"\n')

    assert main(["audit", "--apply", "--policy", str(policy)]) == 0

    assert "queued 0 findings" in capsys.readouterr().err
