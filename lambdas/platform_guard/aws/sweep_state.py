"""How far a sweep is, in the table of the guard's state.

One item says which sweep is under way, so that there is only one. One item a sweep counts. What a
repository adds to it is written together with what is remembered of the repository, and what a
part adds together with that it is done: delivered twice, nothing counts twice. Several copies of
the function write to the item that counts, so each write waits for its turn.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_guard.aws.conflicts import Patience, cancellation_codes
from platform_guard.sweep_messages import Part
from platform_guard.sweep_report import SweepFindings, SweepReport

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import (
        AttributeValueTypeDef,
        TransactWriteItemTypeDef,
        UpdateTypeDef,
    )

_CURRENT = "sweep#current"
_FIRST = "sweep#first"

_KEPT_SECONDS = 30 * 24 * 3600

STALLED_SECONDS = 6 * 3600
"""A sweep of which no part has ended for as long has stalled: its messages are dead letters."""

# One item holds them all, and is written often.
_LINES_KEPT = 40
_LINES_A_REPOSITORY = 5

_VERDICT = "verdict "


@dataclass(frozen=True, slots=True)
class SweepState:
    """The sweeps of this account and region."""

    client: "DynamoDBClient"
    table: str
    clock: Callable[[], float]
    """Seconds since 1970."""
    patience: Patience

    def begin(self, sweep_id: str) -> bool:
        """Begin a sweep, or go on with beginning it; False while another one is under way."""
        now = self.clock()
        try:
            self.patience.write(
                lambda: self.client.update_item(
                    TableName=self.table,
                    Key=_key(_CURRENT),
                    UpdateExpression="SET sweep_id = :id, touched = :now, is_over = :no",
                    ConditionExpression=(
                        "attribute_not_exists(id) OR is_over = :yes OR touched < :stalled "
                        "OR sweep_id = :id"
                    ),
                    ExpressionAttributeValues={
                        ":id": {"S": sweep_id},
                        ":now": _number(now),
                        ":stalled": _number(now - STALLED_SECONDS),
                        ":no": {"BOOL": False},
                        ":yes": {"BOOL": True},
                    },
                )
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        self.client.update_item(
            TableName=self.table,
            Key=_key(_FIRST),
            UpdateExpression="SET started = if_not_exists(started, :now)",
            ExpressionAttributeValues={":now": _number(now)},
        )
        self._update(
            sweep_id,
            "SET started = if_not_exists(started, :now), expiration = :then",
            {":now": _number(now), ":then": _number(now + _KEPT_SECONDS)},
        )
        return True

    def under_way(self) -> str:
        """Give the id of the sweep that is under way; empty where there is none."""
        item = self._item(_CURRENT)
        is_over = item.get("is_over", {}).get("BOOL", True)
        return "" if is_over else item["sweep_id"]["S"]

    def first_started(self) -> float:
        """Give when the first of all sweeps was started, in seconds since 1970."""
        item = self._item(_FIRST)
        return float(item["started"]["N"]) if item else self.clock()

    def note_parts(self, sweep_id: str, parts: int) -> None:
        """Note into how many parts a sweep was divided."""
        self._update(sweep_id, "SET parts = :parts", {":parts": _number(parts)})

    def reserve_remedies(self, sweep_id: str, wanted: int, limit: int) -> tuple[int, int]:
        """Take from what a sweep may hand over: how many were taken before, and how many now."""
        item = self._update(sweep_id, "ADD reserved :wanted", {":wanted": _number(wanted)})
        before = int(item["reserved"]["N"]) - wanted
        return before, max(0, min(wanted, limit - before))

    def record_repository(
        self,
        sweep_id: str,
        writes: "Sequence[TransactWriteItemTypeDef]",
        findings: SweepFindings,
        known_lines: int,
    ) -> bool:
        """Write what is remembered of a repository together with what is new in it.

        False where another process has written about the repository in the meantime.
        """
        counts = {
            "judged": findings.judged,
            "first_seen": findings.first_seen,
            "changed": findings.changed,
            "missed": findings.missed,
            "handed_over": findings.handed_over,
            "postponed": findings.postponed,
            **{f"{_VERDICT}{name}": count for name, count in findings.verdicts.items()},
        }
        lines = findings.lines[:_LINES_A_REPOSITORY] if known_lines < _LINES_KEPT else ()
        together = list(writes)
        if any(counts.values()):
            together.append({"Update": self._addition(sweep_id, counts, "lines", lines)})
        return self._write_together(together)

    def finish_part(self, part: Part) -> None:
        """Count a part as done, unless it is counted already."""
        now = self.clock()
        addition = self._addition(
            part.sweep_id,
            {
                "parts_done": 1,
                "images": part.images,
                "unseen": len(part.unseen),
            },
            "unseen_lines",
            part.unseen[:_LINES_A_REPOSITORY],
        )
        self._write_together(
            [
                {
                    "Put": {
                        "TableName": self.table,
                        "Item": {
                            "id": {"S": f"{_sweep(part.sweep_id)}#{part.number}"},
                            "expiration": _number(now + _KEPT_SECONDS),
                        },
                        "ConditionExpression": "attribute_not_exists(id)",
                    }
                },
                {"Update": addition},
                {
                    "Update": {
                        "TableName": self.table,
                        "Key": _key(_CURRENT),
                        "UpdateExpression": "SET touched = :now",
                        "ExpressionAttributeValues": {":now": _number(now)},
                    }
                },
            ]
        )

    def report(self, sweep_id: str) -> SweepReport:
        """Give what a sweep has found so far."""
        item = self._item(_sweep(sweep_id))

        def count(name: str) -> int:
            return int(item.get(name, {}).get("N", "0"))

        return SweepReport(
            sweep_id=sweep_id,
            started=float(item.get("started", {}).get("N", "0")),
            parts=count("parts") if "parts" in item else None,
            parts_done=count("parts_done"),
            images=count("images"),
            judged=count("judged"),
            first_seen=count("first_seen"),
            verdicts={
                name.removeprefix(_VERDICT): count(name)
                for name in item
                if name.startswith(_VERDICT)
            },
            changed=count("changed"),
            missed=count("missed"),
            handed_over=count("handed_over"),
            postponed=count("postponed"),
            lines=_texts(item, "lines"),
            unseen=count("unseen"),
            unseen_lines=_texts(item, "unseen_lines"),
        )

    def end(self, sweep_id: str) -> None:
        """Note that a sweep is over; another one may begin."""
        self.patience.write(
            lambda: self.client.update_item(
                TableName=self.table,
                Key=_key(_CURRENT),
                UpdateExpression="SET is_over = :yes",
                ConditionExpression="sweep_id = :id",
                ExpressionAttributeValues={":yes": {"BOOL": True}, ":id": {"S": sweep_id}},
            )
        )

    def _addition(
        self, sweep_id: str, counts: dict[str, int], list_name: str, lines: Sequence[str]
    ) -> "UpdateTypeDef":
        """Write what adds to the counts of a sweep, one of them at least, and to a list."""
        changed = {name: count for name, count in counts.items() if count}
        names = {f"#{number}": name for number, name in enumerate(changed)}
        values: dict[str, AttributeValueTypeDef] = {
            f":{number}": _number(count) for number, count in enumerate(changed.values())
        }
        expression = "ADD " + ", ".join(f"#{n} :{n}" for n in range(len(changed)))
        if lines:
            names["#lines"] = list_name
            values |= {":none": {"L": []}, ":lines": {"L": [{"S": line} for line in lines]}}
            expression += " SET #lines = list_append(if_not_exists(#lines, :none), :lines)"
        return {
            "TableName": self.table,
            "Key": _key(_sweep(sweep_id)),
            "UpdateExpression": expression,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }

    def _write_together(self, writes: "Sequence[TransactWriteItemTypeDef]") -> bool:
        """Write all or nothing; False where a condition does not hold."""
        try:
            self.patience.write(lambda: self.client.transact_write_items(TransactItems=writes))
        except self.client.exceptions.TransactionCanceledException as error:
            if "ConditionalCheckFailed" in cancellation_codes(error):
                return False
            raise
        return True

    def _update(
        self, sweep_id: str, expression: str, values: "dict[str, AttributeValueTypeDef]"
    ) -> "dict[str, AttributeValueTypeDef]":
        """Change the item that counts, and give the attributes that were changed."""
        answer = self.patience.write(
            lambda: self.client.update_item(
                TableName=self.table,
                Key=_key(_sweep(sweep_id)),
                UpdateExpression=expression,
                ExpressionAttributeValues=values,
                ReturnValues="UPDATED_NEW",
            )
        )
        return answer["Attributes"]

    def _item(self, name: str) -> "dict[str, AttributeValueTypeDef]":
        answer = self.client.get_item(TableName=self.table, Key=_key(name), ConsistentRead=True)
        return answer.get("Item", {})


def _sweep(sweep_id: str) -> str:
    return f"sweep#{sweep_id}"


def _key(name: str) -> "dict[str, AttributeValueTypeDef]":
    return {"id": {"S": name}}


def _number(value: float) -> "AttributeValueTypeDef":
    return {"N": str(int(value))}


def _texts(item: "dict[str, AttributeValueTypeDef]", name: str) -> tuple[str, ...]:
    return tuple(str(text["S"]) for text in item.get(name, {}).get("L", []))
