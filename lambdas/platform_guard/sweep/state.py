"""How far a sweep is, in the table of the guard's state.

One item says which sweep is under way, so that there is only one. One item a sweep counts. What a
repository adds to it is written together with what is remembered of the repository, and what a
part adds together with that it is done: delivered twice, nothing counts twice. Several copies of
the function write to the item that counts, so each write waits for its turn.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_guard.aws.retry import RetryPolicy, cancellation_codes
from platform_guard.sweep.counters import (
    FINDINGS,
    UNAVAILABLE,
    VERDICT,
    added_counts,
    added_lines,
    counts_of,
    item_of,
    key,
    number,
    read_report,
)
from platform_guard.sweep.messages import Part
from platform_guard.sweep.report import SweepFindings, SweepReport

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import (
        AttributeValueTypeDef,
        TransactWriteItemTypeDef,
    )

_CURRENT = "sweep#current"
_FIRST = "sweep#first"

_KEPT_SECONDS = 30 * 24 * 3600

STALLED_SECONDS = 6 * 3600
"""A sweep of which no part has ended for as long has stalled: its messages are dead letters."""

# One item holds them all.
_LINES_KEPT = 40
_LINES_A_REPOSITORY = 5


@dataclass(frozen=True, slots=True)
class SweepState:
    """The sweeps of this account and region."""

    client: "DynamoDBClient"
    table: str
    clock: Callable[[], float]
    """Seconds since 1970."""
    retry_policy: RetryPolicy

    def begin(self, sweep_id: str) -> bool:
        """Begin a sweep, or go on with beginning it; False while another one is under way."""
        now = self.clock()
        try:
            self.retry_policy.write(
                lambda: self.client.update_item(
                    TableName=self.table,
                    Key=key(_CURRENT),
                    UpdateExpression="SET sweep_id = :id, touched = :now, is_over = :no",
                    ConditionExpression=(
                        "attribute_not_exists(id) OR is_over = :yes OR touched < :stalled "
                        "OR sweep_id = :id"
                    ),
                    ExpressionAttributeValues={
                        ":id": {"S": sweep_id},
                        ":now": number(now),
                        ":stalled": number(now - STALLED_SECONDS),
                        ":no": {"BOOL": False},
                        ":yes": {"BOOL": True},
                    },
                )
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        self.client.update_item(
            TableName=self.table,
            Key=key(_FIRST),
            UpdateExpression="SET started = if_not_exists(started, :now)",
            ExpressionAttributeValues={":now": number(now)},
        )
        self._update(
            sweep_id,
            "SET started = if_not_exists(started, :now), expiration = :then",
            {":now": number(now), ":then": number(now + _KEPT_SECONDS)},
        )
        return True

    def under_way(self) -> str:
        """Give the id of the sweep that is under way; empty where there is none."""
        item = item_of(self.client, self.table, _CURRENT)
        is_over = item.get("is_over", {}).get("BOOL", True)
        return "" if is_over else item["sweep_id"]["S"]

    def first_started(self) -> float:
        """Give when the first of all sweeps was started, in seconds since 1970."""
        item = item_of(self.client, self.table, _FIRST)
        return float(item["started"]["N"]) if item else self.clock()

    def note_parts(self, sweep_id: str, parts: int) -> None:
        """Note into how many parts a sweep was divided."""
        self._update(sweep_id, "SET parts = :parts", {":parts": number(parts)})

    def reserve_remedies(self, sweep_id: str, wanted: int, limit: int) -> tuple[int, int]:
        """Take from what a sweep may hand over: how many were taken before, and how many now."""
        item = self._update(sweep_id, "ADD reserved :wanted", {":wanted": number(wanted)})
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
            "judged": findings.evaluated,
            "first_seen": findings.first_seen,
            "changed": findings.changed,
            "missed": findings.missed,
            "handed_over": findings.enqueued,
            "postponed": findings.postponed,
            **{f"{VERDICT}{name}": count for name, count in findings.verdicts.items()},
        }
        lines = findings.lines[:_LINES_A_REPOSITORY] if known_lines < _LINES_KEPT else ()
        additions = self._additions(sweep_id, counts, FINDINGS, lines)
        return self._write_together([*writes, *additions])

    def finish_part(self, part: Part) -> None:
        """Count a part as done, unless it is counted already."""
        now = self.clock()
        known_lines = len(self.report(part.sweep_id).unavailable_lines) if part.unavailable else 0
        additions = self._additions(
            part.sweep_id,
            {"parts_done": 1, "images": part.images, "unseen": len(part.unavailable)},
            UNAVAILABLE,
            part.unavailable[:_LINES_A_REPOSITORY] if known_lines < _LINES_KEPT else (),
        )
        self._write_together(
            [
                {
                    "Put": {
                        "TableName": self.table,
                        "Item": {
                            "id": {"S": f"{counts_of(part.sweep_id)}#{part.number}"},
                            "expiration": number(now + _KEPT_SECONDS),
                        },
                        "ConditionExpression": "attribute_not_exists(id)",
                    }
                },
                *additions,
                {
                    "Update": {
                        "TableName": self.table,
                        "Key": key(_CURRENT),
                        "UpdateExpression": "SET touched = :now",
                        "ExpressionAttributeValues": {":now": number(now)},
                    }
                },
            ]
        )

    def report(self, sweep_id: str) -> SweepReport:
        """Give what a sweep has found so far."""
        return read_report(self.client, self.table, sweep_id)

    def end(self, sweep_id: str) -> None:
        """Note that a sweep is over; another one may begin."""
        self.retry_policy.write(
            lambda: self.client.update_item(
                TableName=self.table,
                Key=key(_CURRENT),
                UpdateExpression="SET is_over = :yes",
                ConditionExpression="sweep_id = :id",
                ExpressionAttributeValues={":yes": {"BOOL": True}, ":id": {"S": sweep_id}},
            )
        )

    def _additions(
        self, sweep_id: str, counts: Mapping[str, int], name: str, lines: Sequence[str]
    ) -> "Iterator[TransactWriteItemTypeDef]":
        if any(counts.values()):
            yield added_counts(self.table, sweep_id, counts)
        if lines:
            expiration = self.clock() + _KEPT_SECONDS
            yield added_lines(self.table, sweep_id, name, lines, expiration)

    def _write_together(self, writes: "Sequence[TransactWriteItemTypeDef]") -> bool:
        """Write all or nothing; False where a condition does not hold."""
        try:
            self.retry_policy.write(lambda: self.client.transact_write_items(TransactItems=writes))
        except self.client.exceptions.TransactionCanceledException as error:
            if "ConditionalCheckFailed" in cancellation_codes(error):
                return False
            raise
        return True

    def _update(
        self, sweep_id: str, expression: str, values: "dict[str, AttributeValueTypeDef]"
    ) -> "dict[str, AttributeValueTypeDef]":
        """Change the item that counts, and give the attributes that were changed."""
        answer = self.retry_policy.write(
            lambda: self.client.update_item(
                TableName=self.table,
                Key=key(counts_of(sweep_id)),
                UpdateExpression=expression,
                ExpressionAttributeValues=values,
                ReturnValues="UPDATED_NEW",
            )
        )
        return answer["Attributes"]
