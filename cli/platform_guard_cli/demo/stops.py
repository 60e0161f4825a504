"""The second half of the demo: ECS tasks cannot pull the first image."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from platform_guard.diagnosis.task_event import TaskStop, parse_task_stop
from platform_guard_cli.paths import REPOSITORY_ROOT
from platform_guard_cli.replay.emulator import Outcome, drain
from platform_guard_cli.replay.fixtures import register_task_definition
from platform_guard_emulator.account import LocalAws
from platform_guard_emulator.deploy.deployment import Deployment

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient

_EVENT = REPOSITORY_ROOT / "events" / "ecs" / "fargate-platform-mismatch.json"

FURTHER_TASKS = 3


@dataclass(frozen=True, slots=True)
class StopScenario:
    """Stopped tasks of a service, with the outcomes and the alerts."""

    title: str
    command: str
    """The command that a person typed; empty if ECS acts on its own."""
    stops: tuple[TaskStop, ...]
    outcomes: tuple[Outcome, ...]
    alerts: tuple[str, ...]


def run_stop_scenarios(aws: LocalAws, deployment: Deployment) -> Iterator[StopScenario]:
    """Deploy the image of the first scenario to ECS, let its tasks fail, and yield the results."""
    event: dict[str, Any] = json.loads(_EVENT.read_text(encoding="utf-8"))
    _start_service(aws, parse_task_stop(event))
    yield _play(
        "The image of the first scenario is deployed to Fargate on linux/amd64",
        "aws ecs update-service --cluster prod --service api --task-definition shop-api:7",
        [event],
        aws,
        deployment,
    )
    yield _play(
        f"ECS retries, and {FURTHER_TASKS} more tasks fail",
        "",
        [_another_task(event, number) for number in range(1, FURTHER_TASKS + 1)],
        aws,
        deployment,
    )


def _play(
    title: str,
    command: str,
    events: list[dict[str, Any]],
    aws: LocalAws,
    deployment: Deployment,
) -> StopScenario:
    known_alerts = len(deployment.alerts())
    for event in events:
        aws.emit(event)
    outcomes = drain(deployment)
    stops = [stop for stop in map(parse_task_stop, events) if isinstance(stop, TaskStop)]
    alerts = [alert.texts["email"] for alert in deployment.alerts()[known_alerts:]]
    return StopScenario(title, command, tuple(stops), tuple(outcomes), tuple(alerts))


def _start_service(aws: LocalAws, stop: object) -> None:
    if not isinstance(stop, TaskStop):
        raise TypeError(f"{_EVENT} is not a task stop event")
    register_task_definition(aws, stop)
    ecs: ECSClient = aws.client("ecs")
    ecs.create_cluster(clusterName=stop.cluster)
    ecs.create_service(
        cluster=stop.cluster,
        serviceName=stop.service,
        taskDefinition=stop.task_definition,
        desiredCount=1,
        launchType="FARGATE",
    )


def _another_task(event: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the same event for the task that the service started next."""
    another = copy.deepcopy(event)
    detail = another["detail"]
    detail["taskArn"] = f"{detail['taskArn'][:-1]}{number:x}"
    another["id"] = f"{number:08x}{event['id'][8:]}"
    return another
