"""platform-guard doctor --push: a bad image is pushed, its alert awaited, and all removed again."""

from collections.abc import Callable
from functools import partial

import pytest

from platform_guard.alerts.render.json_format import render_json
from platform_guard.alerts.self_test import build_test_alert
from platform_guard_cli.doctor.canary import Waiting, push_canary
from platform_guard_cli.doctor.checks import Check, Outcome, look_at
from platform_guard_emulator import LocalAws
from tests.support.doctor_guard import DoctorGuard, disable_rule


def a_push(doctor_guard: DoctorGuard, sleep: Callable[[float], object]) -> list[Check]:
    clock = iter(range(1000))
    waiting = Waiting(seconds=30, clock=lambda: float(next(clock)), sleep=sleep)
    return look_at(
        "push",
        partial(
            push_canary, doctor_guard.clients, doctor_guard.stack, doctor_guard.settings, waiting
        ),
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


def test_a_push_is_seen_through_to_its_alert_and_leaves_nothing_behind(
    doctor_guard: DoctorGuard,
) -> None:
    (check,) = a_push(doctor_guard, lambda _: doctor_guard.guard.drain())

    assert check.outcome is Outcome.OK, check
    assert check.found.startswith("the alert arrived ")
    assert what_is_left(doctor_guard.aws) == []
    (alert,) = doctor_guard.guard.alerts()
    assert alert.attributes["repository"].startswith("platform-guard-doctor-")


def test_where_no_alert_comes_the_push_has_failed_and_leaves_nothing_behind(
    doctor_guard: DoctorGuard,
) -> None:
    disable_rule(doctor_guard)

    (check,) = a_push(doctor_guard, lambda _: doctor_guard.guard.drain())

    assert check.outcome is Outcome.FAILED
    assert check.found.startswith("no alert within 30 seconds")
    assert what_is_left(doctor_guard.aws) == []


@pytest.mark.parametrize(
    "text",
    [render_json(build_test_alert("123456789012", "eu-central-1", "now")), "An alarm went off"],
    ids=["another alert", "no alert"],
)
def test_what_else_the_topic_publishes_is_not_taken_for_the_alert(
    doctor_guard: DoctorGuard, text: str
) -> None:
    disable_rule(doctor_guard)
    sqs = doctor_guard.aws.client("sqs")

    def deliver_something_else(_: float) -> None:
        (queue,) = sqs.list_queues(QueueNamePrefix="platform-guard-doctor")["QueueUrls"]
        sqs.send_message(QueueUrl=queue, MessageBody=text)

    (check,) = a_push(doctor_guard, deliver_something_else)

    assert check.outcome is Outcome.FAILED


def test_an_interrupted_push_leaves_nothing_behind(doctor_guard: DoctorGuard) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        a_push(doctor_guard, interrupt)

    assert what_is_left(doctor_guard.aws) == []


def test_a_repository_that_the_policy_ignores_is_not_pushed_to(doctor_guard: DoctorGuard) -> None:
    doctor_guard.guard_file.write_text(
        '[[repository]]\nrepository = "platform-guard-*"\nignore = true\n'
    )

    (check,) = a_push(doctor_guard, lambda _: None)

    assert check.outcome is Outcome.UNKNOWN
    assert what_is_left(doctor_guard.aws) == []
