"""The tags with an open finding, so that their resolution can be reported."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEPT_SECONDS = 90 * 24 * 3600  # an unfixed finding is forgotten then


@dataclass(frozen=True, slots=True)
class OpenFindings:
    """Open findings by image reference, `<registry>/<repository>:<tag>`."""

    client: "DynamoDBClient"
    table: str
    clock: Callable[[], float]
    """Seconds since 1970."""

    def record(self, image: str, finding: str) -> None:
        """Record that an alert about an image was sent."""
        self.client.put_item(
            TableName=self.table,
            Item={
                "id": {"S": _item_id(image)},
                "finding": {"S": finding},
                "expiration": {"N": str(int(self.clock()) + _KEPT_SECONDS)},
            },
        )

    def of(self, image: str) -> str:
        """Return the open finding of an image, empty if there is none."""
        answer = self.client.get_item(
            TableName=self.table, Key={"id": {"S": _item_id(image)}}, ConsistentRead=True
        )
        return answer.get("Item", {}).get("finding", {}).get("S", "")

    def forget(self, image: str) -> None:
        """Close the finding of an image."""
        self.client.delete_item(TableName=self.table, Key={"id": {"S": _item_id(image)}})


def _item_id(image: str) -> str:
    return f"open-finding#{image}"
