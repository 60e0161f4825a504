"""The findings that the push guard has reported, so that the sweep does not repeat them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Until the next sweep, within a week, which then keeps its own record.
_KEPT_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class NotifiedFindings:
    """Reported images, by repository and digest."""

    client: "DynamoDBClient"
    table: str
    clock: Callable[[], float]
    """Seconds since 1970."""

    def record(self, repository: str, digest: str, policy: str) -> None:
        """Record that a finding was reported under a policy, given by its fingerprint."""
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
        """Return the fingerprints of policies under which a finding was reported."""
        answer = self.client.get_item(
            TableName=self.table, Key={"id": {"S": _item_id(repository, digest)}}
        )
        item = answer.get("Item")
        if item is None:
            return frozenset()
        # Items written by earlier releases do not name the policy.
        return frozenset(item.get("policies", {}).get("SS", [""]))


def _item_id(repository: str, digest: str) -> str:
    return f"told#{repository}@{digest}"
