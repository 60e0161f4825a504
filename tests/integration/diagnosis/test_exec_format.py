"""Containers that exit immediately: is their image for another platform?"""

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from platform_guard_emulator import Deployment, LocalAws
from tests.support.ecs import (
    MAC_BUILD,
    MISLABELED,
    MULTI_PLATFORM,
    PLAIN_AMD64,
    PLAIN_ARM64,
    Shop,
    alerts_about_stops,
    deliver,
    last_stop_alert,
    operations,
    restart_processes,
)
from tests.support.stop_events import IMAGE, Json, exit_event, service_event


def exited(
    shop: Shop,
    layout: str,
    tasks: int = 1,
    *,
    exit_code: int = 1,
    stated: str = "",
    launch_type: str = "FARGATE",
    detail: Mapping[str, object] = MappingProxyType({}),
) -> list[Json]:
    """Push an image and return the exit events of tasks that run it."""
    digest = shop.push(layout)
    definition = shop.define(architecture=stated)
    return [
        exit_event(
            task,
            definition=definition,
            image=IMAGE,
            digest=digest,
            exit_code=exit_code,
            launch_type=launch_type,
            detail=detail,
        )
        for task in range(1, tasks + 1)
    ]


@pytest.mark.parametrize("layout", [PLAIN_ARM64, MISLABELED])
@pytest.mark.parametrize("exit_code", [1, 255])
def test_an_image_for_another_platform_is_reported_once(
    aws: LocalAws, guard: Deployment, shop: Shop, layout: str, exit_code: int
) -> None:
    events = exited(shop, layout, tasks=4, exit_code=exit_code)

    outcomes = deliver(aws, guard, *events)

    assert outcomes == ["alerted", "ongoing", "ongoing", "ongoing"]
    assert last_stop_alert(guard)["code"] == "exec-format"
    assert "linux/arm64" in str(last_stop_alert(guard)["summary"])


@pytest.mark.parametrize("layout", [PLAIN_AMD64, MULTI_PLATFORM])
def test_a_crash_loop_of_a_compatible_image_costs_no_calls_and_no_alerts(
    aws: LocalAws, guard: Deployment, shop: Shop, layout: str
) -> None:
    first, *further = exited(shop, layout, tasks=5)

    assert deliver(aws, guard, first) == ["ignored"]
    assert deliver(aws, guard, *further) == ["ignored"] * 4

    assert operations(aws) == []
    assert alerts_about_stops(guard) == []


def test_another_process_checks_an_image_again_only_after_an_hour(
    aws: LocalAws, guard: Deployment, shop: Shop
) -> None:
    first, second, third = exited(shop, PLAIN_AMD64, tasks=3)
    deliver(aws, guard, first)

    restart_processes(guard)
    deliver(aws, guard, second)
    assert operations(aws) == ["UpdateItem", "PutItem"]

    restart_processes(guard)
    shop.advance_time(3601)
    deliver(aws, guard, third)
    assert "BatchGetImage" in operations(aws)


def test_every_service_with_the_image_is_reported(
    aws: LocalAws, guard: Deployment, shop: Shop
) -> None:
    first, second, *_ = exited(shop, PLAIN_ARM64, tasks=4)
    *_, third, fourth = exited(shop, PLAIN_ARM64, tasks=4, detail={"group": "service:worker"})

    assert deliver(aws, guard, first, second) == ["alerted", "ongoing"]
    assert deliver(aws, guard, third) == ["alerted"]
    restart_processes(guard)
    assert deliver(aws, guard, fourth) == ["ongoing"]

    assert [alert.attributes["service"] for alert in alerts_about_stops(guard)] == ["api", "worker"]


def test_an_incident_that_recurs_after_its_resolution_is_reported_again(
    aws: LocalAws, guard: Deployment, shop: Shop
) -> None:
    first, second = exited(shop, PLAIN_ARM64, tasks=2)
    deliver(aws, guard, first)

    deliver(aws, guard, service_event("steady-1"))

    assert deliver(aws, guard, second) == ["alerted"]
    notified = [alert.attributes for alert in guard.alerts() if "service" in alert.attributes]
    assert [attributes["status"] for attributes in notified] == ["open", "resolved", "open"]


def test_a_failed_image_check_is_repeated(aws: LocalAws, guard: Deployment, shop: Shop) -> None:
    first, second = exited(shop, PLAIN_ARM64, tasks=2)
    guard.drain()
    aws.fail("BatchGetImage", "ThrottlingException", times=9)
    assert deliver(aws, guard, first) == ["ignored"]

    aws.clear_failures()
    restart_processes(guard)

    assert deliver(aws, guard, second) == ["alerted"]


@pytest.mark.parametrize("exit_code", [0, 137])
def test_another_exit_code_is_not_checked(
    aws: LocalAws, guard: Deployment, shop: Shop, exit_code: int
) -> None:
    deliver(aws, guard, *exited(shop, PLAIN_ARM64, exit_code=exit_code))

    assert operations(aws) == []


@pytest.mark.parametrize(
    "detail",
    [
        pytest.param({"executionStoppedAt": "2026-11-24T09:05:00Z"}, id="it ran for minutes"),
        pytest.param({"stopCode": "UserInitiated"}, id="a user stopped it"),
    ],
)
def test_a_task_that_did_run_is_not_checked(
    aws: LocalAws, guard: Deployment, shop: Shop, detail: dict[str, object]
) -> None:
    events = exited(shop, PLAIN_ARM64, detail=detail)

    deliver(aws, guard, *events)

    assert operations(aws) == []
    assert alerts_about_stops(guard) == []


@pytest.mark.parametrize(
    ("stated", "outcome"), [("X86_64", "alerted"), ("ARM64", "ignored"), ("", "ignored")]
)
def test_on_ec2_the_task_definition_counts_if_the_instance_is_gone(
    aws: LocalAws, guard: Deployment, shop: Shop, stated: str, outcome: str
) -> None:
    events = exited(shop, PLAIN_ARM64, stated=stated, launch_type="EC2")
    aws.fail("DescribeContainerInstances", "InvalidParameterException")

    assert deliver(aws, guard, *events) == [outcome]


@pytest.mark.parametrize(("instance", "outcome"), [("x86_64", "alerted"), ("arm64", "ignored")])
def test_on_ec2_the_architecture_of_the_instance_counts(
    aws: LocalAws, guard: Deployment, shop: Shop, instance: str, outcome: str
) -> None:
    arn = shop.add_instance(instance)
    events = exited(shop, PLAIN_ARM64, launch_type="EC2", detail={"containerInstanceArn": arn})

    assert deliver(aws, guard, *events) == [outcome]


def test_an_unreadable_image_causes_no_alert(aws: LocalAws, guard: Deployment, shop: Shop) -> None:
    events = exited(shop, MAC_BUILD)
    guard.drain()
    aws.fail("BatchGetImage", "AccessDeniedException", times=9)

    assert deliver(aws, guard, *events) == ["ignored"]
    assert alerts_about_stops(guard) == []
