"""Windows in which alerts are collected, so that they come in one message.

A window is an item in the table, from its first alert until it is taken. It is taken when a message
arrives that was sent, with a delay, when the window was opened:

    alert ─▶ window (one update) ─▶ delayed message ─▶ taken ─▶ one alert

No alert is lost. One call puts an alert into a window or finds that there is none. Whoever opens a
window sends the message next; if it dies in between, its event comes back, finds itself in the
window, and sends the message then. A window is copied before it is removed, and removed only if
nothing was added since; what was taken stays until it was published.
"""

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from platform_guard.alerts.alert import Alert, Severity
from platform_guard.alerts.batch.aggregate import NAMES_KEPT, AlertBatch, name_in_window
from platform_guard.alerts.render.json_format import parse_alert, render_json
from platform_guard.alerts.render.truncate import fitted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef
    from mypy_boto3_sqs import SQSClient

    Item = dict[str, AttributeValueTypeDef]

_KEPT_SECONDS = 28 * 24 * 3600  # longer than the message may wait in a queue and its dead letters
_ATTEMPTS = 20
_CHARACTERS = 100_000  # of JSON; an item holds two alerts and may have 400 kB


class ContendedWindowError(Exception):
    """Others were faster every time; the event comes back."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window by its key, and what distinguishes it from the next one with the same key."""

    key: str
    generation: str

    def as_json(self) -> str:
        """Write the message that has the window taken."""
        return json.dumps({"window": self.key, "generation": self.generation})


@dataclass(frozen=True, slots=True)
class AlertOutbox:
    """The windows in a table, and the queue of the messages that have them taken."""

    database: "DynamoDBClient"
    table: str
    queue: "SQSClient"
    queue_url: str
    clock: Callable[[], float]
    """Seconds since 1970."""

    def add(self, key: str, alert: Alert, event_id: str, seconds: int, *, pushed: str = "") -> None:
        """Put an alert into the window of a key; a new one is taken in `seconds`.

        The same event counts once in a window. `pushed` is the time of the push that it is about,
        as its event says; the window keeps the first.
        """
        alert = fitted(alert, lambda cut: len(render_json(cut)) <= _CHARACTERS)
        for _ in range(_ATTEMPTS):
            item = self._join(key, alert, event_id, pushed)
            if item is None:
                return
            if not item:
                generation = self._open(key, alert, event_id, pushed)
                if generation:
                    self._have_claimed(Window(key, generation), seconds)
                    return
            elif event_id in item["events"].get("SS", []):
                # It died before it could send the message, or later, when another does no harm.
                self._have_claimed(Window(key, item["generation"]["S"]), 0)
                return
            elif self._count(key):
                return
        raise ContendedWindowError(f"the window {key} changes all the time")

    def take(self, window: Window) -> AlertBatch | None:
        """Close a window, and give what is in it; None where it is done with.

        It can be taken again until `forget` is called.
        """
        for _ in range(_ATTEMPTS):
            item = self._get(_window_id(window.key))
            if item.get("generation", {}).get("S") != window.generation:
                break
            self._put(item | {"id": {"S": _claimed_id(window)}})
            if self._remove(item):
                break
        else:
            raise ContendedWindowError(f"the window {window.key} changes all the time")
        taken = self._get(_claimed_id(window))
        return _batch(taken) if taken else None

    def forget(self, window: Window) -> None:
        """Note that what was taken has been published."""
        self.database.delete_item(TableName=self.table, Key={"id": {"S": _claimed_id(window)}})

    def _join(self, key: str, alert: Alert, event_id: str, pushed: str) -> "Item | None":
        """Add to an open window: None. Otherwise what is there instead, empty for nothing."""
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
                    ":names": {"L": [{"S": name_in_window(alert)}]},
                    ":one": {"N": "1"},
                    ":event": {"S": event_id},
                    ":events": {"SS": [event_id]},
                    ":most": {"N": str(NAMES_KEPT)},
                    **({":pushed": {"S": pushed}} if pushed else {}),
                },
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self.database.exceptions.ConditionalCheckFailedException as refusal:
            return cast("Item", refusal.response.get("Item", {}))
        return None

    def _count(self, key: str) -> bool:
        """Count an alert that a full window has no room for."""
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
        """Open a window, and give its generation; empty where somebody else was faster."""
        generation = str(uuid.uuid4())
        item: Item = {
            "id": {"S": _window_id(key)},
            "window": {"S": key},
            "generation": {"S": generation},
            "alerts": {"N": "1"},
            "events": {"SS": [event_id]},
            "subjects": {"L": [{"S": name_in_window(alert)}]},
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
        """Remove a window, unless something has been added since it was read."""
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

    def _have_claimed(self, window: Window, seconds: int) -> None:
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
