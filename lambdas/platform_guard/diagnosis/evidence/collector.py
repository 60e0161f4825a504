"""Gathering what the live account says about a stopped task, within a time that is certain.

Every lookup may fail: what cannot be had is part of the evidence.
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

# Where only the host could say, what ECS assumes.
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
    """What is to be found out about a task that stopped."""

    stop: TaskStop
    failure: PullFailure

    @property
    def wanted(self) -> frozenset[EvidenceKind]:
        """What is worth looking up, and can be."""
        wanted = required_evidence(self.failure.cause)
        if not self.stop.service:
            wanted -= {EvidenceKind.SERVICE}
        reference = self.failure.reference
        if reference is None:
            return wanted - _ABOUT_ECR
        # Another account's rules are not to be seen.
        is_own = reference.repository.account == self.stop.account
        return wanted if is_own else wanted - {EvidenceKind.CACHE}


@dataclass(frozen=True, slots=True)
class EvidenceCollector:
    """Looks things up in the account of the function."""

    clients: Clients
    task_definitions: TaskDefinitions
    clock: Callable[[], float]
    """Counts seconds."""
    history: History | None = None
    """The records of the guard; None if there are none to read."""

    def collect(self, question: EvidenceRequest, seconds: float) -> Evidence:
        """Look up what is wanted. Returns after `seconds` at the latest, whatever hangs."""
        gathering = _EvidenceCollection(question, self, self.clock() + seconds)
        # The time limits of a client hold for one attempt at one address, and for no name server.
        pool = ThreadPoolExecutor(max_workers=1)
        running = pool.submit(gathering.run)
        wait([running], timeout=seconds)
        pool.shutdown(wait=False)
        if running.done():
            running.result()
        return gathering.conclude(f"no answer within {seconds:g} seconds")


@dataclass
class _EvidenceCollection:
    question: EvidenceRequest
    collector: EvidenceCollector
    deadline: float
    evidence: Evidence = field(default_factory=Evidence)
    """Replaced as a whole, so that another thread may read it at any time."""
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
            wanted = self._wanted & kinds
            if wanted and self._seconds_left() > 0:
                self.evidence = look_up(self.evidence)
                self.answered |= wanted

    def conclude(self, why: str) -> Evidence:
        """Return what was found, and name what was still to come."""
        answered, evidence = self.answered, self.evidence
        unanswered = {
            kind.value: Unavailable(_NAMES[kind], why)
            for kind in EvidenceKind
            if kind in self._wanted - answered
        }
        return replace(evidence, **unanswered)

    @property
    def _wanted(self) -> frozenset[EvidenceKind]:
        has_records = self.collector.history is not None
        return self.question.wanted - (frozenset() if has_records else {EvidenceKind.LEDGER})

    def _seconds_left(self) -> float:
        return self.deadline - self.collector.clock()

    def _with_task_definition(self, evidence: Evidence) -> Evidence:
        stop = self.question.stop
        container = self.question.failure.container
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
            return replace(evidence, tag=found.tag, guard_history=found.actions)
        actions = Unavailable(_NAMES[EvidenceKind.GUARD_HISTORY], found.why)
        return replace(evidence, tag=found, guard_history=actions)

    def _with_ledger(self, evidence: Evidence) -> Evidence:
        history, image = self.collector.history, self._image
        if history is None:
            raise ValueError("records that are not there are not read")
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
                return evidence  # The tag says it all.
            if tag.state in (TagState.ARCHIVED, TagState.RESTORING):
                return evidence  # ECR answers as if it were not there.
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
        question = self.question
        platform = platform_of_task(question.stop, stated, question.failure.error.platform)
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
        definition, question = evidence.task_definition, self.question
        denied = question.failure.error.role
        found = _lookup(EvidenceKind.ROLE, lambda: find_role(question.stop, definition, denied))
        return replace(evidence, role=found)

    def _with_service(self, evidence: Evidence) -> Evidence:
        stop = self.question.stop
        ecs = self._clients_in(stop.region).ecs
        found = _lookup(EvidenceKind.SERVICE, lambda: look_up_service(ecs, stop))
        return replace(evidence, service=found)

    def _with_network(self, evidence: Evidence) -> Evidence:
        stop = self.question.stop
        ec2 = self._clients_in(stop.region).ec2
        stated = evidence.service.network if isinstance(evidence.service, Service) else None
        found = _lookup(EvidenceKind.NETWORK, lambda: look_up_network(ec2, stop, stated))
        return replace(evidence, network=found)

    @property
    def _image(self) -> Reference:
        image = self.question.failure.reference
        if image is None:
            raise ValueError("nothing about ECR is looked up for an image elsewhere")
        return image

    def _clients_in(self, region: str) -> Clients:
        return self.collector.clients.fast_fail(region)


def _lookup(kind: EvidenceKind, find: Callable[[], _Found]) -> _Found | Unavailable:
    try:
        return find()
    except AWS_ERRORS as error:
        return Unavailable(_NAMES[kind], reason_of(error))
