"""What a sweep counts, and the lines of its message: an item each.

Every repository adds to the counts, so their item stays small: DynamoDB charges a write by the size
of the item. The lines are few, and are written with the first findings alone.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from platform_guard.sweep.report import SweepReport

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef

FINDINGS = "lines"
"""The lines about what was found."""

UNAVAILABLE = "unseen_lines"
"""The lines about what could not be seen."""

VERDICT = "verdict "
"""What the count of a verdict begins with."""


def counts_of(sweep_id: str) -> str:
    """Name the item that counts."""
    return f"sweep#{sweep_id}"


def added_counts(
    table: str, sweep_id: str, counts: Mapping[str, int]
) -> "TransactWriteItemTypeDef":
    """Add to the counts of a sweep, to one of them at least."""
    changed = {name: count for name, count in counts.items() if count}
    return {
        "Update": {
            "TableName": table,
            "Key": key(counts_of(sweep_id)),
            "UpdateExpression": "ADD " + ", ".join(f"#{n} :{n}" for n in range(len(changed))),
            "ExpressionAttributeNames": {f"#{n}": name for n, name in enumerate(changed)},
            "ExpressionAttributeValues": {
                f":{n}": number(count) for n, count in enumerate(changed.values())
            },
        }
    }


def added_lines(
    table: str, sweep_id: str, name: str, lines: Sequence[str], expiration: float
) -> "TransactWriteItemTypeDef":
    """Add to the lines of a sweep."""
    return {
        "Update": {
            "TableName": table,
            "Key": key(_lines_of(sweep_id)),
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
    """Give what a sweep has found so far."""
    item = item_of(client, table, counts_of(sweep_id))
    lines = item_of(client, table, _lines_of(sweep_id))

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


def item_of(client: "DynamoDBClient", table: str, name: str) -> "dict[str, AttributeValueTypeDef]":
    """Return the current item; empty if there is none."""
    answer = client.get_item(TableName=table, Key=key(name), ConsistentRead=True)
    return answer.get("Item", {})


def key(name: str) -> "dict[str, AttributeValueTypeDef]":
    """Write the key of an item."""
    return {"id": {"S": name}}


def number(value: float) -> "AttributeValueTypeDef":
    """Write a whole number."""
    return {"N": str(int(value))}


def _lines_of(sweep_id: str) -> str:
    return f"{counts_of(sweep_id)}#lines"


def _texts(item: "Mapping[str, AttributeValueTypeDef]", name: str) -> tuple[str, ...]:
    return tuple(str(text["S"]) for text in item.get(name, {}).get("L", []))
