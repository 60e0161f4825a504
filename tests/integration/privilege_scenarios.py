"""All that each function does, as scenarios that need every permission it has.

A new function joins by its module in SCENARIOS. A scenario runs often in one account: `run` tells
the runs apart, and nothing that an earlier run left may spare a call.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local_aws import Deployment, LocalAws
from local_aws.queues import queue_of
from platform_guard.alerts import Alert, Severity
from platform_guard.aws.alert_windows import AlertWindows
from tests.integration.ecs import PLAIN_ARM64, Shop, start_processes_anew
from tests.support.registry import push_event
from tests.support.stop_events import NOT_FOUND, exit_event, stop_event

NETWORK = (
    "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve "
    "ref 123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/api:1.4.2: dial tcp "
    "10.0.1.7:443: i/o timeout"
)


@dataclass(frozen=True, slots=True)
class World:
    """The account with the guard in it, and what a team has there."""

    aws: LocalAws
    guard: Deployment
    shop: Shop
    subnet: str
    instance: str

    def settle(self) -> None:
        """Let everything that waits be handled, by processes that know nothing yet."""
        start_processes_anew(self.guard)
        self.guard.drain()


def push_and_alert(world: World, run: str) -> None:
    """Push an image that is marked and reported, with a fault between, and tell of it again."""
    repository = f"shop/run-{run}"
    digest = world.shop.push(PLAIN_ARM64, "1.0", repository)
    # ECR fails once when the mark is added, so that the event comes back.
    world.aws.fail("PutImage", "ServerException")
    world.aws.emit(_push_event(repository, "1.0", digest, f"again-{run}"))
    world.aws.emit(_push_event(repository, "1.0", digest, f"again-{run}"))
    world.settle()


def publish_windows(world: World, run: str) -> None:
    """Have more windows of alerts published than a minute may have messages; one fails once."""
    function = world.guard.function("push_guard.handler")
    windows = AlertWindows(
        world.aws.client("dynamodb"),
        function.environment["GUARD_STATE_TABLE"],
        world.aws.client("sqs"),
        function.environment["GUARD_DISPATCH_QUEUE_URL"],
        lambda: world.aws.clock().timestamp(),
    )
    world.aws.fail("Publish", "InternalError")
    for number in range(12):
        name = f"team-{number}/app"
        alert = Alert(Severity.WARNING, "missing-platform", name, f"{name}: x", "It cannot run.")
        windows.add(name, alert, f"{run}-{number}", 20)
    world.settle()


def stop_and_explain(world: World, run: str) -> None:
    """Stop tasks for every kind of reason that the diagnosis looks into; one alert fails once."""
    shop = world.shop
    digest = shop.push(PLAIN_ARM64)
    definition = shop.define()
    exited_on_instance = exit_event(
        definition=definition,
        image="123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/api:1.4.2",
        digest=digest,
        exit_code=255,
        launch_type="EC2",
        detail={"containerInstanceArn": world.instance, "group": f"service:exited-{run}"},
    )
    world.guard.drain()
    # The first alert is refused once, so that its event comes back.
    world.aws.fail("Publish", "InternalError")
    for number, event in enumerate(
        (
            exited_on_instance,
            stop_event(
                definition=definition,
                text=NETWORK,
                subnet=world.subnet,
                service=f"network-{run}",
            ),
            stop_event(definition=definition, text=NOT_FOUND, service=f"missing-{run}"),
        )
    ):
        world.aws.emit({**event, "id": f"{run}-{number}"})
    world.settle()


def sweep_everything(world: World, run: str) -> None:
    """Sweep a registry that holds an image no event told of."""
    world.shop.push(PLAIN_ARM64, f"unheard-{run}")
    function = world.guard.function("sweep.handler")
    queue_of(world.guard.event_source_mappings[0].queue_arn)._messages.clear()
    world.aws.client("sqs").send_message(
        QueueUrl=function.environment["GUARD_SWEEP_QUEUE_URL"],
        MessageBody=json.dumps({"id": f"sweep-{run}", "detail-type": "Scheduled Event"}),
    )
    world.settle()


def _push_event(repository: str, tag: str, digest: str, event_id: str) -> dict[str, object]:
    return {**push_event(digest, tag, repository), "id": event_id}


SCENARIOS: Mapping[str, Callable[[World, str], None]] = {
    "alert_dispatch": publish_windows,
    "pull_diagnosis": stop_and_explain,
    "push_guard": push_and_alert,
    "sweep": sweep_everything,
}
"""By the module of the function."""

NOT_SHOWN: Mapping[str, Mapping[str, str]] = {
    "alert_dispatch": {},
    "pull_diagnosis": {
        "dynamodb:GetItem": "Powertools reads a record that DynamoDB did not return with a refusal",
    },
    "sweep": dict.fromkeys(
        (
            *("dynamodb:DeleteItem", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
            *("kms:Decrypt", "kms:GenerateDataKey", "sns:Publish"),
        ),
        "an image counts as missed long after its push: tests/integration/test_sweep.py waits",
    ),
    "push_guard": {},
}
"""What no scenario of a module can need in the stand-in, or under the default policy, and why."""


def statements_without(policy: dict[str, Any], action: str) -> dict[str, Any]:
    """Give a policy that allows all that another one does but for one action."""
    kept = [
        {**item, "Action": [name for name in _listed(item["Action"]) if name != action]}
        for item in policy["Statement"]
    ]
    return {**policy, "Statement": [item for item in kept if item["Action"]]}


def actions_of(statements: list[dict[str, Any]]) -> list[str]:
    """Give every action that statements allow."""
    return sorted({name for item in statements for name in _listed(item["Action"])})


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
