"""Windows that collect alerts, so that related ones are sent as one message.

A window is an item in the table, from its first alert until it is claimed. The process that opens a
window also sends a delayed message, and the window is claimed when that message arrives:

    alert ─▶ window (one update) ─▶ delayed message ─▶ claimed ─▶ one alert

No alert is lost. A single update adds an alert to a window or reports that there is none. If a
process stops between opening a window and sending the message, its event is redelivered, finds
itself in the window, and sends the message. A window is copied before it is deleted, and deleted
only if it has not changed since. The copy is kept until it is published.
"""

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from platform_guard.alerts.alert import Alert, Severity
from platform_guard.alerts.batch.aggregate import NAMES_KEPT, AlertBatch, batch_entry
from platform_guard.alerts.render.json_format import parse_alert, render_json
from platform_guard.alerts.render.truncate import shrink_to_fit

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef
    from mypy_boto3_sqs import SQSClient

    Item = dict[str, AttributeValueTypeDef]

_KEPT_SECONDS = 28 * 24 * 3600  # exceeds the retention of the queue and dead-letter queue
_ATTEMPTS = 20
_CHARACTERS = 100_000  # of JSON; an item contains two alerts and is limited to 400 KB


class ContendedWindowError(Exception):
    """Other writers won every attempt; the queue redelivers the event."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window; the generation distinguishes successive windows with the same key."""

    key: str
    generation: str

    def as_json(self) -> str:
        """Format the message that causes the window to be claimed."""
        return json.dumps({"window": self.key, "generation": self.generation})


@dataclass(frozen=True, slots=True)
class AlertOutbox:
    """The windows in a table, and the queue of delayed messages."""

    database: "DynamoDBClient"
    table: str
    queue: "SQSClient"
    queue_url: str
    clock: Callable[[], float]
    """Seconds since 1970."""

    def add(self, key: str, alert: Alert, event_id: str, seconds: int, *, pushed: str = "") -> None:
        """Add an alert to the window of a key; a new window is claimed after `seconds`.

        A repeated event has no effect within a window. `pushed` is the event time of the push; the
        window keeps the first one. Raise ContendedWindowError if other writers always win.
        """
        alert = shrink_to_fit(alert, lambda cut: len(render_json(cut)) <= _CHARACTERS)
        for _ in range(_ATTEMPTS):
            item = self._join(key, alert, event_id, pushed)
            if item is None:
                return
            if not item:
                generation = self._open(key, alert, event_id, pushed)
                if generation:
                    self._send_claim_message(Window(key, generation), seconds)
                    return
            elif event_id in item["events"].get("SS", []):
                # An earlier attempt may have stopped before sending the message; two are safe.
                self._send_claim_message(Window(key, item["generation"]["S"]), 0)
                return
            elif self._count(key):
                return
        raise ContendedWindowError(f"too many concurrent writes to window {key}")

    def claim(self, window: Window) -> AlertBatch | None:
        """Close a window and return its alerts; None if it has already been published.

        It can be claimed again until `delete_claimed` is called.
        """
        for _ in range(_ATTEMPTS):
            item = self._get(_window_id(window.key))
            if item.get("generation", {}).get("S") != window.generation:
                break
            self._put(item | {"id": {"S": _claimed_id(window)}})
            if self._remove(item):
                break
        else:
            raise ContendedWindowError(f"too many concurrent writes to window {window.key}")
        claimed = self._get(_claimed_id(window))
        return _batch(claimed) if claimed else None

    def delete_claimed(self, window: Window) -> None:
        """Delete the copy of a claimed window after it has been published."""
        self.database.delete_item(TableName=self.table, Key={"id": {"S": _claimed_id(window)}})

    def _join(self, key: str, alert: Alert, event_id: str, pushed: str) -> "Item | None":
        """Add to an open window and return None; otherwise return the current item, or {}."""
        first_push = ", pushed = if_not_exists(pushed, :pushed)" if pushed else ""
        try:
            self.database.update_item(
                TableName=self.table,
                Key={"id": {"S": _window_id(key)}},
                UpdateExpression=(
                    "SET #first = if_not_exists(#first, :alert),"
                    f" subjects = list_append(subjects, :names){first_push}"
                    " ADD alerts :one, events :events"
                ),
                ConditionExpression=(
                    "attribute_exists(generation) AND NOT contains(events, :event)"
                    " AND alerts < :most"
                ),
                ExpressionAttributeNames={"#first": _first(alert.severity)},
                ExpressionAttributeValues={
                    ":alert": {"S": render_json(alert)},
                    ":names": {"L": [{"S": batch_entry(alert)}]},
                    ":one": {"N": "1"},
                    ":event": {"S": event_id},
                    ":events": {"SS": [event_id]},
                    ":most": {"N": str(NAMES_KEPT)},
                    **({":pushed": {"S": pushed}} if pushed else {}),
                },
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self.database.exceptions.ConditionalCheckFailedException as error:
            return cast("Item", error.response.get("Item", {}))
        return None

    def _count(self, key: str) -> bool:
        """Count an alert that does not fit into a full window; False if there is none."""
        return self._succeeds(
            lambda: self.database.update_item(
                TableName=self.table,
                Key={"id": {"S": _window_id(key)}},
                UpdateExpression="ADD alerts :one",
                ConditionExpression="attribute_exists(generation) AND alerts >= :most",
                ExpressionAttributeValues={":one": {"N": "1"}, ":most": {"N": str(NAMES_KEPT)}},
            )
        )

    def _open(self, key: str, alert: Alert, event_id: str, pushed: str) -> str:
        """Open a window and return its generation; empty if another process opened it first."""
        generation = str(uuid.uuid4())
        item: Item = {
            "id": {"S": _window_id(key)},
            "window": {"S": key},
            "generation": {"S": generation},
            "alerts": {"N": "1"},
            "events": {"SS": [event_id]},
            "subjects": {"L": [{"S": batch_entry(alert)}]},
            _first(alert.severity): {"S": render_json(alert)},
            "expiration": {"N": str(int(self.clock()) + _KEPT_SECONDS)},
        }
        if pushed:
            item["pushed"] = {"S": pushed}
        opened = self._succeeds(
            lambda: self.database.put_item(
                TableName=self.table,
                Item=item,
                ConditionExpression="attribute_not_exists(id)",
            )
        )
        return generation if opened else ""

    def _remove(self, item: "Item") -> bool:
        """Delete a window unless it has changed since it was read."""
        return self._succeeds(
            lambda: self.database.delete_item(
                TableName=self.table,
                Key={"id": item["id"]},
                ConditionExpression="generation = :generation AND alerts = :alerts",
                ExpressionAttributeValues={
                    ":generation": item["generation"],
                    ":alerts": item["alerts"],
                },
            )
        )

    def _succeeds(self, call: Callable[[], Any]) -> bool:
        try:
            call()
        except self.database.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _send_claim_message(self, window: Window, seconds: int) -> None:
        self.queue.send_message(
            QueueUrl=self.queue_url, MessageBody=window.as_json(), DelaySeconds=seconds
        )

    def _get(self, item_id: str) -> "Item":
        answer = self.database.get_item(
            TableName=self.table, Key={"id": {"S": item_id}}, ConsistentRead=True
        )
        return answer.get("Item", {})

    def _put(self, item: "Item") -> None:
        self.database.put_item(TableName=self.table, Item=item)


def _batch(item: "Item") -> AlertBatch:
    firsts = [item[_first(severity)]["S"] for severity in Severity if _first(severity) in item]
    return AlertBatch(
        alerts=tuple(map(parse_alert, firsts)),
        names=tuple(name["S"] for name in item["subjects"]["L"]),
        count=int(item["alerts"]["N"]),
        pushed=item.get("pushed", {}).get("S", ""),
    )


def _first(severity: Severity) -> str:
    return f"first_{severity}"


def _window_id(key: str) -> str:
    return f"window#{hashlib.sha256(key.encode()).hexdigest()}"


def _claimed_id(window: Window) -> str:
    return f"taken-window#{window.generation}"
