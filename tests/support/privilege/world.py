"""An account with the guard and all resources that it reads, shared by many scenarios."""

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
from tests.support.ecs import Shop, create_sample_workloads
from tests.support.slack_server import SlackServer, slack_server

WEBHOOK_SECRET = "platform-guard/slack"

_DAY_SECONDS = 24 * 3600


@dataclass(slots=True)
class Clock:
    """The clock of the emulator: the system time plus an offset."""

    moved: timedelta = timedelta()
    uptime: float = 0
    """Seconds added to the monotonic clock of the functions."""

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.moved

    @contextmanager
    def in_processes(self) -> Iterator[None]:
        """Apply `uptime` to the monotonic clock of the functions."""
        monotonic = time.monotonic
        with patch("time.monotonic", lambda: monotonic() + self.uptime):
            yield


@dataclass(frozen=True, slots=True)
class World:
    """The account with its resources."""

    aws: LocalAws
    guard: Deployment
    slack: SlackServer
    clock: Clock
    shop: Shop
    subnet: str
    instance: str

    @contextmanager
    def only(self, module: str) -> Iterator[None]:
        """Enable the event source mapping of only one function."""
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
        """Offset the clock while the context is open."""
        self.clock.moved = moved
        try:
            yield
        finally:
            self.clock.moved = timedelta()

    def start_sweep(self, sweep_id: str) -> None:
        """Send the scheduled event to the sweep queue."""
        url = self.guard.function("sweep.handler").environment["GUARD_SWEEP_QUEUE_URL"]
        event = {"id": sweep_id, "detail-type": "Scheduled Event"}
        self.aws.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(event))

    def send_to_slack(self, channel: str, text: str) -> None:
        """Send a message to the FIFO queue of the Slack notifier."""
        url = self.guard.function("slack_notifier.handler").environment["GUARD_SLACK_QUEUE_URL"]
        self.aws.client("sqs").send_message(
            QueueUrl=url,
            MessageBody=json.dumps({"channel": channel, "payload": {"text": text}}),
            MessageGroupId=channel,
            MessageDeduplicationId=text,
        )

    def lose_messages(self) -> None:
        """Drop all messages in all queues."""
        for queue in sqs_backends[self.aws.account][self.aws.region].queues.values():
            queue._messages.clear()
            queue._pending_messages.clear()

    def reset(self) -> None:
        """Delete all state of a scenario and all pending faults.

        The functions keep running, which saves most of the test time, but their caches expire.
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
        self.aws.clear_failures()
        for record in (self.aws.calls, self.aws.requested_permissions, self.aws.denied_permissions):
            record.clear()


@contextmanager
def deployed_world(assembly: Path) -> Iterator[World]:
    """Deploy a stack into an account with all resources that the guard reads."""
    clock = Clock()
    with clock.in_processes(), slack_server() as slack, LocalAws(clock=clock) as aws:
        guard = deploy(aws, assembly)
        aws.client("secretsmanager").create_secret(Name=WEBHOOK_SECRET, SecretString=slack.url)
        shop = Shop(aws)
        subnet = shop.private_subnet()
        shop.serve(shop.define(), subnet)
        instance = shop.add_instance("x86_64")
        create_sample_workloads(aws)
        world = World(aws, guard, slack, clock, shop, subnet, instance)
        world.reset()
        yield world
