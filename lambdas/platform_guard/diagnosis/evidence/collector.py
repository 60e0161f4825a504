"""Collects evidence about a stopped task from the live account within a fixed time.

Every lookup may fail; failed lookups are part of the evidence.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import TypeVar

from platform_guard.aws.clients import Clients
from platform_guard.aws.errors import AWS_ERRORS, reason_of
from platform_guard.diagnosis.evidence.guard_actions import guard_history_of
from platform_guard.diagnosis.evidence.image import look_up_image, look_up_repository
from platform_guard.diagnosis.evidence.model import (
    CacheRule,
    Evidence,
    GuardHistory,
    Service,
    StoredImage,
    StoredTag,
    TagState,
    TaskDefinition,
    Unavailable,
)
from platform_guard.diagnosis.evidence.network import look_up_network
from platform_guard.diagnosis.evidence.required import EvidenceKind, required_evidence
from platform_guard.diagnosis.evidence.tag import TagEvidence, look_up_tag
from platform_guard.diagnosis.evidence.task import TaskDefinitions, find_role, look_up_service
from platform_guard.diagnosis.failure import PullFailure
from platform_guard.diagnosis.task_event import TaskStop
from platform_guard.diagnosis.task_platform import platform_of_task
from platform_guard.oci.platforms import Platform
from platform_guard.registry.pull_through_cache import PullThroughCaches
from platform_guard.registry.reference import Reference
from platform_guard.remediation.ledger import History

_Found = TypeVar("_Found")

_NAMES = {
    EvidenceKind.TASK_DEFINITION: "the task definition",
    EvidenceKind.TAG: "the tag in ECR",
    EvidenceKind.GUARD_HISTORY: "what the guard did to the image",
    EvidenceKind.LEDGER: "the records of this guard",
    EvidenceKind.IMAGE: "the image in ECR",
    EvidenceKind.REPOSITORY: "the repository in ECR",
    EvidenceKind.CACHE: "the pull-through cache rules",
    EvidenceKind.ROLE: "the role that pulls",
    EvidenceKind.SERVICE: "the service of the task",
    EvidenceKind.NETWORK: "the network of the task",
}

# The default of ECS, for tasks whose platform only the host determines.
_ASSUMED = Platform("linux", "amd64")

_ABOUT_ECR = frozenset(
    {
        EvidenceKind.TAG,
        EvidenceKind.GUARD_HISTORY,
        EvidenceKind.LEDGER,
        EvidenceKind.IMAGE,
        EvidenceKind.REPOSITORY,
        EvidenceKind.CACHE,
    }
)


@dataclass(frozen=True, slots=True)
class EvidenceRequest:
    """The evidence to collect about a stopped task."""

    stop: TaskStop
    failure: PullFailure

    @property
    def lookups(self) -> frozenset[EvidenceKind]:
        """The lookups that are required and possible."""
        required = required_evidence(self.failure.cause)
        if not self.stop.service:
            required -= {EvidenceKind.SERVICE}
        reference = self.failure.reference
        if reference is None:
            return required - _ABOUT_ECR
        # The pull-through cache rules of another account cannot be read.
        is_own = reference.repository.account == self.stop.account
        return required if is_own else required - {EvidenceKind.CACHE}


@dataclass(frozen=True, slots=True)
class EvidenceCollector:
    """Looks up evidence in the account of the function."""

    clients: Clients
    task_definitions: TaskDefinitions
    clock: Callable[[], float]
    """In seconds."""
    history: History | None = None
    """The ledger; None to collect without it."""

    def collect(self, request: EvidenceRequest, seconds: float) -> Evidence:
        """Look up the requested evidence. Returns after at most `seconds`, even if a call hangs."""
        collection = _EvidenceCollection(request, self, self.clock() + seconds)
        # Client timeouts apply per attempt and per address, and do not cover DNS lookups.
        pool = ThreadPoolExecutor(max_workers=1)
        running = pool.submit(collection.run)
        wait([running], timeout=seconds)
        pool.shutdown(wait=False)
        if running.done():
            running.result()
        return collection.evidence_so_far(f"no answer within {seconds:g} seconds")


@dataclass
class _EvidenceCollection:
    request: EvidenceRequest
    collector: EvidenceCollector
    deadline: float
    evidence: Evidence = field(default_factory=Evidence)
    """Replaced as a whole, so that another thread can read it at any time."""
    answered: frozenset[EvidenceKind] = frozenset()

    def run(self) -> None:
        for kinds, look_up in (
            ({EvidenceKind.TASK_DEFINITION}, self._with_task_definition),
            ({EvidenceKind.TAG, EvidenceKind.GUARD_HISTORY}, self._with_tag),
            ({EvidenceKind.LEDGER}, self._with_ledger),
            ({EvidenceKind.IMAGE}, self._with_image),
            ({EvidenceKind.REPOSITORY}, self._with_repository),
            ({EvidenceKind.CACHE}, self._with_cache),
            ({EvidenceKind.ROLE}, self._with_role),
            ({EvidenceKind.SERVICE}, self._with_service),
            ({EvidenceKind.NETWORK}, self._with_network),
        ):
            required = self._required & kinds
            if required and self._seconds_left() > 0:
                self.evidence = look_up(self.evidence)
                self.answered |= required

    def evidence_so_far(self, why: str) -> Evidence:
        """Return the evidence so far, with unfinished lookups as unavailable."""
        answered, evidence = self.answered, self.evidence
        unanswered = {
            kind.value: Unavailable(_NAMES[kind], why)
            for kind in EvidenceKind
            if kind in self._required - answered
        }
        return replace(evidence, **unanswered)

    @property
    def _required(self) -> frozenset[EvidenceKind]:
        has_ledger = self.collector.history is not None
        return self.request.lookups - (frozenset() if has_ledger else {EvidenceKind.LEDGER})

    def _seconds_left(self) -> float:
        return self.deadline - self.collector.clock()

    def _with_task_definition(self, evidence: Evidence) -> Evidence:
        stop = self.request.stop
        container = self.request.failure.container
        name = container.name if container else ""
        ecs = self._clients_in(stop.region).ecs
        found = _lookup(
            EvidenceKind.TASK_DEFINITION,
            lambda: self.collector.task_definitions.find(ecs, stop.task_definition_arn, name),
        )
        return replace(evidence, task_definition=found)

    def _with_tag(self, evidence: Evidence) -> Evidence:
        image = self._image
        ecr = self._clients_in(image.repository.region).ecr
        found = _lookup(EvidenceKind.TAG, lambda: look_up_tag(ecr, image))
        if isinstance(found, TagEvidence):
            return replace(evidence, tag=found.tag, guard_history=found.guard_history)
        guard_history = Unavailable(_NAMES[EvidenceKind.GUARD_HISTORY], found.why)
        return replace(evidence, tag=found, guard_history=guard_history)

    def _with_ledger(self, evidence: Evidence) -> Evidence:
        history, image = self.collector.history, self._image
        if history is None:
            raise ValueError("Cannot read the ledger: the collector has no history.")
        found = _lookup(
            EvidenceKind.LEDGER,
            lambda: guard_history_of(image, history.entries(image.repository.name)),
        )
        if isinstance(found, Unavailable):
            return replace(evidence, ledger=found)
        if not found:
            return evidence
        marks = (
            evidence.guard_history.marks if isinstance(evidence.guard_history, GuardHistory) else ()
        )
        return replace(evidence, guard_history=GuardHistory(marks, found))

    def _with_image(self, evidence: Evidence) -> Evidence:
        image, pushed_at = self._image, ""
        if isinstance(tag := evidence.tag, StoredTag):
            if not image.digest and tag.state is TagState.MISSING:
                return evidence  # Nothing to read.
            if tag.state in (TagState.ARCHIVED, TagState.RESTORING):
                return evidence  # ECR reports archived images as not found.
            image = replace(image, digest=image.digest or tag.digest)
            pushed_at = tag.pushed_at if tag.digest == image.digest else ""
        platform = self._platform(evidence)
        ecr = self._clients_in(image.repository.region).ecr
        found = _lookup(
            EvidenceKind.IMAGE,
            lambda: look_up_image(ecr, image, platform, self.collector.clock, self._seconds_left()),
        )
        if isinstance(found, StoredImage):
            found = replace(found, pushed_at=pushed_at)
        return replace(evidence, image=found)

    def _platform(self, evidence: Evidence) -> Platform:
        definition = evidence.task_definition
        stated = definition if isinstance(definition, TaskDefinition) else None
        request = self.request
        platform = platform_of_task(request.stop, stated, request.failure.error.platform)
        return platform or _ASSUMED

    def _with_repository(self, evidence: Evidence) -> Evidence:
        repository = self._image.repository
        ecr = self._clients_in(repository.region).ecr
        found = _lookup(EvidenceKind.REPOSITORY, lambda: look_up_repository(ecr, repository))
        return replace(evidence, repository=found)

    def _with_cache(self, evidence: Evidence) -> Evidence:
        repository = self._image.repository
        ecr = self._clients_in(repository.region).ecr
        found = PullThroughCaches(ecr, self.collector.clock).prefix_for(repository.name)
        return replace(
            evidence, cache=found if isinstance(found, Unavailable) else CacheRule(found)
        )

    def _with_role(self, evidence: Evidence) -> Evidence:
        definition, request = evidence.task_definition, self.request
        denied = request.failure.error.role
        found = _lookup(EvidenceKind.ROLE, lambda: find_role(request.stop, definition, denied))
        return replace(evidence, role=found)

    def _with_service(self, evidence: Evidence) -> Evidence:
        stop = self.request.stop
        ecs = self._clients_in(stop.region).ecs
        found = _lookup(EvidenceKind.SERVICE, lambda: look_up_service(ecs, stop))
        return replace(evidence, service=found)

    def _with_network(self, evidence: Evidence) -> Evidence:
        stop = self.request.stop
        ec2 = self._clients_in(stop.region).ec2
        stated = evidence.service.network if isinstance(evidence.service, Service) else None
        found = _lookup(EvidenceKind.NETWORK, lambda: look_up_network(ec2, stop, stated))
        return replace(evidence, network=found)

    @property
    def _image(self) -> Reference:
        image = self.request.failure.reference
        if image is None:
            raise ValueError("Cannot look up ECR evidence: the image is not in ECR.")
        return image

    def _clients_in(self, region: str) -> Clients:
        return self.collector.clients.fast_fail(region)


def _lookup(kind: EvidenceKind, find: Callable[[], _Found]) -> _Found | Unavailable:
    try:
        return find()
    except AWS_ERRORS as error:
        return Unavailable(_NAMES[kind], reason_of(error))
