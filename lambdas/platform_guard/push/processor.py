"""Processes the pushes of one repository: from an event to the remedy."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from platform_guard.event import Ignored
from platform_guard.oci.reader import Bounds, ReadRequest, read_image
from platform_guard.policy.evaluation import evaluate
from platform_guard.policy.policy import Policy
from platform_guard.policy.rules import EffectivePolicy
from platform_guard.policy.verdict import NoFinding
from platform_guard.push.finding import FindingContext
from platform_guard.registry.images import Images
from platform_guard.registry.push_event import Push
from platform_guard.remediation.plan import (
    RemediationResult,
    is_destructive,
    why_no_longer_wanted,
)

if TYPE_CHECKING:
    from platform_guard.push.remediator import Remediator
    from platform_guard.remediation.ledger import Entry

_SUPERSEDED = "the tag has moved on, or the image is gone"
_LEFT_ALONE = "the policy now ignores such images"
_WITHOUT_REMEDY = (NoFinding.COMPLIANT, NoFinding.NOT_AN_IMAGE)


class RunOnce(Protocol):
    """Runs an action once, no matter how often the event is delivered."""

    def __call__(self, key: str, action: Callable[[], None]) -> None:
        """Run an action unless it has completed for this key."""


@dataclass(frozen=True, slots=True)
class Superseded:
    """The tag names another image, or the grace period already ended: nothing is left to do."""

    reason: str


@dataclass(frozen=True, slots=True)
class Compliant:
    """The image needs no remedy."""

    found: FindingContext


@dataclass(frozen=True, slots=True)
class Remediated:
    """A finding was remediated. `done` is None if an earlier delivery completed it."""

    done: RemediationResult | None


class PolicyUnavailableError(Exception):
    """A grace period is over, but the current policy cannot be read. The event is retried."""


class StillInProgressError(Exception):
    """A grace period is over, but its start is still in progress. The event is retried."""


@dataclass(frozen=True, slots=True)
class PushProcessor:
    """Processes the pushes of one repository."""

    images: Images
    remediator: "Callable[[], Remediator]"
    """Created on first use: few pushes have a finding."""
    once: RunOnce
    clock: Callable[[], float]
    """Seconds; bounds the time for reading."""
    bounds: Bounds
    evaluated: Callable[[FindingContext], None]
    """Called with each verdict before the remedy."""

    def process(
        self, push: Push, effective: EffectivePolicy, *, is_redelivered: bool = False
    ) -> Superseded | Compliant | Ignored | Remediated:
        """Evaluate a push and execute the remedy of the policy."""
        policy = effective.policy
        interrupted = self._interrupted(push) if is_redelivered else None
        if policy.ignore:
            if interrupted is not None:
                return self._resume(interrupted, push, policy, _LEFT_ALONE)
            return Ignored(f"the policy ignores such images: {effective.origins['ignore']}")
        found = self._examine(push, policy)
        if policy.grace_seconds and (found is not None or is_redelivered):
            self.remediator().cancel_superseded(push, has_tag=found is not None)
        if found is None:
            return self._process_superseded(push, policy, is_redelivered=is_redelivered)
        self.evaluated(found)
        if found.verdict.name in _WITHOUT_REMEDY:
            if interrupted is None:
                return Compliant(found)
            because = why_no_longer_wanted(interrupted.finding, found.verdict, policy)
            return self._resume(interrupted, push, policy, because)
        return Remediated(
            self._once(push.event_id, lambda: self.remediator().handle(found, effective))
        )

    def _process_superseded(
        self, push: Push, policy: Policy, *, is_redelivered: bool
    ) -> Superseded | Remediated:
        """Finish a remediation whose tag no longer names the image.

        After the guard removed the tag, the push's own event looks superseded. An interrupted
        remediation must still be finished.
        """
        may_be_in_progress = is_redelivered or is_destructive(policy.strongest_remedy)
        entry = self.remediator().in_progress(push) if may_be_in_progress else None
        if entry is None:
            return Superseded(_SUPERSEDED)
        remedied = self._resume(entry, push, policy)
        return Superseded(_SUPERSEDED) if remedied.done is None else remedied

    def end_grace(self, entry: "Entry", effective: EffectivePolicy) -> Superseded | Remediated:
        """Evaluate an image again after its grace period and execute the announced remedy."""
        from platform_guard.remediation.ledger import State

        if entry.state not in (State.WAITING, State.IN_PROGRESS, State.DONE):
            return Superseded(f"entry {entry.id} is already {entry.state}")
        if entry.state is State.IN_PROGRESS and entry.due:
            raise StillInProgressError(f"entry {entry.id} is not marked yet")
        caveat = effective.policy.caveat
        if entry.state is State.WAITING and caveat:
            raise PolicyUnavailableError(
                f"entry {entry.id} keeps waiting: could not check {caveat}"
            )
        return Remediated(
            self._once(f"grace-{entry.id}", lambda: self._end_grace(entry, effective.policy))
        )

    def _end_grace(self, entry: "Entry", policy: Policy) -> RemediationResult:
        from platform_guard.remediation.ledger import State

        remediator = self.remediator()
        if policy.ignore and entry.state is State.WAITING:
            return remediator.cancel(entry, _LEFT_ALONE)
        push = Push(f"grace-{entry.id}", entry.pushed, entry.image)
        if policy.ignore:
            return remediator.resume(entry, push, policy, _LEFT_ALONE)
        found = self._examine(push, policy)
        if found is not None:
            self.evaluated(found)
        if entry.state is State.WAITING and found is None:
            return remediator.cancel(entry, _SUPERSEDED)
        if entry.state is State.DONE or found is None:
            return remediator.resume(entry, push, policy)
        return remediator.end_grace(entry, found, policy)

    def _interrupted(self, push: Push) -> "Entry | None":
        entry = self.remediator().in_progress(push)
        return entry if entry is not None and entry.is_open else None

    def _resume(self, entry: "Entry", push: Push, policy: Policy, because: str = "") -> Remediated:
        """Finish an interrupted remediation without removing anything more."""
        return Remediated(
            self._once(
                push.event_id, lambda: self.remediator().resume(entry, push, policy, because)
            )
        )

    def _examine(self, push: Push, policy: Policy) -> FindingContext | None:
        """Read and evaluate the image; None if the tag no longer names it."""
        document = self.images.resolve(push.image)
        if document is None:
            return None
        wanted = ReadRequest(policy.required_platforms, policy.verify_config)
        image = read_image(document, self.images, wanted, self.clock, self.bounds)
        return FindingContext(push, document, image, evaluate(image, policy))

    def _once(
        self, key: str, action: "Callable[[], RemediationResult | None]"
    ) -> RemediationResult | None:
        results: list[RemediationResult | None] = []
        self.once(key, lambda: results.append(action()))
        return results[0] if results else None
