"""Every kind of message that 0.1.0 had in flight is read as it was meant."""

import json
from pathlib import Path
from typing import Any

import pytest

from platform_guard.alerts.cloudwatch_alarm import alert_about_alarm
from platform_guard.alerts.render.json_format import parse_alert
from platform_guard.diagnosis.steady_service import SteadyService, parse_steady_service
from platform_guard.diagnosis.task_event import TaskStop, parse_task_stop
from platform_guard.fingerprint import fingerprint
from platform_guard.policy.policy import Policy
from platform_guard.registry.push_event import Push, parse_push
from platform_guard.remediation.grace_schedule import expired_grace_entry
from platform_guard.sweep.messages import Part, Start, parse_message

DATA = Path(__file__).parent / "data"
MESSAGES: dict[str, dict[str, Any]] = {
    row["kind"]: row
    for row in json.loads((DATA / "messages-0.1.0.json").read_text(encoding="utf-8"))
}


def body(kind: str) -> Any:
    return json.loads(MESSAGES[kind]["body"])


@pytest.mark.parametrize(
    ("kind", "trigger"),
    [
        ("push queue: push of ECR", ""),
        ("push queue: handed over by sweep", "sweep"),
        ("push queue: handed over by audit", "audit"),
    ],
)
def test_a_push_keeps_who_handed_it_over(kind: str, trigger: str) -> None:
    push = parse_push(body(kind))

    assert isinstance(push, Push)
    assert push.trigger == trigger
    assert push.event_id == body(kind)["id"]


@pytest.mark.parametrize("kind", ["push queue: grace is over", "grace schedule"])
def test_the_end_of_a_grace_period_names_its_entry(kind: str) -> None:
    assert expired_grace_entry(body(kind)) == body(kind)["detail"]["entry"]


def test_a_stopped_task_is_read() -> None:
    assert isinstance(parse_task_stop(body("stop queue: ECS Task State Change")), TaskStop)


def test_a_steady_service_is_read() -> None:
    assert isinstance(parse_steady_service(body("stop queue: ECS Service Action")), SteadyService)


@pytest.mark.parametrize(
    ("kind", "is_deployment"),
    [
        ("sweep queue: Scheduled Event", False),
        ("sweep queue: CloudFormation Stack Status Change", True),
        ("sweep queue: start that was put off", True),
    ],
)
def test_the_start_of_a_sweep_is_read(kind: str, is_deployment: bool) -> None:
    assert parse_message(body(kind)) == Start(body(kind)["id"], is_deployment=is_deployment)


@pytest.mark.parametrize(
    "kind", [kind for kind in MESSAGES if kind.startswith("sweep queue: part")]
)
def test_a_part_of_a_sweep_is_read(kind: str) -> None:
    part = parse_message(body(kind))

    assert isinstance(part, Part)
    fields = body(kind)["sweep_part"]
    assert (part.sweep_id, part.page, part.images) == (
        fields["sweep_id"],
        fields["page"],
        fields["images"],
    )
    assert (list(part.repositories), list(part.unavailable)) == (
        fields["repositories"],
        fields["unseen"],
    )


@pytest.mark.parametrize("kind", [kind for kind in MESSAGES if kind.startswith("alert ")])
def test_an_alert_on_the_topic_is_read(kind: str) -> None:
    alert = parse_alert(body(kind)["sqs"])

    assert alert.code == MESSAGES[kind]["attributes"]["code"]
    assert alert.status == kind.split()[1]


@pytest.mark.parametrize(
    "kind", [kind for kind in MESSAGES if kind.startswith("slack router queue: ")]
)
def test_an_alert_on_its_way_to_slack_is_read(kind: str) -> None:
    text = MESSAGES[kind]["body"]

    alert = alert_about_alarm(text) if kind.endswith("alarm") else parse_alert(text)

    assert alert.title


@pytest.mark.parametrize("kind", ["slack queue: message", "slack refused"])
def test_a_message_for_slack_names_its_channel(kind: str) -> None:
    assert body(kind)["channel"] == "platform"
    assert body(kind)["payload"]["blocks"]


def test_the_default_policy_has_the_fingerprint_that_is_stored() -> None:
    stored = json.loads((DATA / "fingerprints-0.1.0.json").read_text(encoding="utf-8"))

    assert fingerprint(Policy()) == stored["default policy"]["fingerprint"]
