"""Which images the push guard has told of, so that the sweep does not tell of them again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# The next sweep, which remembers it from then on, comes within a week.
_KEPT_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class ToldFindings:
    """Images by repository and digest."""

    client: "DynamoDBClient"
    table: str
    clock: Callable[[], float]
    """Seconds since 1970."""

    def note(self, repository: str, digest: str) -> None:
        """Remember that an image was told of."""
        expiration = int(self.clock()) + _KEPT_SECONDS
        self.client.put_item(
            TableName=self.table,
            Item={
                "id": {"S": _item_id(repository, digest)},
                "expiration": {"N": str(expiration)},
            },
        )

    def has(self, repository: str, digest: str) -> bool:
        """Tell whether an image was told of."""
        answer = self.client.get_item(
            TableName=self.table, Key={"id": {"S": _item_id(repository, digest)}}
        )
        return "Item" in answer


def _item_id(repository: str, digest: str) -> str:
    return f"told#{repository}@{digest}"
