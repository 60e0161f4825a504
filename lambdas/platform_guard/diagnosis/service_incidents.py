"""Which incidents a service has, so that it can be told when the service is steady again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_guard.diagnosis.incident import ToldIncident

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEPT_SECONDS = 30 * 24 * 3600  # whoever mends it later knows


@dataclass(frozen=True, slots=True)
class ServiceIncidents:
    """The incidents that were told, in a table by the service."""

    client: "DynamoDBClient"
    table: str
    clock: Callable[[], float]
    """Seconds since 1970."""

    def note(self, cluster_arn: str, service: str, incident: ToldIncident) -> None:
        """Remember that somebody was alerted about an incident of a service."""
        self.client.update_item(
            TableName=self.table,
            Key={"id": {"S": _item_id(cluster_arn, service)}},
            UpdateExpression="SET expiration = :expiration ADD incidents :incident",
            ExpressionAttributeValues={
                ":incident": {"SS": [_as_text(incident)]},
                ":expiration": {"N": str(int(self.clock()) + _KEPT_SECONDS)},
            },
        )

    def of(self, cluster_arn: str, service: str) -> list[ToldIncident]:
        """Give the incidents that somebody was alerted about, in order of their keys."""
        answer = self.client.get_item(
            TableName=self.table,
            Key={"id": {"S": _item_id(cluster_arn, service)}},
            ConsistentRead=True,
        )
        texts = answer.get("Item", {}).get("incidents", {}).get("SS", [])
        return sorted(map(_from_text, texts))

    def forget(self, cluster_arn: str, service: str) -> None:
        """Note that it was told that the service is steady."""
        self.client.delete_item(
            TableName=self.table, Key={"id": {"S": _item_id(cluster_arn, service)}}
        )


def _as_text(incident: ToldIncident) -> str:
    return "\t".join((incident.key, incident.repository, incident.image))


def _from_text(text: str) -> ToldIncident:
    key, _, named = text.partition("\t")
    repository, _, image = named.partition("\t")
    return ToldIncident(key, repository, image)


def _item_id(cluster_arn: str, service: str) -> str:
    return f"service-incidents#{cluster_arn} {service}"
