"""Few messages, none lost and none twice, whatever happens."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from platform_guard.alerts.alert import Alert, Severity, Status
from platform_guard.alerts.batch.outbox import AlertOutbox
from platform_guard_cli.replay.emulator import drain
from platform_guard_emulator import CALL_TIMEOUT, Deployment, Invocation, LocalAws, deploy
from platform_guard_emulator.topics import PublishedMessage
from tests.support.registry import MAC_BUILD, PLAIN_AMD64, PLAIN_ARM64, push, push_event

INDEX_ONLY = "bk0.25-default-amd64"


def titles(guard: Deployment) -> list[str]:
    return [json.loads(alert.texts["sqs"])["title"] for alert in guard.alerts()]


def machine(alert: PublishedMessage) -> dict[str, dict[str, str]]:
    fields: dict[str, dict[str, str]] = json.loads(alert.texts["sqs"])
    return fields


@pytest.mark.usefixtures("ecr")
def test_findings_of_one_repository_come_as_one_message(aws: LocalAws, guard: Deployment) -> None:
    for number in range(7):
        push(aws, MAC_BUILD, tag=f"1.{number}")

    drain(guard)

    assert titles(guard) == [
        "shop/api:1.0 and 6 more tags: cannot run on linux/amd64 (missing-platform)"
    ]
    also = machine(guard.alerts()[0])["facts"]["also"]
    assert also == ", ".join(f"shop/api:1.{number} (missing-platform)" for number in range(1, 7))


@pytest.mark.usefixtures("ecr")
def test_an_index_only_repository_is_reported_once_a_day(aws: LocalAws, guard: Deployment) -> None:
    for number in range(3):
        push(aws, INDEX_ONLY, tag=f"1.{number}")
        drain(guard)

    assert titles(guard) == ["shop/api:1.0: only behind an image index (index-only)"]


@pytest.mark.usefixtures("ecr")
def test_a_repaired_tag_is_told_once_and_briefly(aws: LocalAws, guard: Deployment) -> None:
    push(aws, MAC_BUILD)
    drain(guard)
    digest = push(aws, PLAIN_AMD64)
    drain(guard)
    aws.emit(push_event(digest))
    drain(guard)

    assert titles(guard)[1:] == ["shop/api:1.0: resolved (missing-platform)"]
    assert guard.alerts()[1].attributes["status"] == "resolved"
    assert machine(guard.alerts()[1])["group"] == machine(guard.alerts()[0])["group"]


@pytest.mark.usefixtures("ecr")
def test_another_good_tag_resolves_nothing(aws: LocalAws, guard: Deployment) -> None:
    push(aws, MAC_BUILD, tag="1.0")
    push(aws, PLAIN_AMD64, tag="1.1")
    drain(guard)

    assert len(titles(guard)) == 1


@pytest.mark.usefixtures("ecr")
@pytest.mark.parametrize(
    ("operation", "error"),
    [
        *((name, "InternalError") for name in ("UpdateItem", "PutItem", "SendMessage", "GetItem")),
        *((name, "ThrottlingException") for name in ("DeleteItem", "Publish")),
        ("Publish", CALL_TIMEOUT),
    ],
)
def test_a_passing_fault_loses_no_alert(
    aws: LocalAws, guard: Deployment, operation: str, error: str
) -> None:
    for tag in ("1.0", "1.1"):
        aws.fail(operation, error)
        push(aws, PLAIN_ARM64, tag=tag)
        drain(guard)

    notified = " ".join(titles(guard))
    assert (notified.count("shop/api:1.0"), notified.count("shop/api:1.1")) == (1, 1)
    assert guard.dead_letters() == {}


@pytest.fixture
def windows(aws: LocalAws, guard: Deployment) -> AlertOutbox:
    function = guard.function("push_guard.handler")
    return AlertOutbox(
        aws.client("dynamodb"),
        function.environment["GUARD_STATE_TABLE"],
        aws.client("sqs"),
        function.environment["GUARD_DISPATCH_QUEUE_URL"],
        lambda: aws.clock().timestamp(),
    )


def finding(repository: str, tag: int) -> Alert:
    return Alert(
        severity=Severity.WARNING,
        code="missing-platform",
        repository=repository,
        title=f"{repository}:{tag}: cannot run",
        summary="It cannot run.",
    )


def test_a_flood_of_one_repository_is_one_message(guard: Deployment, windows: AlertOutbox) -> None:
    for number in range(100):
        windows.add("shop/api", finding("shop/api", number), f"event-{number}", 20)

    guard.drain()

    assert titles(guard) == ["shop/api:0 and 99 more tags: cannot run"]


def test_a_flood_over_many_repositories_is_a_handful_of_messages(
    guard: Deployment, windows: AlertOutbox
) -> None:
    for number in range(25):
        name = f"team-{number}/app"
        windows.add(name, finding(name, 1), f"event-{number}", 20)

    guard.drain()

    assert 10 <= len(titles(guard)) <= 22
    assert any("more repositories" in title for title in titles(guard))


def test_what_is_resolved_has_an_overview_of_its_own(
    guard: Deployment, windows: AlertOutbox
) -> None:
    for number in range(40):
        name = f"team-{number}/app"
        status = Status.RESOLVED if number % 2 else Status.OPEN
        alert = replace(finding(name, 1), status=status)
        windows.add(f"{name} {status}", alert, f"event-{number}", 20)

    guard.drain()

    overviews = [
        notified for notified in guard.alerts() if notified.attributes["code"] == "overview"
    ]
    assert {notified.attributes["status"] for notified in overviews} == {"open", "resolved"}
    for notified in overviews:
        numbers = re.findall(r"team-(\d+)/app", notified.texts["sqs"])
        resolved = notified.attributes["status"] == "resolved"
        assert {int(number) % 2 == 1 for number in numbers} == {resolved}


def test_of_every_message_about_pushes_it_is_measured_how_long_it_took(
    guard: Deployment, windows: AlertOutbox
) -> None:
    for number in range(25):
        name, pushed = f"team-{number}/app", "2026-11-24T09:00:00Z"
        windows.add(name, finding(name, 1), f"event-{number}", 20, pushed=pushed)

    measured = seconds_measured(guard.drain())

    assert any("more repositories" in title for title in titles(guard))
    assert len(measured) == len(titles(guard))


def test_of_a_message_about_something_else_it_is_not_measured(
    guard: Deployment, windows: AlertOutbox
) -> None:
    windows.add("web", finding("web", 1), "event-1", 20)

    assert seconds_measured(guard.drain()) == []
    assert len(titles(guard)) == 1


def seconds_measured(invocations: list[Invocation]) -> list[float]:
    return [
        seconds
        for invocation in invocations
        for line in invocation.logs
        if isinstance(line, dict) and "_aws" in line
        for seconds in line.get("push_to_alert", [])
    ]


def test_whoever_dies_before_sending_the_message_sends_it_when_the_event_comes_back(
    aws: LocalAws, guard: Deployment, windows: AlertOutbox
) -> None:
    windows.add("shop/api", finding("shop/api", 1), "event-1", 20)
    aws.client("sqs").purge_queue(QueueUrl=windows.queue_url)
    windows.add("shop/api", finding("shop/api", 2), "event-2", 20)
    assert guard.drain() == []

    windows.add("shop/api", finding("shop/api", 1), "event-1", 20)
    guard.drain()

    assert titles(guard) == ["shop/api:1 and 1 more tag: cannot run"]


@pytest.mark.usefixtures("ecr")
def test_settings_can_have_every_finding_told_and_no_repair(
    aws: LocalAws, unthrottled_assembly: Path
) -> None:
    guard = deploy(aws, unthrottled_assembly)
    push(aws, INDEX_ONLY, tag="1")
    drain(guard)
    push(aws, INDEX_ONLY, tag="2")
    drain(guard)
    push(aws, PLAIN_AMD64, tag="2")
    drain(guard)

    assert len(titles(guard)) == 2
