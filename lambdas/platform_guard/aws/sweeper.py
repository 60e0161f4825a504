"""Sweeping the registry of this account and region, a part a message."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from platform_guard.auditing import Candidate, JudgedImage, PolicyFor
from platform_guard.aws.blobs import CONNECTIONS
from platform_guard.aws.bulk_ecr import BulkRepository, SeenConfigs
from platform_guard.aws.clients import Clients
from platform_guard.aws.errors import AWS_ERRORS, AwsError, LookUpError, is_transient, reason_of
from platform_guard.aws.judged_state import JudgedState, judged_writes, read_judged
from platform_guard.aws.registry_listing import list_repositories, list_tagged_images
from platform_guard.aws.sweep_state import SweepState
from platform_guard.aws.told_findings import ToldFindings
from platform_guard.fingerprints import fingerprint
from platform_guard.hand_over import SWEEP, delay_of, found_images, push_event
from platform_guard.references import Repository
from platform_guard.sweep_messages import Part, Start, divide, render_part
from platform_guard.sweep_report import SweepFindings, finding_line
from platform_guard.sweeping import RepositorySweep, SweptRepository, key_under_policy, needs_remedy

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

_MESSAGES_PER_CALL = 10  # SQS API, SendMessageBatch

# Events come within minutes. What was pushed just now is left to its event.
_SECONDS_FOR_EVENTS = 900


class TransientError(Exception):
    """A repository cannot be looked at right now; its part is to come back."""


@dataclass(frozen=True)
class Sweeper:
    """Starts sweeps, and does their parts."""

    clients: Clients
    state: SweepState
    told: ToldFindings
    policy_for: PolicyFor
    account: str
    region: str
    queue_url: str
    """Of the parts."""
    push_queue_url: str
    """Of the push guard."""
    max_remedies: int
    delay_seconds: int
    """How long a push waits before its event is looked at."""
    seen_configs: SeenConfigs = field(default_factory=SeenConfigs)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(CONNECTIONS))

    def start(self, start: Start) -> int | None:
        """Divide a sweep into parts; None while another sweep is under way."""
        if not self.state.begin(start.sweep_id):
            return None
        names = [
            repository.name
            for page in list_repositories(self.clients.ecr, self.account, self.region)
            for repository in page
        ]
        parts = list(divide(start.sweep_id, names))
        self._send(self.queue_url, [(render_part(part), 0) for part in parts])
        self.state.note_parts(start.sweep_id, len(parts))
        return len(parts)

    def work(self, part: Part, has_time: Callable[[], bool], *, is_last_try: bool) -> bool:
        """Do a part, or send what is left of it back to the queue; True where it is done.

        Raises TransientError where it should be tried again, which the last try does not.
        """
        while part.repositories:
            if not has_time():
                self._send(self.queue_url, [(render_part(part), 0)])
                return False
            part = self._sweep_first(part, has_time, is_last_try=is_last_try)
        self.state.finish_part(part)
        return True

    def _sweep_first(self, part: Part, has_time: Callable[[], bool], *, is_last_try: bool) -> Part:
        """Sweep the first repository of a part, and give what is left of it."""
        repository = Repository(self.account, self.region, part.repositories[0])
        rest = replace(part, repositories=part.repositories[1:], page=None)
        known = read_judged(self.clients.dynamodb, self.state.table, repository.name)
        try:
            swept = self._look_through(repository, part, known, has_time)
        except AWS_ERRORS as error:
            if _is_gone(error):
                return rest
            if _may_pass(error) and not is_last_try:
                raise TransientError(f"{repository.name}: {reason_of(error)}") from error
            return _with_unseen(rest, f"{repository.name}: {reason_of(error)}")
        self._record(repository, part, known, swept)
        if swept.unseen:
            line = f"{repository.name}: {len(swept.unseen)} images: {swept.unseen[0].reason}"
            rest = _with_unseen(rest, line)
        images = part.images + swept.judged + swept.remembered + len(swept.unseen)
        rest = replace(rest, images=images, judged=part.judged + swept.judged)
        if swept.next_page is None:
            return rest
        return replace(rest, repositories=part.repositories, page=swept.next_page)

    def _look_through(
        self,
        repository: Repository,
        part: Part,
        known: JudgedState,
        has_time: Callable[[], bool],
    ) -> SweptRepository:
        """List and judge; nothing is lost where this fails."""
        sweep = RepositorySweep(
            repository,
            self.policy_for,
            BulkRepository(self.clients.ecr, repository, self.pool, self.seen_configs),
            known.keys,
            self._is_told,
            pushed_before=self.state.clock() - self.delay_seconds - _SECONDS_FOR_EVENTS,
        )
        pages = list_tagged_images(self.clients.ecr, repository, part.page)
        return sweep.sweep(pages, has_time)

    def _record(
        self, repository: Repository, part: Part, known: JudgedState, swept: SweptRepository
    ) -> None:
        """Hand over what is found, and remember what is judged."""
        is_whole = part.page is None and swept.next_page is None
        keys = swept.keys if is_whole else swept.keys | known.keys
        now = self.state.clock()
        if not swept.findings and known.is_current(keys, now):
            return
        findings, postponed = self._handed_over(part.sweep_id, swept.findings)
        keys -= {key_under_policy(judged.candidate) for judged in postponed}
        writes = judged_writes(self.state.table, repository.name, known, keys, now)
        known_lines = len(self.state.report(part.sweep_id).lines) if swept.findings else 0
        # Where another process has swept the repository in the meantime, it has recorded the same.
        self.state.record_repository(part.sweep_id, writes, findings, known_lines)

    def _handed_over(
        self, sweep_id: str, found: Sequence[JudgedImage]
    ) -> tuple[SweepFindings, list[JudgedImage]]:
        """Hand findings to the push guard, as many as the sweep may; give those it may not."""
        to_remedy = [judged for judged in found if needs_remedy(judged)]
        before, granted = (
            self.state.reserve_remedies(sweep_id, len(to_remedy), self.max_remedies)
            if to_remedy
            else (0, 0)
        )
        events = [
            (json.dumps(event), delay_of(before + number))
            for number, judged in enumerate(to_remedy[:granted])
            for event in _events(judged)
        ]
        self._send(self.push_queue_url, events)
        postponed = to_remedy[granted:]
        told = [judged for judged in found if judged not in postponed]
        first = self.state.first_started() if told else 0.0
        findings = SweepFindings(
            verdicts=Counter(str(judged.verdict.name) for judged in told),
            missed=sum(judged.candidate.pushed_at > first for judged in told),
            handed_over=granted,
            postponed=len(postponed),
            lines=tuple(map(finding_line, told)),
        )
        return findings, postponed

    def _is_told(self, candidate: Candidate) -> bool:
        return self.told.has(candidate.repository.name, candidate.digest)

    def _send(self, queue_url: str, messages: Sequence[tuple[str, int]]) -> None:
        """Send messages, each with its delay in seconds. Raises LookUpError where SQS refuses."""
        for start in range(0, len(messages), _MESSAGES_PER_CALL):
            entries: list[SendMessageBatchRequestEntryTypeDef] = [
                {"Id": str(number), "MessageBody": body, "DelaySeconds": delay}
                for number, (body, delay) in enumerate(messages[start : start + _MESSAGES_PER_CALL])
            ]
            answer = self.clients.sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
            for failure in answer.get("Failed", []):
                raise LookUpError(f"SQS refused a message: {failure['Code']}")


def _events(judged: JudgedImage) -> Iterator[dict[str, object]]:
    policy = fingerprint(judged.candidate.policy)
    return (push_event(image, SWEEP, policy) for image in found_images(judged.candidate))


def _with_unseen(part: Part, line: str) -> Part:
    return replace(part, unseen=(*part.unseen, line))


def _is_gone(error: AwsError) -> bool:
    return reason_of(error) == "RepositoryNotFoundException"


def _may_pass(error: AwsError) -> bool:
    return not isinstance(error, ClientError) or is_transient(error)
