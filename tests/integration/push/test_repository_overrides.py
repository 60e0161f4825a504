"""Resource tags of a repository, as the deployed guard reads them."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from platform_guard_cli.replay.emulator import drain
from platform_guard_emulator import CALL_TIMEOUT, Deployment, LocalAws, deploy
from tests.support.registry import MAC_BUILD, PLAIN_AMD64, PLAIN_ARM64, marks, push, tags

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

ARN = "arn:aws:ecr:eu-central-1:123456789012:repository/shop/api"


@pytest.fixture
def guard(aws: LocalAws, overridable_assembly: Path) -> Deployment:
    return deploy(aws, overridable_assembly)


def set_tag(ecr: "ECRClient", key: str, value: str) -> None:
    ecr.tag_resource(resourceArn=ARN, tags=[{"Key": key, "Value": value}])


def operations(aws: LocalAws) -> list[str]:
    return [call.operation for call in aws.calls if call.service == "ecr"]


def test_a_team_can_require_another_platform(
    aws: LocalAws, guard: Deployment, ecr: "ECRClient"
) -> None:
    set_tag(ecr, "platform-guard:required-platforms", "linux/arm64")
    push(aws, PLAIN_ARM64)
    push(aws, PLAIN_AMD64, tag="2.0")

    outcomes = drain(guard)

    assert [outcome.verdict for outcome in outcomes] == ["compliant", "missing-platform"]
    assert [alert.attributes["repository"] for alert in guard.alerts()] == ["shop/api"]


def test_a_team_can_have_its_repository_ignored(
    aws: LocalAws, guard: Deployment, ecr: "ECRClient"
) -> None:
    set_tag(ecr, "platform-guard:ignore", "true")
    push(aws, MAC_BUILD)

    outcomes = drain(guard)

    assert [outcome.status for outcome in outcomes] == ["ignored"]
    assert "resource tag platform-guard:ignore" in outcomes[0].reason
    assert operations(aws) == ["ListTagsForResource"]


def test_a_repository_that_the_account_ignores_costs_no_call(
    aws: LocalAws, guard: Deployment
) -> None:
    aws.client("ecr").create_repository(repositoryName="mirror/nginx")
    push(aws, MAC_BUILD, repository="mirror/nginx")

    outcomes = drain(guard)

    assert [(outcome.status, outcome.reason) for outcome in outcomes] == [
        ("ignored", 'the policy ignores such images: rule 1 "mirror/*"')
    ]
    assert operations(aws) == []


@pytest.mark.usefixtures("ecr")
def test_resource_tags_are_cached_for_some_minutes(aws: LocalAws, guard: Deployment) -> None:
    for tag in ("1.0", "2.0", "3.0"):
        push(aws, PLAIN_AMD64, tag=tag)
        drain(guard)

    assert operations(aws).count("ListTagsForResource") == 1


def test_an_invalid_resource_tag_is_ignored_and_reported_once(
    aws: LocalAws, guard: Deployment, ecr: "ECRClient"
) -> None:
    set_tag(ecr, "platform-guard:required-platforms", "arm64")
    set_tag(ecr, "platform-guard:remedy", "delete")

    for tag in ("1.0", "2.0"):
        push(aws, PLAIN_ARM64, tag=tag)
        drain(guard)

    codes = [alert.attributes["code"] for alert in guard.alerts()]
    assert sorted(codes) == ["missing-platform"] * 2 + ["override-refused"] * 2
    reports = [
        " ".join(alert.texts["email"].split())
        for alert in guard.alerts()
        if alert.attributes["code"] == "override-refused"
    ]
    for report in reports:
        assert f"aws ecr untag-resource --region eu-central-1 --resource-arn {ARN}" in report
    assert any("invalid platform 'arm64'" in report for report in reports)
    assert any("teams cannot override this setting in this account" in report for report in reports)
    assert len(marks(ecr)) == 2


def test_an_invalid_resource_tag_is_reported_for_a_compliant_image_too(
    aws: LocalAws, guard: Deployment, ecr: "ECRClient"
) -> None:
    set_tag(ecr, "platform-guard:ignore", "maybe")
    push(aws, PLAIN_AMD64)

    assert [outcome.verdict for outcome in drain(guard)] == ["compliant"]
    assert [alert.attributes["code"] for alert in guard.alerts()] == ["override-refused"]
    assert tags(ecr) == {"1.0"}


@pytest.mark.parametrize("error", ["ThrottlingException", CALL_TIMEOUT])
def test_throttled_resource_tags_are_read_after_the_redelivery(
    aws: LocalAws, guard: Deployment, ecr: "ECRClient", error: str
) -> None:
    set_tag(ecr, "platform-guard:required-platforms", "linux/arm64")
    push(aws, PLAIN_ARM64)
    aws.fail("ListTagsForResource", error)

    failed, evaluated = drain(guard)

    assert (failed.status, evaluated.verdict) == ("failed", "compliant")
    assert guard.alerts() == []
    assert tags(ecr) == {"1.0"}


def test_denied_resource_tags_leave_the_account_policy_and_a_note_in_the_alert(
    aws: LocalAws, guard: Deployment, ecr: "ECRClient"
) -> None:
    set_tag(ecr, "platform-guard:ignore", "true")
    push(aws, MAC_BUILD)
    aws.fail("ListTagsForResource", "AccessDeniedException")

    assert [outcome.verdict for outcome in drain(guard)] == ["missing-platform"]
    assert len(marks(ecr)) == 1
    (alert,) = guard.alerts()
    text = " ".join(alert.texts["email"].split())
    assert (
        "whether the repository's resource tags override the policy (AccessDeniedException); "
        "only a mark can be added" in text
    )
