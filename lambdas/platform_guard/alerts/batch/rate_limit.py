"""A limit on messages per minute, counted in the table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEPT_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class AlertRate:
    """Allows `most` messages per clock minute."""

    client: "DynamoDBClient"
    table: str
    most: int
    clock: Callable[[], float]
    """Seconds since 1970."""

    def allows(self) -> bool:
        """Count one more message, and return whether it is within the limit."""
        now = int(self.clock())
        answer = self.client.update_item(
            TableName=self.table,
            Key={"id": {"S": f"alert-rate#{now // 60}"}},
            UpdateExpression="SET expiration = :expiration ADD messages :one",
            ExpressionAttributeValues={
                ":expiration": {"N": str(now + _KEPT_SECONDS)},
                ":one": {"N": "1"},
            },
            ReturnValues="UPDATED_NEW",
        )
        return int(answer["Attributes"]["messages"]["N"]) <= self.most
