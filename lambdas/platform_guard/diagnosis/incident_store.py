"""The tasks that fail in an incident, counted in a table beside what was alerted already.

One item an incident: when it was alerted, until when nobody is alerted again, and how many tasks
have failed since. A count is one atomic update, so that no process loses what another one counted.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

# An incident that comes back within a day says how many tasks failed before.
_KEPT_SECONDS = 24 * 3600

# For longer than it is remembered that the same incident was alerted about.
_KEPT_ENDED_SECONDS = 8 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of an incident when another task has failed."""

    is_open: bool
    """Whether somebody was alerted lately; then the task was counted."""
    untold: int = 0
    """How many failures were counted since the last alert."""
    ended: int = 0
    """How often it has ended before."""


@dataclass(frozen=True, slots=True)
class Incidents:
    """Incidents by their keys."""

    client: "DynamoDBClient"
    table: str
    clock: Callable[[], float]
    """Seconds since 1970."""

    def count_if_open(self, key: str, task_arn: str) -> Standing:
        """Count a failed task if the incident is open, in one call.

        The same task twice in a row counts once: events are delivered again soon, if at all.
        """
        now = int(self.clock())
        try:
            self.client.update_item(
                TableName=self.table,
                Key={"id": {"S": _item_id(key)}},
                UpdateExpression="SET last_task = :task ADD untold :one",
                ConditionExpression="open_until > :now AND last_task <> :task",
                ExpressionAttributeValues={
                    ":task": {"S": task_arn},
                    ":one": {"N": "1"},
                    ":now": {"N": str(now)},
                },
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self.client.exceptions.ConditionalCheckFailedException as refusal:
            item = cast("dict[str, AttributeValueTypeDef]", refusal.response.get("Item", {}))
            return Standing(
                _number(item, "open_until") > now, _number(item, "untold"), _number(item, "ended")
            )
        return Standing(is_open=True)

    def count(self, key: str, task_arn: str) -> None:
        """Count a failed task whose alert another process is sending."""
        self.client.update_item(
            TableName=self.table,
            Key={"id": {"S": _item_id(key)}},
            UpdateExpression="SET last_task = :task, expiration = :expiration ADD untold :one",
            ExpressionAttributeValues={
                ":task": {"S": task_arn},
                ":one": {"N": "1"},
                ":expiration": {"N": str(int(self.clock()) + _KEPT_SECONDS)},
            },
        )

    def open(self, key: str, task_arn: str, seconds: int, told: int) -> None:
        """Note that somebody was alerted, and that `told` failures are told now."""
        now = int(self.clock())
        self.client.update_item(
            TableName=self.table,
            Key={"id": {"S": _item_id(key)}},
            UpdateExpression=(
                "SET last_task = :task, incident = :key, open_until = :until,"
                " expiration = :expiration ADD untold :told"
            ),
            ExpressionAttributeValues={
                ":task": {"S": task_arn},
                ":key": {"S": key},
                ":until": {"N": str(now + seconds)},
                ":expiration": {"N": str(now + seconds + _KEPT_SECONDS)},
                ":told": {"N": str(-told)},
            },
        )

    def end(self, key: str) -> None:
        """Note that it is over, so that the next failure is alerted about at once."""
        self.client.update_item(
            TableName=self.table,
            Key={"id": {"S": _item_id(key)}},
            UpdateExpression=(
                "SET open_until = :never, untold = :none, expiration = :expiration ADD ended :one"
            ),
            ExpressionAttributeValues={
                ":never": {"N": "0"},
                ":none": {"N": "0"},
                ":one": {"N": "1"},
                ":expiration": {"N": str(int(self.clock()) + _KEPT_ENDED_SECONDS)},
            },
        )


def _number(item: "dict[str, AttributeValueTypeDef]", name: str) -> int:
    return int(item.get(name, {}).get("N", "0"))


def _item_id(key: str) -> str:
    return f"incident#{hashlib.sha256(key.encode()).hexdigest()}"
