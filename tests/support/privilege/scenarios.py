"""Scenarios that together use every permission of each function.

Add a new function to SCENARIOS by its module. Scenarios run repeatedly in one account: `run` makes
their names unique, and the state of an earlier run must not save any calls. Some scenarios depend
on the policy and end early without it.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

from platform_guard.alerts.alert import Alert, Severity
from platform_guard.alerts.batch.outbox import AlertOutbox
from platform_guard.alerts.sns import AlertTopic
from tests.support.ecs import MAC_BUILD, PLAIN_AMD64, PLAIN_ARM64
from tests.support.privilege.world import World
from tests.support.registry import push_event
from tests.support.slack_server import NO_SERVICE, OUTAGE
from tests.support.stop_events import (
    ACCOUNT,
    IMAGE,
    NOT_FOUND,
    REGION,
    REGISTRY,
    exit_event,
    service_event,
    stop_event,
)

Scenario = Callable[[World, str], None]

NETWORK = (
    "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve "
    f"ref {IMAGE}: dial tcp 10.0.1.7:443: i/o timeout"
)

GRACE_IS_OVER = timedelta(hours=25)
LONG_AGO = -timedelta(hours=1)


def mark_and_alert(world: World, run: str) -> None:
    """Push an image that is marked and reported after a fault, then repeat the event."""
    repository = f"shop/run-{run}"
    digest = world.shop.push(PLAIN_ARM64, "1.0", repository)
    # Adding the mark fails once, so the event is redelivered.
    world.aws.fail("PutImage", "ServerException")
    again = {**push_event(digest, "1.0", repository), "id": f"again-{run}"}
    for _ in range(2):
        world.aws.emit(again)
    world.guard.drain()


def fix_before_grace_ends(world: World, run: str) -> None:
    """Push a bad image, then a good one under the same tag within the grace period."""
    repository = f"shop/run-{run}"
    world.shop.push(PLAIN_ARM64, "1.0", repository)
    world.guard.drain()
    world.shop.push(PLAIN_AMD64, "1.0", repository)
    world.guard.drain()


def delete_after_grace(world: World, run: str) -> None:
    """Push an image that is deleted after its grace period, in which a service changes."""
    world.shop.push(MAC_BUILD, "1.0", f"shop/run-{run}")
    world.guard.drain()
    # Task definitions are cached; a new one forces a lookup.
    world.shop.update(world.shop.define())
    _end_grace(world)


def archive_after_grace(world: World, run: str) -> None:
    """Push an image to a repository whose resource tag limits the remedy to archiving."""
    repository = f"shop/run-{run}"
    world.shop.push(PLAIN_ARM64, "1.0", repository)
    _tag_repository(world, repository, "platform-guard:remedy", "archive")
    world.guard.drain()
    _end_grace(world)


def report_invalid_override(world: World, run: str) -> None:
    """Push to a repository with an invalid resource tag."""
    repository = f"shop/run-{run}"
    world.shop.push(PLAIN_AMD64, "1.0", repository)
    _tag_repository(world, repository, "platform-guard:remedy", "explode")
    world.guard.drain()


def publish_window(world: World, run: str) -> None:
    """Publish a window of alerts, which fails once."""
    world.aws.fail("Publish", "InternalError")
    _add_windows(world, run, 1)
    world.guard.drain()


def publish_overview(world: World, run: str) -> None:
    """Publish more windows than the rate limit allows."""
    _add_windows(world, run, 12)
    world.guard.drain()


def diagnose_exit(world: World, run: str) -> None:
    """Stop a task on an instance with an exec format error; its alert fails once."""
    digest = world.shop.push(PLAIN_ARM64)
    world.lose_messages()
    stopped_on = {"containerInstanceArn": world.instance, "group": f"service:exited-{run}"}
    event = exit_event(
        definition=world.shop.define(),
        image=IMAGE,
        digest=digest,
        exit_code=255,
        launch_type="EC2",
        detail=stopped_on,
    )
    world.aws.fail("Publish", "InternalError")
    world.aws.emit({**event, "id": run})
    world.guard.drain()


def diagnose_timeout(world: World, run: str) -> None:
    """Stop a task without network access to the registry."""
    event = stop_event(
        definition=world.shop.define(), text=NETWORK, subnet=world.subnet, service=f"network-{run}"
    )
    world.aws.emit({**event, "id": run})
    world.guard.drain()


def diagnose_missing_image(world: World, run: str) -> None:
    """Stop a task whose image does not exist; its service becomes steady later."""
    event = stop_event(definition=world.shop.define(), text=NOT_FOUND, service=f"missing-{run}")
    world.aws.emit({**event, "id": run})
    world.guard.drain()
    world.aws.emit(service_event(f"steady-{run}", f"missing-{run}"))
    world.guard.drain()


def sweep_missed_image(world: World, run: str) -> None:
    """Sweep a registry with an image whose event was missed; its message fails once."""
    with world.at(LONG_AGO):
        world.shop.push(PLAIN_ARM64, "missed")
    world.lose_messages()
    world.aws.fail("Publish", "InternalError")
    world.start_sweep(f"sweep-{run}")
    world.guard.drain()


def route_alert(world: World, run: str) -> None:
    """Publish an alert for Slack; sending it to the queue fails once."""
    world.aws.fail("SendMessage", "InternalError")
    _publish(world, run)
    world.guard.drain()


def route_beside_another_process(world: World, run: str) -> None:
    """Publish an alert for Slack that another process has just stopped routing."""
    _fail_conditional_put(world)
    _publish(world, run)
    world.guard.drain()


def post_after_an_outage(world: World, run: str) -> None:
    """Post a message that Slack accepts at the second attempt."""
    world.slack.script(OUTAGE)
    world.send_to_slack("platform", run)
    world.guard.drain()


def post_rejected_message(world: World, run: str) -> None:
    """Post a message that Slack rejects."""
    world.slack.script(NO_SERVICE)
    world.send_to_slack("platform", run)
    world.guard.drain()
    (refused,) = world.guard.dead_letters().values()
    assert run in refused[0]
    world.lose_messages()


def post_beside_another_process(world: World, run: str) -> None:
    """Post a message that another process has just stopped posting."""
    _fail_conditional_put(world)
    world.send_to_slack("platform", run)
    world.guard.drain()


def _end_grace(world: World) -> None:
    with world.at(GRACE_IS_OVER):
        world.aws.fire_schedules()
    world.guard.drain()


def _tag_repository(world: World, repository: str, key: str, value: str) -> None:
    arn = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{repository}"
    world.aws.client("ecr").tag_resource(resourceArn=arn, tags=[{"Key": key, "Value": value}])


def _add_windows(world: World, run: str, count: int) -> None:
    function = world.guard.function("push_guard.handler")
    windows = AlertOutbox(
        world.aws.client("dynamodb"),
        function.environment["GUARD_STATE_TABLE"],
        world.aws.client("sqs"),
        function.environment["GUARD_DISPATCH_QUEUE_URL"],
        lambda: world.aws.clock().timestamp(),
    )
    for number in range(count):
        name = f"team-{number}/app"
        windows.add(name, _alert(name), f"{run}-{number}", 20)


def _publish(world: World, run: str) -> None:
    arn = world.guard.function("push_guard.handler").environment["GUARD_TOPIC_ARN"]
    AlertTopic(world.aws.client("sns"), arn).publish(_alert(f"shop/run-{run}"))


def _alert(repository: str) -> Alert:
    return Alert(
        Severity.WARNING,
        "missing-platform",
        repository,
        f"{repository}:1.0: x",
        "It cannot run.",
        account=ACCOUNT,
        region=REGION,
        image=f"{REGISTRY}/{repository}:1.0",
    )


def _fail_conditional_put(world: World) -> None:
    """Fail a conditional put although the item does not exist."""
    world.aws.fail("PutItem", "ConditionalCheckFailedException")


SCENARIOS: Mapping[str, tuple[Scenario, ...]] = {
    "alert_dispatch": (publish_window, publish_overview),
    "pull_diagnosis": (diagnose_exit, diagnose_timeout, diagnose_missing_image),
    "push_guard": (
        mark_and_alert,
        fix_before_grace_ends,
        delete_after_grace,
        archive_after_grace,
        report_invalid_override,
    ),
    "slack_notifier": (post_after_an_outage, post_rejected_message, post_beside_another_process),
    "slack_router": (route_alert, route_beside_another_process),
    "sweep": (sweep_missed_image,),
}
"""By function module."""
