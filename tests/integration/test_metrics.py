"""The metrics that the deployed guard writes, as CloudWatch reads them from its log."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from platform_guard_emulator import Deployment, LocalAws
from platform_guard_emulator.queues import queue_of
from tests.support.registry import MAC_BUILD, PLAIN_AMD64, push, push_event


def metrics_written(guard: Deployment) -> dict[str, Any]:
    """Run the guard on all that waits, and give the metrics of its log by name.

    Each as its values, its unit, and the service that wrote it.
    """
    written: dict[str, Any] = {}
    for invocation in guard.drain():
        for line in invocation.logs:
            if isinstance(line, dict) and "_aws" in line:
                (directive,) = line["_aws"]["CloudWatchMetrics"]
                units = {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]}
                written |= {
                    name: (line[name], unit, line["service"]) for name, unit in units.items()
                }
    return written


def forget_messages(guard: Deployment) -> None:
    for mapping in guard.event_source_mappings:
        queue_of(mapping.queue_arn)._messages.clear()


def pushed_ago(seconds: int, digest: str, **about: str) -> dict[str, object]:
    """Build the event of a push that was made some time ago."""
    time = (datetime.now(UTC) - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {**push_event(digest, **about), "time": time}


@pytest.mark.usefixtures("ecr")
def test_the_time_from_push_to_alert_is_measured_by_who_publishes_the_alert(
    aws: LocalAws, guard: Deployment
) -> None:
    push(aws, MAC_BUILD)

    written = metrics_written(guard)

    (seconds,), unit, service = written["push_to_alert"]
    assert (unit, service) == ("Seconds", "alert-dispatch")
    assert seconds >= 0


@pytest.mark.usefixtures("ecr")
def test_of_pushes_that_are_told_in_one_message_the_first_is_measured(
    aws: LocalAws, guard: Deployment
) -> None:
    digest = push(aws, MAC_BUILD, tag="1.0")
    push(aws, MAC_BUILD, tag="1.1")
    forget_messages(guard)
    aws.emit(pushed_ago(900, digest, tag="1.0"))
    aws.emit(pushed_ago(30, digest, tag="1.1"))

    (seconds,), _, _ = metrics_written(guard)["push_to_alert"]

    assert len(guard.alerts()) == 1
    assert seconds >= 900


@pytest.mark.usefixtures("ecr")
def test_a_healthy_push_has_no_alert_to_measure(aws: LocalAws, guard: Deployment) -> None:
    push(aws, PLAIN_AMD64)

    written = metrics_written(guard)

    assert "pushes_seen" in written
    assert "push_to_alert" not in written
