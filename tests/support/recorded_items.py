"""Items that 0.1.0 stored in its state table."""

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.paths import ROOT
from tests.support.state_table import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Row = dict[str, Any]

ROWS: list[Row] = json.loads(
    (ROOT / "tests/integration/upgrade/data/items-0.1.0.json").read_text(encoding="utf-8")
)


def rows(*kinds: str) -> list[Any]:
    """Parametrize with the rows whose kind begins with one of these words."""
    chosen = [row for row in ROWS if row["kind"].startswith(kinds)]
    return [pytest.param(row, id=f"{row['kind']}-{number}") for number, row in enumerate(chosen)]


def stored(row: Row) -> Row:
    """Return the item with bytes where JSON has base64."""
    return {
        name: {"B": base64.b64decode(value["B"])} if "B" in value else value
        for name, value in row["item"].items()
    }


def put(client: "DynamoDBClient", *rows_to_store: Row) -> None:
    for row in rows_to_store:
        client.put_item(TableName=TABLE, Item=stored(row))
