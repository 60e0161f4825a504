"""The progress of sweeps, in the state table.

One item names the current sweep, so that sweeps do not overlap. One item per sweep contains its
counts. A repository adds to them in the same transaction that stores its evaluated images, and a
part in the transaction that marks it as done, so a redelivered message counts nothing twice.
Concurrent writes to the counts conflict and are retried.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_guard.aws.retry import RetryPolicy, cancellation_codes
from platform_guard.sweep.counters import (
    FINDINGS,
    UNAVAILABLE,
    VERDICT,
    add_counts,
    add_lines,
    counts_item_id,
    key,
    number,
    read_item,
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
"""A sweep without a finished part for this time has stalled; its messages are dead letters."""

# One item contains the lines of all repositories.
_MAX_LINES = 40
_MAX_LINES_PER_WRITE = 5


@dataclass(frozen=True, slots=True)
class SweepState:
    """The sweeps of this account and region."""

    client: "DynamoDBClient"
    table: str
    clock: Callable[[], float]
    """Seconds since 1970."""
    retry_policy: RetryPolicy

    def begin(self, sweep_id: str) -> bool:
        """Begin a sweep; return False while another one is in progress. Idempotent."""
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

    def current_sweep_id(self) -> str:
        """Return the id of the sweep in progress; empty if there is none."""
        item = read_item(self.client, self.table, _CURRENT)
        is_over = item.get("is_over", {}).get("BOOL", True)
        return "" if is_over else item["sweep_id"]["S"]

    def first_sweep_started(self) -> float:
        """Return when the first sweep of this stack started, in seconds since 1970."""
        item = read_item(self.client, self.table, _FIRST)
        return float(item["started"]["N"]) if item else self.clock()

    def set_part_count(self, sweep_id: str, parts: int) -> None:
        """Store the number of parts of a sweep."""
        self._update(sweep_id, "SET parts = :parts", {":parts": number(parts)})

    def reserve_remedies(self, sweep_id: str, wanted: int, limit: int) -> tuple[int, int]:
        """Reserve up to `wanted` of the `limit` remedies of a sweep.

        Return how many were reserved before, and how many this call may enqueue.
        """
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
        """Write the evaluated images of a repository together with its new results.

        Return False if another process has written them in the meantime.
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
        lines = findings.lines[:_MAX_LINES_PER_WRITE] if known_lines < _MAX_LINES else ()
        additions = self._count_writes(sweep_id, counts, FINDINGS, lines)
        return self._write_together([*writes, *additions])

    def finish_part(self, part: Part) -> None:
        """Count a part as done. Idempotent."""
        now = self.clock()
        known_lines = len(self.report(part.sweep_id).unavailable_lines) if part.unavailable else 0
        additions = self._count_writes(
            part.sweep_id,
            {"parts_done": 1, "images": part.images, "unseen": len(part.unavailable)},
            UNAVAILABLE,
            part.unavailable[:_MAX_LINES_PER_WRITE] if known_lines < _MAX_LINES else (),
        )
        self._write_together(
            [
                {
                    "Put": {
                        "TableName": self.table,
                        "Item": {
                            "id": {"S": f"{counts_item_id(part.sweep_id)}#{part.number}"},
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
        """Return the results of a sweep so far."""
        return read_report(self.client, self.table, sweep_id)

    def end(self, sweep_id: str) -> None:
        """End a sweep, so that another one may begin."""
        self.retry_policy.write(
            lambda: self.client.update_item(
                TableName=self.table,
                Key=key(_CURRENT),
                UpdateExpression="SET is_over = :yes",
                ConditionExpression="sweep_id = :id",
                ExpressionAttributeValues={":yes": {"BOOL": True}, ":id": {"S": sweep_id}},
            )
        )

    def _count_writes(
        self, sweep_id: str, counts: Mapping[str, int], name: str, lines: Sequence[str]
    ) -> "Iterator[TransactWriteItemTypeDef]":
        if any(counts.values()):
            yield add_counts(self.table, sweep_id, counts)
        if lines:
            expiration = self.clock() + _KEPT_SECONDS
            yield add_lines(self.table, sweep_id, name, lines, expiration)

    def _write_together(self, writes: "Sequence[TransactWriteItemTypeDef]") -> bool:
        """Write in one transaction; return False if a condition fails."""
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
        """Update the counts of a sweep and return the changed attributes."""
        answer = self.retry_policy.write(
            lambda: self.client.update_item(
                TableName=self.table,
                Key=key(counts_item_id(sweep_id)),
                UpdateExpression=expression,
                ExpressionAttributeValues=values,
                ReturnValues="UPDATED_NEW",
            )
        )
        return answer["Attributes"]
