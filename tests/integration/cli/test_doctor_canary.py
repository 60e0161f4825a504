"""`platform-guard doctor --push`: the push, the alert, and the cleanup."""

from collections.abc import Callable
from functools import partial

import pytest

from platform_guard.alerts.render.json_format import render_json
from platform_guard.alerts.self_test import build_test_alert
from platform_guard_cli.doctor.canary import AlertTimeout, push_canary
from platform_guard_cli.doctor.checks import Check, Outcome, run_checks
from platform_guard_emulator import LocalAws
from tests.support.doctor_guard import DoctorGuard, disable_rule


def run_canary(doctor_guard: DoctorGuard, sleep: Callable[[float], object]) -> list[Check]:
    clock = iter(range(1000))
    timeout = AlertTimeout(seconds=30, clock=lambda: float(next(clock)), sleep=sleep)
    return run_checks(
        "push",
        partial(
            push_canary, doctor_guard.clients, doctor_guard.stack, doctor_guard.settings, timeout
        ),
    )


def remaining_resources(aws: LocalAws) -> list[str]:
    repositories = aws.client("ecr").describe_repositories()["repositories"]
    queues = aws.client("sqs").list_queues(QueueNamePrefix="platform-guard-doctor")
    subscriptions = aws.client("sns").list_subscriptions()["Subscriptions"]
    return [
        *(item["repositoryName"] for item in repositories),
        *queues.get("QueueUrls", []),
        *(item["Endpoint"] for item in subscriptions if item["Protocol"] == "sqs"),
    ]


def test_the_alert_of_the_push_arrives_and_all_resources_are_deleted(
    doctor_guard: DoctorGuard,
) -> None:
    (check,) = run_canary(doctor_guard, lambda _: doctor_guard.guard.drain())

    assert check.outcome is Outcome.OK, check
    assert check.found.startswith("the alert arrived ")
    assert remaining_resources(doctor_guard.aws) == []
    (alert,) = doctor_guard.guard.alerts()
    assert alert.attributes["repository"].startswith("platform-guard-doctor-")


def test_a_push_without_an_alert_fails_and_all_resources_are_deleted(
    doctor_guard: DoctorGuard,
) -> None:
    disable_rule(doctor_guard)

    (check,) = run_canary(doctor_guard, lambda _: doctor_guard.guard.drain())

    assert check.outcome is Outcome.FAILED
    assert check.found.startswith("no alert within 30 seconds")
    assert remaining_resources(doctor_guard.aws) == []


@pytest.mark.parametrize(
    "text",
    [render_json(build_test_alert("123456789012", "eu-central-1", "now")), "An alarm notification"],
    ids=["another alert", "no alert"],
)
def test_other_messages_of_the_topic_are_not_the_alert(
    doctor_guard: DoctorGuard, text: str
) -> None:
    disable_rule(doctor_guard)
    sqs = doctor_guard.aws.client("sqs")

    def deliver_other_message(_: float) -> None:
        (queue,) = sqs.list_queues(QueueNamePrefix="platform-guard-doctor")["QueueUrls"]
        sqs.send_message(QueueUrl=queue, MessageBody=text)

    (check,) = run_canary(doctor_guard, deliver_other_message)

    assert check.outcome is Outcome.FAILED


def test_all_resources_of_an_interrupted_push_are_deleted(doctor_guard: DoctorGuard) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_canary(doctor_guard, interrupt)

    assert remaining_resources(doctor_guard.aws) == []


def test_an_ignored_repository_is_not_pushed_to(doctor_guard: DoctorGuard) -> None:
    doctor_guard.guard_file.write_text(
        '[[repository]]\nrepository = "platform-guard-*"\nignore = true\n'
    )

    (check,) = run_canary(doctor_guard, lambda _: None)

    assert check.outcome is Outcome.UNKNOWN
    assert remaining_resources(doctor_guard.aws) == []
