"""The state table, for tests of what is stored without a deployment."""

from typing import TYPE_CHECKING

from platform_guard.remediation.ledger import (
    LEDGER_INDEX,
    LEDGER_INDEX_ATTRIBUTES,
    LEDGER_INDEX_KEYS,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "state"


def create_state_table(client: "DynamoDBClient") -> None:
    """Create the table as the stack does: one key, and the index of the ledger."""
    hash_key, range_key = LEDGER_INDEX_KEYS
    client.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("id", hash_key, range_key)
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": LEDGER_INDEX,
                "KeySchema": [
                    {"AttributeName": hash_key, "KeyType": "HASH"},
                    {"AttributeName": range_key, "KeyType": "RANGE"},
                ],
                "Projection": {
                    "ProjectionType": "INCLUDE",
                    "NonKeyAttributes": list(LEDGER_INDEX_ATTRIBUTES),
                },
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
