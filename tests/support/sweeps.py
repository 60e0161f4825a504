"""Sweeps of a guard in the emulator, with an adjustable clock."""

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
    """The real time, and the number of seconds added so far."""

    moved: float = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC)


class Sweeps:
    """Drops push events, starts sweeps and reads the results."""

    def __init__(self, aws: LocalAws, guard: Deployment, clock: Clock) -> None:
        self.aws = aws
        self.guard = guard
        self.clock = clock
        self._alerts_read = 0
        self.started = 0

    def drop_events(self) -> None:
        """Drop the messages in the push queue, and advance the clock by an hour."""
        queue_of(self._queue_arn("push_guard"))._messages.clear()
        self.clock.moved += HOUR

    def start(self) -> None:
        """Send the scheduled event to the sweep queue."""
        self.started += 1
        event = {"id": f"sweep-{self.started}", "detail-type": "Scheduled Event"}
        self.send(event)

    def send(self, message: object) -> None:
        sqs = self.aws.client("sqs")
        sqs.send_message(QueueUrl=self._queue("sweep"), MessageBody=json.dumps(message))

    def sweep(self) -> list[Invocation]:
        """Start a sweep and drain all queues."""
        self.aws.calls.clear()
        self.start()
        invocations = self.guard.drain()
        assert not self.guard.dead_letters()
        return invocations

    def alerts(self) -> list[dict[str, Any]]:
        """Return the alerts since the last call as JSON."""
        alerts = self.guard.alerts()[self._alerts_read :]
        self._alerts_read += len(alerts)
        return [json.loads(alert.texts["sqs"]) for alert in alerts]

    def calls(self) -> Counter[str]:
        """Return the number of ECR calls of the last sweep by operation."""
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
    """Return the last value of a metric in the logs of the functions."""
    values = [
        line[name]
        for invocation in invocations
        for line in invocation.logs
        if isinstance(line, dict) and "_aws" in line and name in line
    ]
    (last,) = values[-1]
    return float(last)
