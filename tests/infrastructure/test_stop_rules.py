"""The event patterns of the pull diagnosis."""

from typing import Any

import pytest

from platform_guard_emulator.event_bus import matches
from tests.infrastructure.template import Template
from tests.support.stop_events import exit_event, stop_event

DEFINITION = "arn:aws:ecs:eu-central-1:123456789012:task-definition/api:7"
IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/api:1"
DIGEST = f"sha256:{'7f' * 32}"


def starts_the_diagnosis(template: Template, candidate: dict[str, Any]) -> bool:
    rules = template.part("pull_diagnosis").rules.values()
    return any(matches(rule["EventPattern"], candidate) for rule in rules)


def failed(launch_type: str = "FARGATE", **detail: object) -> dict[str, Any]:
    return stop_event(definition=DEFINITION, launch_type=launch_type, detail=detail)


def exited(exit_code: int) -> dict[str, Any]:
    return exit_event(definition=DEFINITION, image=IMAGE, digest=DIGEST, exit_code=exit_code)


def exited_beside_a_sidecar() -> dict[str, Any]:
    event = exited(255)
    sidecar = {"name": "log", "lastStatus": "STOPPED", "exitCode": 0}
    event["detail"]["containers"].insert(0, sidecar)
    return event


@pytest.mark.parametrize(
    "candidate",
    [
        pytest.param(failed(), id="a task on Fargate that failed to start"),
        pytest.param(failed("EC2"), id="a task on EC2 that failed to start"),
        pytest.param(exited(1), id="a container that exited with 1"),
        pytest.param(exited(255), id="a container that exited with 255"),
        pytest.param(exited_beside_a_sidecar(), id="one of two containers"),
    ],
)
def test_a_stop_that_may_be_about_an_image_starts_the_diagnosis(
    template: Template, candidate: dict[str, Any]
) -> None:
    assert starts_the_diagnosis(template, candidate)


@pytest.mark.parametrize(
    "candidate",
    [
        pytest.param(failed(lastStatus="PENDING"), id="a task that has not stopped"),
        pytest.param(failed(stopCode="UserInitiated"), id="stopped by a user"),
        pytest.param(failed(stopCode="ServiceSchedulerInitiated"), id="scaled in"),
        pytest.param(failed(stopCode="SpotInterruption"), id="a spot interruption"),
        pytest.param(exited(0), id="a completed job"),
        pytest.param(exited(137), id="out of memory"),
        pytest.param(failed() | {"source": "com.example"}, id="an event of another source"),
        pytest.param(
            failed() | {"detail-type": "ECS Service Action"}, id="an event about a service"
        ),
    ],
)
def test_no_other_stop_starts_the_diagnosis(template: Template, candidate: dict[str, Any]) -> None:
    assert not starts_the_diagnosis(template, candidate)


def test_exited_tasks_can_be_disabled_in_the_settings(alert_only: Template) -> None:
    assert starts_the_diagnosis(alert_only, failed())
    assert not starts_the_diagnosis(alert_only, exited(1))
