"""The findings that the push guard has reported, so that the sweep does not repeat them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# The next sweep, which remembers it from then on, comes within a week.
_KEPT_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class NotifiedFindings:
    """Images by repository and digest."""

    client: "DynamoDBClient"
    table: str
    clock: Callable[[], float]
    """Seconds since 1970."""

    def note(self, repository: str, digest: str, policy: str) -> None:
        """Remember that a finding was reported under a policy, named by its fingerprint."""
        expiration = int(self.clock()) + _KEPT_SECONDS
        self.client.update_item(
            TableName=self.table,
            Key={"id": {"S": _item_id(repository, digest)}},
            UpdateExpression="SET expiration = :then ADD policies :policy",
            ExpressionAttributeValues={
                ":then": {"N": str(expiration)},
                ":policy": {"SS": [policy]},
            },
        )

    def policies(self, repository: str, digest: str) -> frozenset[str]:
        """Return the policies under which a finding was reported; empty if it was not."""
        answer = self.client.get_item(
            TableName=self.table, Key={"id": {"S": _item_id(repository, digest)}}
        )
        item = answer.get("Item")
        if item is None:
            return frozenset()
        # What was written by an earlier release does not say which.
        return frozenset(item.get("policies", {}).get("SS", [""]))


def _item_id(repository: str, digest: str) -> str:
    return f"told#{repository}@{digest}"
