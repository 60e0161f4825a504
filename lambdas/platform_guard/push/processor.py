"""Guarding one repository: from an event to what was done about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from platform_guard.event import Ignored
from platform_guard.oci.reader import Bounds, Wanted, read_image
from platform_guard.policy.evaluation import judge
from platform_guard.policy.policy import Policy
from platform_guard.policy.rules import EffectivePolicy
from platform_guard.policy.verdict import NoFinding
from platform_guard.push.finding import Found
from platform_guard.registry.images import Images
from platform_guard.registry.push_event import Push
from platform_guard.remediation.plan import Done, takes_away, why_not_wanted_any_more

if TYPE_CHECKING:
    from platform_guard.push.remediator import Remedying
    from platform_guard.remediation.ledger import Entry

_STALE = "the tag has moved on, or the image is gone"
_LEFT_ALONE = "the policy leaves such images alone by now"
_FINE = (NoFinding.COMPLIANT, NoFinding.NOT_AN_IMAGE)


class Once(Protocol):
    """Does a thing once, however often it is asked to."""

    def __call__(self, key: str, action: Callable[[], None]) -> None:
        """Run an action unless it was run to its end for this key."""


@dataclass(frozen=True, slots=True)
class Stale:
    """There is nothing to do any more, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Fine:
    """The image may stay as it is."""

    found: Found


@dataclass(frozen=True, slots=True)
class Remedied:
    """A finding was taken care of; None where that had been done before."""

    done: Done | None


class PolicyNotSeenError(Exception):
    """A grace period is over, and what the policy is by now cannot be seen; it comes back."""


class StillBegunError(Exception):
    """A grace period is over whose beginning has not been brought to its end; it comes back."""


@dataclass(frozen=True, slots=True)
class Guarding:
    """Guards the images of one repository."""

    images: Images
    remedying: "Callable[[], Remedying]"
    """Made when it is needed: few pushes have a finding."""
    once: Once
    clock: Callable[[], float]
    """Seconds, to bound the reading by."""
    bounds: Bounds
    judged: Callable[[Found], None]
    """Is told what was found, before anything is done about it."""

    def guard(
        self, push: Push, effective: EffectivePolicy, *, is_redelivered: bool = False
    ) -> Stale | Fine | Ignored | Remedied:
        """Judge a push, and do what the policy wants done about it."""
        policy = effective.policy
        interrupted = self._interrupted(push) if is_redelivered else None
        if policy.ignore:
            if interrupted is not None:
                return self._go_on(interrupted, push, policy, _LEFT_ALONE)
            return Ignored(f"the policy ignores such images: {effective.origins['ignore']}")
        found = self._examine(push, policy)
        if policy.grace_seconds and (found is not None or is_redelivered):
            self.remedying().settle(push, has_tag=found is not None)
        if found is None:
            return self._guard_stale(push, policy, is_redelivered=is_redelivered)
        self.judged(found)
        if found.verdict.name in _FINE:
            if interrupted is None:
                return Fine(found)
            because = why_not_wanted_any_more(interrupted.finding, found.verdict, policy)
            return self._go_on(interrupted, push, policy, because)
        return Remedied(
            self._once(push.event_id, lambda: self.remedying().handle(found, effective))
        )

    def _guard_stale(self, push: Push, policy: Policy, *, is_redelivered: bool) -> Stale | Remedied:
        """End what was begun about a push whose tag does not name the image any more.

        Taking a tag away makes its own event stale: what was interrupted then must not be taken for
        something that has settled itself.
        """
        may_be_begun = is_redelivered or takes_away(policy.strongest_remedy)
        entry = self.remedying().begun(push) if may_be_begun else None
        if entry is None:
            return Stale(_STALE)
        remedied = self._go_on(entry, push, policy)
        return Stale(_STALE) if remedied.done is None else remedied

    def end_grace(self, entry: "Entry", effective: EffectivePolicy) -> Stale | Remedied:
        """Judge an image anew whose grace period is over, and do what was wanted."""
        from platform_guard.remediation.ledger import State

        if entry.state not in (State.WAITING, State.BEGUN, State.DONE):
            return Stale(f"the entry {entry.id} is {entry.state} already")
        if entry.state is State.BEGUN and entry.due:
            raise StillBegunError(f"the entry {entry.id} is not marked yet")
        caveat = effective.policy.caveat
        if entry.state is State.WAITING and caveat:
            raise PolicyNotSeenError(f"the entry {entry.id} waits on: not seen {caveat}")
        return Remedied(
            self._once(f"grace-{entry.id}", lambda: self._end_grace(entry, effective.policy))
        )

    def _end_grace(self, entry: "Entry", policy: Policy) -> Done:
        from platform_guard.remediation.ledger import State

        remedying = self.remedying()
        if policy.ignore and entry.state is State.WAITING:
            return remedying.cancel(entry, _LEFT_ALONE)
        push = Push(f"grace-{entry.id}", entry.pushed, entry.image)
        if policy.ignore:
            return remedying.go_on(entry, push, policy, _LEFT_ALONE)
        found = self._examine(push, policy)
        if found is not None:
            self.judged(found)
        if entry.state is State.WAITING and found is None:
            return remedying.cancel(entry, _STALE)
        if entry.state is State.DONE or found is None:
            return remedying.go_on(entry, push, policy)
        return remedying.end_grace(entry, found, policy)

    def _interrupted(self, push: Push) -> "Entry | None":
        entry = self.remedying().begun(push)
        return entry if entry is not None and entry.is_open else None

    def _go_on(self, entry: "Entry", push: Push, policy: Policy, because: str = "") -> Remedied:
        """Bring to its end what was begun about a push, without taking anything more away."""
        return Remedied(
            self._once(push.event_id, lambda: self.remedying().go_on(entry, push, policy, because))
        )

    def _examine(self, push: Push, policy: Policy) -> Found | None:
        """Read and judge what was pushed; None where the tag no longer names it."""
        document = self.images.resolve(push.image)
        if document is None:
            return None
        wanted = Wanted(policy.required_platforms, policy.verify_config)
        image = read_image(document, self.images, wanted, self.clock, self.bounds)
        return Found(push, document, image, judge(image, policy))

    def _once(self, key: str, action: "Callable[[], Done | None]") -> Done | None:
        results: list[Done | None] = []
        self.once(key, lambda: results.append(action()))
        return results[0] if results else None
