"""Sweeps the registry of this account and region, one part per message."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from botocore.exceptions import ClientError

from platform_guard.aws.clients import Clients
from platform_guard.aws.errors import AWS_ERRORS, AwsError, is_transient, reason_of
from platform_guard.push.notified_findings import NotifiedFindings
from platform_guard.registry.bulk_repository import BulkRepository, ConfigCache
from platform_guard.registry.download import CONNECTIONS
from platform_guard.registry.listing import list_repositories, list_tagged_images
from platform_guard.registry.reference import Repository
from platform_guard.sweep.evaluated_images import EvaluatedState, read_evaluated
from platform_guard.sweep.evaluation import Candidate, PolicyFor
from platform_guard.sweep.messages import Part, Start, divide
from platform_guard.sweep.queues import SweepQueues
from platform_guard.sweep.recorder import SweepRecorder
from platform_guard.sweep.repository_sweep import RepositorySweep, SweptRepository
from platform_guard.sweep.state import SweepState

# EventBridge delivers within minutes. A recent push is left to its event.
_SECONDS_FOR_EVENTS = 900


class TransientError(Exception):
    """A repository cannot be read now; its part must be retried."""


@dataclass(frozen=True)
class Sweeper:
    """Starts sweeps and processes their parts."""

    clients: Clients
    state: SweepState
    notified: NotifiedFindings
    policy_for: PolicyFor
    queues: SweepQueues
    account: str
    region: str
    max_remedies: int
    delay_seconds: int
    """Delay of the push queue."""
    config_cache: ConfigCache = field(default_factory=ConfigCache)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(CONNECTIONS))

    def start(self, start: Start) -> int | None:
        """Start a sweep and return its number of parts; None while another one is in progress.

        After a deployment a running sweep may use the previous settings, so this one is deferred.
        """
        if not self.state.begin(start.sweep_id):
            if start.is_deployment:
                self.queues.defer(start)
            return None
        names = [
            repository.name
            for page in list_repositories(self.clients.ecr, self.account, self.region)
            for repository in page
        ]
        parts = list(divide(start.sweep_id, names))
        self.queues.send_parts(parts)
        self.state.set_part_count(start.sweep_id, len(parts))
        return len(parts)

    def process(self, part: Part, has_time: Callable[[], bool], *, is_last_attempt: bool) -> bool:
        """Process a part, or requeue its remaining repositories; return whether it is done.

        Raises TransientError if the part must be retried, except on the last attempt.
        """
        while part.repositories:
            if not has_time():
                self.queues.send_parts([part])
                return False
            part = self._sweep_first(part, has_time, is_last_attempt=is_last_attempt)
        self.state.finish_part(part)
        return True

    def _sweep_first(
        self, part: Part, has_time: Callable[[], bool], *, is_last_attempt: bool
    ) -> Part:
        """Sweep the first repository of a part and return the remaining part."""
        repository = Repository(self.account, self.region, part.repositories[0])
        rest = replace(part, repositories=part.repositories[1:], page=None)
        known = read_evaluated(self.clients.dynamodb, self.state.table, repository.name)
        try:
            swept = self._scan(repository, part, known, has_time)
        except AWS_ERRORS as error:
            if _is_deleted(error):
                return rest
            if _is_retryable(error) and not is_last_attempt:
                raise TransientError(f"{repository.name}: {reason_of(error)}") from error
            return _with_unavailable(rest, f"{repository.name}: {reason_of(error)}")
        recorder = SweepRecorder(self.clients.dynamodb, self.state, self.queues, self.max_remedies)
        recorder.record(repository, part, known, swept)
        if swept.unavailable:
            line = (
                f"{repository.name}: {len(swept.unavailable)} images: {swept.unavailable[0].reason}"
            )
            rest = _with_unavailable(rest, line)
        images = part.images + swept.evaluated + swept.remembered + len(swept.unavailable)
        rest = replace(rest, images=images)
        if swept.next_page is None:
            return rest
        return replace(rest, repositories=part.repositories, page=swept.next_page)

    def _scan(
        self,
        repository: Repository,
        part: Part,
        known: EvaluatedState,
        has_time: Callable[[], bool],
    ) -> SweptRepository:
        """List and evaluate a repository without writing anything, so a failure loses nothing."""
        sweep = RepositorySweep(
            repository,
            self.policy_for,
            BulkRepository(self.clients.ecr, repository, self.pool, self.config_cache),
            known.keys,
            self._notified,
            pushed_before=self.state.clock() - self.delay_seconds - _SECONDS_FOR_EVENTS,
        )
        pages = list_tagged_images(self.clients.ecr, repository, part.page)
        return sweep.sweep(pages, has_time)

    def _notified(self, candidate: Candidate) -> frozenset[str]:
        return self.notified.policies(candidate.repository.name, candidate.digest)


def _with_unavailable(part: Part, line: str) -> Part:
    return replace(part, unavailable=(*part.unavailable, line))


def _is_deleted(error: AwsError) -> bool:
    return reason_of(error) == "RepositoryNotFoundException"


def _is_retryable(error: AwsError) -> bool:
    return not isinstance(error, ClientError) or is_transient(error)
