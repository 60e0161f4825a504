"""Sweeps of a guard in the stand-in, whose clock tests move on."""

import json
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from platform_guard_emulator import Deployment, Invocation, LocalAws
from platform_guard_emulator.queues import queue_of

HOUR = 3600.0


@dataclass
class Clock:
    """Real time, and how far it was moved on."""

    moved: float = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC)


class Sweeps:
    """Drops events, starts sweeps, and reads what comes of them."""

    def __init__(self, aws: LocalAws, guard: Deployment, clock: Clock) -> None:
        self.aws = aws
        self.guard = guard
        self.clock = clock
        self.notified = 0
        self.started = 0

    def drop_events(self) -> None:
        """Lose what EventBridge has put into the push guard's queue."""
        queue_of(self._queue_arn("push_guard"))._messages.clear()
        self.clock.moved += HOUR

    def start(self) -> None:
        """Put the event of the schedule into the queue of the sweep."""
        self.started += 1
        event = {"id": f"sweep-{self.started}", "detail-type": "Scheduled Event"}
        self.send(event)

    def send(self, message: object) -> None:
        sqs = self.aws.client("sqs")
        sqs.send_message(QueueUrl=self._queue("sweep"), MessageBody=json.dumps(message))

    def sweep(self) -> list[Invocation]:
        """Start a sweep, and run whatever that makes run."""
        self.aws.calls.clear()
        self.start()
        invocations = self.guard.drain()
        assert not self.guard.dead_letters()
        return invocations

    def alerts(self) -> list[dict[str, Any]]:
        """Give the alerts since the last look, for machines."""
        alerts = self.guard.alerts()[self.notified :]
        self.notified += len(alerts)
        return [json.loads(alert.texts["sqs"]) for alert in alerts]

    def calls(self) -> Counter[str]:
        """Count the calls to ECR of the last sweep."""
        return Counter(call.operation for call in self.aws.calls if call.service == "ecr")

    def _queue(self, module: str) -> str:
        name = self._queue_arn(module).rpartition(":")[2]
        return str(self.aws.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])

    def _queue_arn(self, module: str) -> str:
        function = self.guard.function(f"{module}.handler").logical_id
        (mapping,) = [
            mapping for mapping in self.guard.event_source_mappings if mapping.function == function
        ]
        return mapping.queue_arn


def metric(invocations: list[Invocation], name: str) -> float:
    """Give the last value of a metric in the functions' logs."""
    values = [
        line[name]
        for invocation in invocations
        for line in invocation.logs
        if isinstance(line, dict) and "_aws" in line and name in line
    ]
    (last,) = values[-1]
    return float(last)
