"""An account with the guard in it and whatever it looks at, which many stories happen in."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from moto.dynamodb.models import dynamodb_backends
from moto.scheduler.models import scheduler_backends
from moto.sqs.models import sqs_backends

from platform_guard_emulator import Deployment, LocalAws, deploy
from tests.support.ecs import Shop, run_something
from tests.support.slack_server import SlackServer, slack_server

WEBHOOK_SECRET = "platform-guard/slack"

_DAY_SECONDS = 24 * 3600


@dataclass(slots=True)
class Clock:
    """The stand-in's time of day: that of the machine, and how far it is moved."""

    moved: timedelta = timedelta()
    uptime: float = 0
    """How many seconds longer than in fact the processes have been running."""

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.moved

    @contextmanager
    def in_processes(self) -> Iterator[None]:
        """Have the functions measure time by it."""
        monotonic = time.monotonic
        with patch("time.monotonic", lambda: monotonic() + self.uptime):
            yield


@dataclass(frozen=True, slots=True)
class World:
    """The account, and what a team has there."""

    aws: LocalAws
    guard: Deployment
    slack: SlackServer
    clock: Clock
    shop: Shop
    subnet: str
    instance: str

    @contextmanager
    def only(self, module: str) -> Iterator[None]:
        """Let one function alone take what waits for it."""
        mappings = self.guard.event_source_mappings
        function = self.guard.function(f"{module}.handler").logical_id
        self.guard.event_source_mappings = [
            mapping for mapping in mappings if mapping.function == function
        ]
        try:
            yield
        finally:
            self.guard.event_source_mappings = mappings

    @contextmanager
    def at(self, moved: timedelta) -> Iterator[None]:
        """Do something earlier or later than now."""
        self.clock.moved = moved
        try:
            yield
        finally:
            self.clock.moved = timedelta()

    def start_sweep(self, sweep_id: str) -> None:
        """Put the event of the schedule into the queue of the sweep."""
        url = self.guard.function("sweep.handler").environment["GUARD_SWEEP_QUEUE_URL"]
        event = {"id": sweep_id, "detail-type": "Scheduled Event"}
        self.aws.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(event))

    def send_to_slack(self, channel: str, text: str) -> None:
        """Put a message into the queue that a channel keeps its order in."""
        url = self.guard.function("slack_notifier.handler").environment["GUARD_SLACK_QUEUE_URL"]
        self.aws.client("sqs").send_message(
            QueueUrl=url,
            MessageBody=json.dumps({"channel": channel, "payload": {"text": text}}),
            MessageGroupId=channel,
            MessageDeduplicationId=text,
        )

    def lose_messages(self) -> None:
        """Let whatever waits in any queue get lost."""
        for queue in sqs_backends[self.aws.account][self.aws.region].queues.values():
            queue._messages.clear()
            queue._pending_messages.clear()

    def forget(self) -> None:
        """Forget all that a story has left, and what still had to fail.

        Processes go on, which spares most of the time that the tests take, but what they remember
        for a while is outdated.
        """
        self.clock.uptime += _DAY_SECONDS
        self.lose_messages()
        account, region = self.aws.account, self.aws.region
        for table in dynamodb_backends[account][region].tables.values():
            table.items.clear()
        for group in scheduler_backends[account][region].schedule_groups.values():
            group.schedules.clear()
        ecr = self.aws.client("ecr")
        for repository in ecr.describe_repositories()["repositories"]:
            ecr.delete_repository(repositoryName=repository["repositoryName"], force=True)
        self.slack.script()
        self.aws.fail_no_more()
        for record in (self.aws.calls, self.aws.wanted, self.aws.denied):
            record.clear()


@contextmanager
def world_of(assembly: Path) -> Iterator[World]:
    """Deploy a stack into an account that has all of what the guard looks at."""
    clock = Clock()
    with clock.in_processes(), slack_server() as slack, LocalAws(clock=clock) as aws:
        guard = deploy(aws, assembly)
        aws.client("secretsmanager").create_secret(Name=WEBHOOK_SECRET, SecretString=slack.url)
        shop = Shop(aws)
        subnet = shop.private_subnet()
        shop.serve(shop.define(), subnet)
        instance = shop.add_instance("x86_64")
        run_something(aws)
        world = World(aws, guard, slack, clock, shop, subnet, instance)
        world.forget()
        yield world
