"""Alerts about pushes: grouped, never lost and never sent twice."""

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
def test_findings_in_one_repository_are_sent_as_one_message(
    aws: LocalAws, guard: Deployment
) -> None:
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
def test_a_resolved_tag_is_reported_once_and_briefly(aws: LocalAws, guard: Deployment) -> None:
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
def test_a_compliant_push_of_another_tag_resolves_nothing(aws: LocalAws, guard: Deployment) -> None:
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
def test_a_transient_failure_loses_no_alert(
    aws: LocalAws, guard: Deployment, operation: str, error: str
) -> None:
    for tag in ("1.0", "1.1"):
        aws.fail(operation, error)
        push(aws, PLAIN_ARM64, tag=tag)
        drain(guard)

    sent = " ".join(titles(guard))
    assert (sent.count("shop/api:1.0"), sent.count("shop/api:1.1")) == (1, 1)
    assert guard.dead_letters() == {}


@pytest.fixture
def outbox(aws: LocalAws, guard: Deployment) -> AlertOutbox:
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


def test_a_flood_of_alerts_in_one_repository_is_one_message(
    guard: Deployment, outbox: AlertOutbox
) -> None:
    for number in range(100):
        outbox.add("shop/api", finding("shop/api", number), f"event-{number}", 20)

    guard.drain()

    assert titles(guard) == ["shop/api:0 and 99 more tags: cannot run"]


def test_a_flood_of_alerts_in_many_repositories_is_a_few_messages(
    guard: Deployment, outbox: AlertOutbox
) -> None:
    for number in range(25):
        name = f"team-{number}/app"
        outbox.add(name, finding(name, 1), f"event-{number}", 20)

    guard.drain()

    assert 10 <= len(titles(guard)) <= 22
    assert any("more repositories" in title for title in titles(guard))


def test_resolved_findings_have_their_own_overview(guard: Deployment, outbox: AlertOutbox) -> None:
    for number in range(40):
        name = f"team-{number}/app"
        status = Status.RESOLVED if number % 2 else Status.OPEN
        alert = replace(finding(name, 1), status=status)
        outbox.add(f"{name} {status}", alert, f"event-{number}", 20)

    guard.drain()

    overviews = [sent for sent in guard.alerts() if sent.attributes["code"] == "overview"]
    assert {sent.attributes["status"] for sent in overviews} == {"open", "resolved"}
    for sent in overviews:
        numbers = re.findall(r"team-(\d+)/app", sent.texts["sqs"])
        resolved = sent.attributes["status"] == "resolved"
        assert {int(number) % 2 == 1 for number in numbers} == {resolved}


def test_every_message_about_pushes_emits_push_to_alert(
    guard: Deployment, outbox: AlertOutbox
) -> None:
    for number in range(25):
        name, pushed = f"team-{number}/app", "2026-11-24T09:00:00Z"
        outbox.add(name, finding(name, 1), f"event-{number}", 20, pushed=pushed)

    measured = seconds_measured(guard.drain())

    assert any("more repositories" in title for title in titles(guard))
    assert len(measured) == len(titles(guard))


def test_a_message_about_something_else_does_not_emit_push_to_alert(
    guard: Deployment, outbox: AlertOutbox
) -> None:
    outbox.add("web", finding("web", 1), "event-1", 20)

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


def test_an_alert_lost_before_its_message_was_sent_is_sent_after_the_redelivery(
    aws: LocalAws, guard: Deployment, outbox: AlertOutbox
) -> None:
    outbox.add("shop/api", finding("shop/api", 1), "event-1", 20)
    aws.client("sqs").purge_queue(QueueUrl=outbox.queue_url)
    outbox.add("shop/api", finding("shop/api", 2), "event-2", 20)
    assert guard.drain() == []

    outbox.add("shop/api", finding("shop/api", 1), "event-1", 20)
    guard.drain()

    assert titles(guard) == ["shop/api:1 and 1 more tag: cannot run"]


@pytest.mark.usefixtures("ecr")
def test_settings_can_report_every_finding_and_no_resolution(
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
