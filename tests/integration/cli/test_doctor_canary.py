"""platform-guard doctor --push: a bad image is pushed, its alert awaited, and all removed again."""

from collections.abc import Callable
from functools import partial

import pytest

from platform_guard.alerts.render.json_format import render_json
from platform_guard.alerts.test_alert import build_test_alert
from platform_guard_cli.doctor.canary import Waiting, push_canary
from platform_guard_cli.doctor.checks import Check, Outcome, look_at
from platform_guard_emulator import LocalAws
from tests.support.fast_retries import Patient, disable_rule


def a_push(patient: Patient, sleep: Callable[[float], object]) -> list[Check]:
    clock = iter(range(1000))
    waiting = Waiting(seconds=30, clock=lambda: float(next(clock)), sleep=sleep)
    return look_at(
        "push", partial(push_canary, patient.clients, patient.stack, patient.settings, waiting)
    )


def what_is_left(aws: LocalAws) -> list[str]:
    repositories = aws.client("ecr").describe_repositories()["repositories"]
    queues = aws.client("sqs").list_queues(QueueNamePrefix="platform-guard-doctor")
    subscriptions = aws.client("sns").list_subscriptions()["Subscriptions"]
    return [
        *(item["repositoryName"] for item in repositories),
        *queues.get("QueueUrls", []),
        *(item["Endpoint"] for item in subscriptions if item["Protocol"] == "sqs"),
    ]


def test_a_push_is_seen_through_to_its_alert_and_leaves_nothing_behind(patient: Patient) -> None:
    (check,) = a_push(patient, lambda _: patient.guard.drain())

    assert check.outcome is Outcome.OK, check
    assert check.found.startswith("the alert came ")
    assert what_is_left(patient.aws) == []
    (alert,) = patient.guard.alerts()
    assert alert.attributes["repository"].startswith("platform-guard-doctor-")


def test_where_no_alert_comes_the_push_has_failed_and_leaves_nothing_behind(
    patient: Patient,
) -> None:
    disable_rule(patient)

    (check,) = a_push(patient, lambda _: patient.guard.drain())

    assert check.outcome is Outcome.FAILED
    assert check.found.startswith("no alert within 30 seconds")
    assert what_is_left(patient.aws) == []


@pytest.mark.parametrize(
    "text",
    [render_json(build_test_alert("123456789012", "eu-central-1", "now")), "An alarm went off"],
    ids=["another alert", "no alert"],
)
def test_what_else_the_topic_publishes_is_not_taken_for_the_alert(
    patient: Patient, text: str
) -> None:
    disable_rule(patient)
    sqs = patient.aws.client("sqs")

    def deliver_something_else(_: float) -> None:
        (queue,) = sqs.list_queues(QueueNamePrefix="platform-guard-doctor")["QueueUrls"]
        sqs.send_message(QueueUrl=queue, MessageBody=text)

    (check,) = a_push(patient, deliver_something_else)

    assert check.outcome is Outcome.FAILED


def test_an_interrupted_push_leaves_nothing_behind(patient: Patient) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        a_push(patient, interrupt)

    assert what_is_left(patient.aws) == []


def test_a_repository_that_the_policy_ignores_is_not_pushed_to(patient: Patient) -> None:
    patient.guard_file.write_text(
        '[[repository]]\nrepository = "platform-guard-*"\nignore = true\n'
    )

    (check,) = a_push(patient, lambda _: None)

    assert check.outcome is Outcome.UNKNOWN
    assert what_is_left(patient.aws) == []
