"""The tasks that fail in an incident, counted in a table beside what was alerted already.

One item per incident: when it alerted, until when it does not alert again, and how many tasks
have failed since. A count is one atomic update, so that no process loses what another one counted.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from platform_guard.diagnosis.incident import NotifiedIncident

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

# An incident that comes back within a day says how many tasks failed before.
_SERVICE_KEPT_SECONDS = 30 * 24 * 3600  # time to fix the service
_KEPT_SECONDS = 24 * 3600

# For longer than it is remembered that the same incident was alerted about.
_KEPT_ENDED_SECONDS = 8 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of an incident when another task has failed."""

    is_open: bool
    """Whether someone was alerted lately; then the task was counted."""
    unnotified: int = 0
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

    def open(self, key: str, task_arn: str, seconds: int, notified: int) -> None:
        """Note that an alert was sent that reports `notified` failures."""
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
                ":told": {"N": str(-notified)},
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


@dataclass(frozen=True, slots=True)
class ServiceIncidents:
    """The incidents that were reported, by service."""

    client: "DynamoDBClient"
    table: str
    clock: Callable[[], float]
    """Seconds since 1970."""

    def note(self, cluster_arn: str, service: str, incident: NotifiedIncident) -> None:
        """Remember that someone was alerted about an incident of a service."""
        self.client.update_item(
            TableName=self.table,
            Key={"id": {"S": _service_item_id(cluster_arn, service)}},
            UpdateExpression="SET expiration = :expiration ADD incidents :incident",
            ExpressionAttributeValues={
                ":incident": {"SS": [_incident_as_text(incident)]},
                ":expiration": {"N": str(int(self.clock()) + _SERVICE_KEPT_SECONDS)},
            },
        )

    def of(self, cluster_arn: str, service: str) -> list[NotifiedIncident]:
        """Return the incidents that someone was alerted about, in order of their keys."""
        answer = self.client.get_item(
            TableName=self.table,
            Key={"id": {"S": _service_item_id(cluster_arn, service)}},
            ConsistentRead=True,
        )
        texts = answer.get("Item", {}).get("incidents", {}).get("SS", [])
        return sorted(map(_incident_from_text, texts))

    def forget(self, cluster_arn: str, service: str) -> None:
        """Forget the incidents after the service was reported as steady."""
        self.client.delete_item(
            TableName=self.table, Key={"id": {"S": _service_item_id(cluster_arn, service)}}
        )


def _incident_as_text(incident: NotifiedIncident) -> str:
    return "\t".join((incident.key, incident.repository, incident.image))


def _incident_from_text(text: str) -> NotifiedIncident:
    key, _, named = text.partition("\t")
    repository, _, image = named.partition("\t")
    return NotifiedIncident(key, repository, image)


def _service_item_id(cluster_arn: str, service: str) -> str:
    return f"service-incidents#{cluster_arn} {service}"
