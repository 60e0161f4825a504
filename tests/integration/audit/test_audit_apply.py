"""`platform-guard audit --apply`: the deployed guard acts on what was found, the audit never."""

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
def stocked(aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    """A registry with a bad image under two tags and a good one, of which no event is left."""
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


def test_findings_are_remedied_by_the_guard_without_an_alert_each(
    stocked: LocalAws, default_assembly: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    guard: Deployment = deploy(stocked, default_assembly)
    for mapping in guard.event_source_mappings:
        queue_of(mapping.queue_arn)._messages.clear()

    assert main(["audit", "--apply"]) == 0
    assert tags(stocked) == {"1.0", "2.0", "good"}
    guard.drain()

    marked = {tag.rpartition(".")[0] for tag in tags(stocked) if is_mark(tag)}
    assert marked == {f"platform-guard.missing-platform.{tag}" for tag in ("1.0", "2.0")}
    assert guard.alerts() == []
    assert "handed 2 findings to the guard in eu-central-1" in capsys.readouterr().err


def refuse(*_: object) -> str:
    return "AccessDenied"


@pytest.mark.usefixtures("stocked")
def test_without_a_guard_it_says_so_before_it_judges_anything(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with before_each_call(refuse):
        assert main(["audit", "--apply"]) == 2

    assert "stack ecr-platform-guard not found in eu-central-1" in capsys.readouterr().err


def test_findings_that_could_not_be_handed_over_are_handed_over_without_another_audit(
    stocked: LocalAws, default_assembly: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deploy(stocked, default_assembly)
    with before_each_call(refuse, service="sqs"):
        assert main(["audit", "--apply"]) == 2
    assert "--resume continues with the results so far" in capsys.readouterr().err

    with before_each_call(refuse):
        assert main(["audit", "--apply", "--resume"]) == 0

    assert "handed 2 findings to the guard" in capsys.readouterr().err


def test_a_policy_that_only_alerts_hands_nothing_over(
    stocked: LocalAws,
    default_assembly: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    deploy(stocked, default_assembly)
    policy = tmp_path / "guard.toml"
    policy.write_text('[remedies]\nmissing-platform = "alert"\n')

    assert main(["audit", "--apply", "--policy", str(policy)]) == 0

    assert "handed 0 findings" in capsys.readouterr().err
