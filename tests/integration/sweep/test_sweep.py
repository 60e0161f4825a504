"""The deployed sweep in the emulator: missed pushes are found and reported once."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from platform_guard_emulator import Deployment, LocalAws, deploy
from tests.support.faults import before_each_call
from tests.support.registry import (
    HELM_CHART,
    MAC_BUILD,
    MULTI_PLATFORM,
    PLAIN_AMD64,
    PLAIN_ARM64,
    marks,
    push,
)
from tests.support.sweeps import HOUR, Clock, Sweeps, metric

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


def test_a_push_with_a_lost_event_is_found_marked_and_reported_once(
    aws: LocalAws, sweeps: Sweeps, ecr: "ECRClient"
) -> None:
    push(aws, PLAIN_AMD64, tag="good")
    sweeps.drop_events()
    sweeps.sweep()
    assert sweeps.alerts() == []
    digest = push(aws, MAC_BUILD, tag="bad")
    sweeps.clock.moved += 60
    sweeps.drop_events()

    invocations = sweeps.sweep()

    assert marks(ecr) == {f"platform-guard.missing-platform.bad.{digest[7:19]}"}
    (alert,) = sweeps.alerts()
    assert alert["code"] == "sweep"
    assert alert["severity"] == "warning"
    assert "the sweep found 1 image without an alert" in alert["title"]
    assert any("shop/api:bad missing-platform" in line for line in alert["evidence"])
    assert alert["facts"]["missing_platform"] == "1"
    assert metric(invocations, "pushes_missed") == 1

    invocations = sweeps.sweep()

    assert sweeps.alerts() == []
    assert metric(invocations, "pushes_missed") == 0
    assert sweeps.calls() == {"DescribeRepositories": 1, "DescribeImages": 1}


def test_the_deployment_starts_the_first_sweep_which_sends_one_alert(
    aws: LocalAws, sweeps: Sweeps, guard: Deployment, ecr: "ECRClient"
) -> None:
    for case in (MAC_BUILD, PLAIN_ARM64, PLAIN_AMD64, MULTI_PLATFORM, HELM_CHART):
        push(aws, case, tag=case)
    sweeps.drop_events()

    aws.emit(_deployed(aws))
    invocations = guard.drain()

    assert len(marks(ecr)) == 2
    (alert,) = sweeps.alerts()
    assert alert["facts"]["missing_platform"] == "2"
    assert "looked at 5 images, 5 of them for the first time" in alert["summary"]
    # The images were pushed before the deployment.
    assert metric(invocations, "pushes_missed") == 0


def test_a_finding_reported_at_the_push_is_not_reported_again(
    aws: LocalAws, alert_only_assembly: Path, clock: Clock, ecr: "ECRClient"
) -> None:
    sweeps = Sweeps(aws, deploy(aws, alert_only_assembly), clock)
    push(aws, MAC_BUILD)
    sweeps.guard.drain()
    assert [alert["code"] for alert in sweeps.alerts()] == ["missing-platform"]
    clock.moved += HOUR

    sweeps.sweep()

    assert sweeps.alerts() == []
    assert marks(ecr) == set()


def test_a_policy_that_only_alerts_changes_nothing(
    aws: LocalAws, alert_only_assembly: Path, clock: Clock, ecr: "ECRClient"
) -> None:
    sweeps = Sweeps(aws, deploy(aws, alert_only_assembly), clock)
    push(aws, MAC_BUILD)
    sweeps.drop_events()

    sweeps.sweep()

    (alert,) = sweeps.alerts()
    assert alert["code"] == "sweep"
    assert marks(ecr) == set()


@pytest.mark.usefixtures("ecr")
def test_a_push_with_a_pending_event_is_left_to_the_push_guard(
    aws: LocalAws, sweeps: Sweeps
) -> None:
    push(aws, MAC_BUILD)

    sweeps.start()
    sweeps.guard.drain()

    assert [alert["code"] for alert in sweeps.alerts()] == ["missing-platform"]


@pytest.mark.usefixtures("ecr")
def test_only_images_that_are_not_remembered_are_read(aws: LocalAws, sweeps: Sweeps) -> None:
    push(aws, PLAIN_AMD64, tag="one")
    sweeps.drop_events()
    sweeps.sweep()
    push(aws, MULTI_PLATFORM, tag="two")
    sweeps.drop_events()

    sweeps.sweep()

    read = [
        image_id["imageDigest"]
        for call in aws.calls
        if call.operation == "BatchGetImage"
        for image_id in call.params["imageIds"]
    ]
    assert len(read) == 2
    assert sweeps.calls()["GetDownloadUrlForLayer"] == 1


@pytest.mark.usefixtures("ecr")
def test_redelivered_messages_count_once(aws: LocalAws, sweeps: Sweeps) -> None:
    push(aws, MAC_BUILD)
    sweeps.drop_events()
    sweeps.start()
    part = {
        "sweep_id": "sweep-1",
        "number": 0,
        "repositories": ["shop/api"],
        "page": None,
        "images": 0,
        "judged": 0,
        "unseen": [],
    }
    for _ in range(3):
        sweeps.send({"sweep_part": part})
        sweeps.send({"id": "sweep-1", "detail-type": "Scheduled Event"})

    sweeps.guard.drain()

    (alert,) = sweeps.alerts()
    assert alert["facts"]["missing_platform"] == "1"


@pytest.mark.usefixtures("ecr")
def test_two_sweeps_do_not_overlap(aws: LocalAws, sweeps: Sweeps) -> None:
    push(aws, MAC_BUILD)
    sweeps.drop_events()
    sweeps.start()
    sweeps.start()

    invocations = sweeps.guard.drain()

    assert len(sweeps.alerts()) == 1
    assert metric(invocations, "sweeps_skipped") == 1


@pytest.mark.usefixtures("ecr")
def test_a_deployment_during_a_sweep_starts_another_one_after_it(
    aws: LocalAws, sweeps: Sweeps
) -> None:
    push(aws, MAC_BUILD)
    sweeps.drop_events()
    sweeps.start()
    aws.emit(_deployed(aws))

    invocations = sweeps.guard.drain()

    assert metric(invocations, "sweeps_deferred") == 1
    in_progress = [
        line["sweep"]
        for invocation in invocations
        for line in invocation.logs
        if isinstance(line, dict) and line.get("outcome") == "started"
    ]
    assert in_progress == ["sweep-1", "deployed-1"]
    assert len(sweeps.alerts()) == 1


@pytest.mark.usefixtures("ecr")
def test_a_throttled_sweep_continues(aws: LocalAws, sweeps: Sweeps) -> None:
    push(aws, MAC_BUILD)
    sweeps.drop_events()
    aws.fail("DescribeImages", "ThrottlingException", times=1)

    sweeps.sweep()

    assert [alert["code"] for alert in sweeps.alerts()] == ["sweep"]


def test_an_unavailable_repository_is_named_and_does_not_block_the_others(
    aws: LocalAws, sweeps: Sweeps, ecr: "ECRClient"
) -> None:
    ecr.create_repository(repositoryName="shop/secret")
    push(aws, MAC_BUILD)
    sweeps.drop_events()

    def deny(operation: str, params: dict[str, Any]) -> str | None:
        is_secret = params.get("repositoryName") == "shop/secret"
        return "AccessDeniedException" if operation == "DescribeImages" and is_secret else None

    with before_each_call(deny):
        sweeps.sweep()

    (alert,) = sweeps.alerts()
    assert alert["facts"]["not_seen"] == "1 repository, wholly or in part"
    assert "not seen: shop/secret: AccessDeniedException" in alert["evidence"]


def test_unavailable_repositories_are_reported_again_only_if_more_fail(
    aws: LocalAws, sweeps: Sweeps, ecr: "ECRClient"
) -> None:
    def notified() -> list[str]:
        sweeps.clock.moved += 24 * HOUR
        aws.fail("DescribeImages", "AccessDeniedException", times=2)
        sweeps.sweep()
        aws.clear_failures()
        return [alert["title"].partition(": ")[2] for alert in sweeps.alerts()]

    assert notified() == ["the sweep could not see 1 repository, wholly or in part"]
    assert notified() == []
    ecr.create_repository(repositoryName="shop/web")
    assert notified() == ["the sweep could not see 2 repositories, wholly or in part"]
    assert notified() == []


def test_a_part_that_runs_out_of_time_continues_in_another_message(
    aws: LocalAws, sweeps: Sweeps, ecr: "ECRClient"
) -> None:
    for number in range(3):
        ecr.create_repository(repositoryName=f"shop/app{number}")
        push(aws, MAC_BUILD, repository=f"shop/app{number}")
    sweeps.drop_events()

    def take_long(operation: str, _: object) -> None:
        sweeps.clock.moved += 200 if operation == "DescribeImages" else 0

    with before_each_call(take_long):
        invocations = sweeps.sweep()

    sweep = sweeps.guard.function("sweep.handler").logical_id
    assert sum(invocation.function == sweep for invocation in invocations) > 3
    (alert,) = sweeps.alerts()
    assert alert["facts"]["missing_platform"] == "3"
    assert "looked at 3 images" in alert["summary"]


def _deployed(aws: LocalAws) -> dict[str, object]:
    stack = aws.client("cloudformation").describe_stacks()["Stacks"][0]["StackId"]
    return {
        "version": "0",
        "id": "deployed-1",
        "source": "aws.cloudformation",
        "detail-type": "CloudFormation Stack Status Change",
        "account": aws.account,
        "region": aws.region,
        "time": "2026-11-25T12:00:00Z",
        "resources": [stack],
        "detail": {"stack-id": stack, "status-details": {"status": "CREATE_COMPLETE"}},
    }
