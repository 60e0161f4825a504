"""All that each function does, as stories that together need every permission it has.

A new function joins by its module in STORIES. A story happens often in one account: `run` tells
the times apart, and nothing that an earlier one left may spare a call. Some happen only under a
policy that asks for it; under another one they are over sooner.
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

Story = Callable[[World, str], None]

NETWORK = (
    "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve "
    f"ref {IMAGE}: dial tcp 10.0.1.7:443: i/o timeout"
)

GRACE_IS_OVER = timedelta(hours=25)
LONG_AGO = -timedelta(hours=1)


def mark_and_alert(world: World, run: str) -> None:
    """Push an image that is marked and reported, with a fault between, and tell of it again."""
    repository = f"shop/run-{run}"
    digest = world.shop.push(PLAIN_ARM64, "1.0", repository)
    # ECR fails once when the mark is added, so that the event comes back.
    world.aws.fail("PutImage", "ServerException")
    again = {**push_event(digest, "1.0", repository), "id": f"again-{run}"}
    for _ in range(2):
        world.aws.emit(again)
    world.guard.drain()


def mend_in_time(world: World, run: str) -> None:
    """Push a bad image, and a good one in its place while the bad one waits for its end."""
    repository = f"shop/run-{run}"
    world.shop.push(PLAIN_ARM64, "1.0", repository)
    world.guard.drain()
    world.shop.push(PLAIN_AMD64, "1.0", repository)
    world.guard.drain()


def delete_in_the_end(world: World, run: str) -> None:
    """Push an image that is deleted when its time is over; a service has changed by then."""
    world.shop.push(MAC_BUILD, "1.0", f"shop/run-{run}")
    world.guard.drain()
    # What a task definition says is remembered; a new one has to be looked at.
    world.shop.update(world.shop.define())
    _let_grace_end(world)


def archive_in_the_end(world: World, run: str) -> None:
    """Push an image to a repository that wants no more than to have it archived."""
    repository = f"shop/run-{run}"
    world.shop.push(PLAIN_ARM64, "1.0", repository)
    _tag_repository(world, repository, "platform-guard:remedy", "archive")
    world.guard.drain()
    _let_grace_end(world)


def refuse_an_override(world: World, run: str) -> None:
    """Push to a repository with a resource tag that makes no sense."""
    repository = f"shop/run-{run}"
    world.shop.push(PLAIN_AMD64, "1.0", repository)
    _tag_repository(world, repository, "platform-guard:remedy", "explode")
    world.guard.drain()


def publish_a_window(world: World, run: str) -> None:
    """Have a window of alerts published, which fails once."""
    world.aws.fail("Publish", "InternalError")
    _add_windows(world, run, 1)
    world.guard.drain()


def publish_an_overview(world: World, run: str) -> None:
    """Have more windows published than a minute may have messages."""
    _add_windows(world, run, 12)
    world.guard.drain()


def explain_an_exit(world: World, run: str) -> None:
    """Let a task on an instance exit as one for another platform does; its alert fails once."""
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


def explain_a_timeout(world: World, run: str) -> None:
    """Let a task stop that has no way to the registry."""
    event = stop_event(
        definition=world.shop.define(), text=NETWORK, subnet=world.subnet, service=f"network-{run}"
    )
    world.aws.emit({**event, "id": run})
    world.guard.drain()


def explain_a_missing_image(world: World, run: str) -> None:
    """Let a task stop whose image is not there, and its service be steady later."""
    event = stop_event(definition=world.shop.define(), text=NOT_FOUND, service=f"missing-{run}")
    world.aws.emit({**event, "id": run})
    world.guard.drain()
    world.aws.emit(service_event(f"steady-{run}", f"missing-{run}"))
    world.guard.drain()


def sweep_what_was_missed(world: World, run: str) -> None:
    """Sweep a registry that holds an image no event told of; the message about it fails once."""
    with world.at(LONG_AGO):
        world.shop.push(PLAIN_ARM64, "unheard")
    world.lose_messages()
    world.aws.fail("Publish", "InternalError")
    world.start_sweep(f"sweep-{run}")
    world.guard.drain()


def route_an_alert(world: World, run: str) -> None:
    """Publish an alert for Slack, which the queue of its channel does not take at first."""
    world.aws.fail("SendMessage", "InternalError")
    _publish(world, run)
    world.guard.drain()


def route_beside_another_process(world: World, run: str) -> None:
    """Publish an alert for Slack that another process gave back just now."""
    _let_a_record_vanish(world)
    _publish(world, run)
    world.guard.drain()


def post_after_an_outage(world: World, run: str) -> None:
    """Post a message that Slack takes the second time."""
    world.slack.script(OUTAGE)
    world.send_to_slack("platform", run)
    world.guard.drain()


def post_in_vain(world: World, run: str) -> None:
    """Post a message that Slack refuses."""
    world.slack.script(NO_SERVICE)
    world.send_to_slack("platform", run)
    world.guard.drain()
    (refused,) = world.guard.dead_letters().values()
    assert run in refused[0]
    world.lose_messages()


def post_beside_another_process(world: World, run: str) -> None:
    """Post a message that another process gave back just now."""
    _let_a_record_vanish(world)
    world.send_to_slack("platform", run)
    world.guard.drain()


def _let_grace_end(world: World) -> None:
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


def _let_a_record_vanish(world: World) -> None:
    """Refuse a record as one that is there, and have none when it is looked at."""
    world.aws.fail("PutItem", "ConditionalCheckFailedException")


STORIES: Mapping[str, tuple[Story, ...]] = {
    "alert_dispatch": (publish_a_window, publish_an_overview),
    "pull_diagnosis": (explain_an_exit, explain_a_timeout, explain_a_missing_image),
    "push_guard": (
        mark_and_alert,
        mend_in_time,
        delete_in_the_end,
        archive_in_the_end,
        refuse_an_override,
    ),
    "slack_notifier": (post_after_an_outage, post_in_vain, post_beside_another_process),
    "slack_router": (route_an_alert, route_beside_another_process),
    "sweep": (sweep_what_was_missed,),
}
"""By the module of the function."""
