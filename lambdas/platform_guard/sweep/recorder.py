"""Records what a sweep found in a repository and enqueues findings for remediation.

A finding is counted for the report before it is enqueued, because the push guard marks it without
an alert. Pending findings are remembered, so that a retry neither counts them again nor loses them.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_guard.registry.reference import Repository
from platform_guard.sweep.evaluated_images import EvaluatedState, evaluated_writes
from platform_guard.sweep.messages import Part
from platform_guard.sweep.queues import SweepQueues
from platform_guard.sweep.report import SweepFindings, finding_line
from platform_guard.sweep.repository_sweep import (
    SweptRepository,
    evaluated_candidate_key,
    pending_candidate_key,
)
from platform_guard.sweep.state import SweepState

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class SweepRecorder:
    """Records the results of one repository after another."""

    client: "DynamoDBClient"
    state: SweepState
    queues: SweepQueues
    max_remedies: int

    def record(
        self, repository: Repository, part: Part, known: EvaluatedState, swept: SweptRepository
    ) -> None:
        """Store the results of a repository and enqueue its findings.

        `known` is the stored state that the sweep started from.
        """
        is_whole = part.page is None and swept.next_page is None
        keys = swept.keys if is_whole else swept.keys | known.keys
        keys |= set(map(pending_candidate_key, swept.to_remedy))
        if not swept.to_remedy and known.is_current(keys, self.state.clock()):
            return
        before, granted = self._reserve(part.sweep_id, len(swept.to_remedy))
        findings = self._findings(swept, postponed=len(swept.to_remedy) - granted)
        if not self._write(repository, part, known, keys, findings):
            # Another process swept the repository in the meantime and enqueues its findings.
            return
        enqueued = swept.to_remedy[:granted]
        if enqueued:
            self.queues.enqueue_for_remediation(enqueued, before)
            evaluated = keys - set(map(pending_candidate_key, enqueued))
            evaluated |= set(map(evaluated_candidate_key, enqueued))
            counts = SweepFindings(enqueued=granted)
            self._write(repository, part, known.after_write(keys), evaluated, counts)

    def _reserve(self, sweep_id: str, wanted: int) -> tuple[int, int]:
        if not wanted:
            return 0, 0
        return self.state.reserve_remedies(sweep_id, wanted, self.max_remedies)

    def _findings(self, swept: SweptRepository, postponed: int) -> SweepFindings:
        notified = (*swept.missed, *swept.changed)
        first = self.state.first_sweep_started() if swept.missed else 0.0
        return SweepFindings(
            verdicts=Counter(str(evaluated.verdict.name) for evaluated in notified),
            evaluated=swept.evaluated,
            first_seen=swept.first_seen,
            changed=len(swept.changed),
            missed=sum(evaluated.candidate.pushed_at > first for evaluated in swept.missed),
            postponed=postponed,
            lines=tuple(map(finding_line, notified)),
        )

    def _write(
        self,
        repository: Repository,
        part: Part,
        known: EvaluatedState,
        keys: Collection[bytes],
        findings: SweepFindings,
    ) -> bool:
        now = self.state.clock()
        writes = evaluated_writes(self.state.table, repository.name, known, keys, now)
        known_lines = len(self.state.report(part.sweep_id).lines) if findings.lines else 0
        return self.state.record_repository(part.sweep_id, writes, findings, known_lines)
