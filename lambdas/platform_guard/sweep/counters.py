"""The counts of a sweep and the lines of its report, in one item each.

Every repository adds to the counts, so their item stays small: DynamoDB charges a write by the size
of the item. The lines are few, and only the first findings write them.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from platform_guard.sweep.report import SweepReport

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef

FINDINGS = "lines"
"""The attribute of the lines about findings."""

UNAVAILABLE = "unseen_lines"
"""The attribute of the lines about failed lookups."""

VERDICT = "verdict "
"""The prefix of the count attribute of a verdict."""


def counts_item_id(sweep_id: str) -> str:
    """Return the id of the item with the counts of a sweep."""
    return f"sweep#{sweep_id}"


def add_counts(table: str, sweep_id: str, counts: Mapping[str, int]) -> "TransactWriteItemTypeDef":
    """Return the update that adds to the counts of a sweep; at least one must not be 0."""
    changed = {name: count for name, count in counts.items() if count}
    return {
        "Update": {
            "TableName": table,
            "Key": key(counts_item_id(sweep_id)),
            "UpdateExpression": "ADD " + ", ".join(f"#{n} :{n}" for n in range(len(changed))),
            "ExpressionAttributeNames": {f"#{n}": name for n, name in enumerate(changed)},
            "ExpressionAttributeValues": {
                f":{n}": number(count) for n, count in enumerate(changed.values())
            },
        }
    }


def add_lines(
    table: str, sweep_id: str, name: str, lines: Sequence[str], expiration: float
) -> "TransactWriteItemTypeDef":
    """Return the update that appends lines to the report of a sweep."""
    return {
        "Update": {
            "TableName": table,
            "Key": key(_lines_item_id(sweep_id)),
            "UpdateExpression": (
                "SET #lines = list_append(if_not_exists(#lines, :none), :lines), expiration = :then"
            ),
            "ExpressionAttributeNames": {"#lines": name},
            "ExpressionAttributeValues": {
                ":none": {"L": []},
                ":lines": {"L": [{"S": line} for line in lines]},
                ":then": number(expiration),
            },
        }
    }


def read_report(client: "DynamoDBClient", table: str, sweep_id: str) -> SweepReport:
    """Return the results of a sweep so far."""
    item = read_item(client, table, counts_item_id(sweep_id))
    lines = read_item(client, table, _lines_item_id(sweep_id))

    def count(name: str) -> int:
        return int(item.get(name, {}).get("N", "0"))

    return SweepReport(
        sweep_id=sweep_id,
        started=float(item.get("started", {}).get("N", "0")),
        parts=count("parts") if "parts" in item else None,
        parts_done=count("parts_done"),
        images=count("images"),
        evaluated=count("judged"),
        first_seen=count("first_seen"),
        verdicts={
            name.removeprefix(VERDICT): count(name) for name in item if name.startswith(VERDICT)
        },
        changed=count("changed"),
        missed=count("missed"),
        enqueued=count("handed_over"),
        postponed=count("postponed"),
        lines=_texts(lines, FINDINGS),
        unavailable=count("unseen"),
        unavailable_lines=_texts(lines, UNAVAILABLE),
    )


def read_item(
    client: "DynamoDBClient", table: str, name: str
) -> "dict[str, AttributeValueTypeDef]":
    """Return the current item; empty if there is none."""
    answer = client.get_item(TableName=table, Key=key(name), ConsistentRead=True)
    return answer.get("Item", {})


def key(name: str) -> "dict[str, AttributeValueTypeDef]":
    """Return the DynamoDB key of an item."""
    return {"id": {"S": name}}


def number(value: float) -> "AttributeValueTypeDef":
    """Return a number attribute, rounded down to an integer."""
    return {"N": str(int(value))}


def _lines_item_id(sweep_id: str) -> str:
    return f"{counts_item_id(sweep_id)}#lines"


def _texts(item: "Mapping[str, AttributeValueTypeDef]", name: str) -> tuple[str, ...]:
    return tuple(str(text["S"]) for text in item.get(name, {}).get("L", []))
