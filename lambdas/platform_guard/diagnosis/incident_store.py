"""Incidents in the state table.

One item per incident: when it alerted, until when it does not alert again, and how many tasks
failed since. Each count is an atomic update, so that concurrent processes lose no counts.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from platform_guard.diagnosis.incident import NotifiedIncident

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

# How long a service may take to recover and still be reported as resolved.
_SERVICE_KEPT_SECONDS = 30 * 24 * 3600

# An incident that recurs within a day reports how many tasks failed before.
_KEPT_SECONDS = 24 * 3600

# Longer than the idempotency record of the alert is kept.
_KEPT_ENDED_SECONDS = 8 * 24 * 3600


@dataclass(frozen=True, slots=True)
class IncidentState:
    """The state of an incident when another task fails."""

    is_open: bool
    """Whether the incident was reported recently; the task was then counted."""
    unnotified: int = 0
    """How many failures were counted since the last alert."""
    ended: int = 0
    """How often the incident ended before."""


@dataclass(frozen=True, slots=True)
class Incidents:
    """Incidents by key."""

    client: "DynamoDBClient"
    table: str
    clock: Callable[[], float]
    """Seconds since 1970."""

    def count_if_open(self, key: str, task_arn: str) -> IncidentState:
        """Count a failed task if the incident is open, in one call.

        The same task twice in a row counts once, because duplicate events arrive close together.
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
        except self.client.exceptions.ConditionalCheckFailedException as error:
            item = cast("dict[str, AttributeValueTypeDef]", error.response.get("Item", {}))
            return IncidentState(
                _number(item, "open_until") > now, _number(item, "untold"), _number(item, "ended")
            )
        return IncidentState(is_open=True)

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
        """Record an alert about `notified` failures, and open the incident for `seconds`."""
        now = int(self.clock())
        self.client.update_item(
            TableName=self.table,
            Key={"id": {"S": _item_id(key)}},
            UpdateExpression=(
                "SET last_task = :task, incident = :key, open_until = :until,"
                " expiration = :expiration ADD untold :notified"
            ),
            ExpressionAttributeValues={
                ":task": {"S": task_arn},
                ":key": {"S": key},
                ":until": {"N": str(now + seconds)},
                ":expiration": {"N": str(now + seconds + _KEPT_SECONDS)},
                ":notified": {"N": str(-notified)},
            },
        )

    def end(self, key: str) -> None:
        """End the incident, so that the next failure alerts immediately."""
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

    def record(self, cluster_arn: str, service: str, incident: NotifiedIncident) -> None:
        """Record a reported incident of a service."""
        self.client.update_item(
            TableName=self.table,
            Key={"id": {"S": _service_item_id(cluster_arn, service)}},
            UpdateExpression="SET expiration = :expiration ADD incidents :incident",
            ExpressionAttributeValues={
                ":incident": {"SS": [_incident_as_text(incident)]},
                ":expiration": {"N": str(int(self.clock()) + _SERVICE_KEPT_SECONDS)},
            },
        )

    def incidents_of(self, cluster_arn: str, service: str) -> list[NotifiedIncident]:
        """Return the reported incidents, sorted by key."""
        answer = self.client.get_item(
            TableName=self.table,
            Key={"id": {"S": _service_item_id(cluster_arn, service)}},
            ConsistentRead=True,
        )
        texts = answer.get("Item", {}).get("incidents", {}).get("SS", [])
        return sorted(map(_incident_from_text, texts))

    def forget(self, cluster_arn: str, service: str) -> None:
        """Delete the incidents of a service that was reported as steady."""
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
