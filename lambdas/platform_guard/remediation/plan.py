"""Plans the remedy for a verdict: steps, each with its reason."""

from collections.abc import Iterator
from dataclasses import dataclass

from platform_guard.policy.policy import Policy, Remedy
from platform_guard.policy.verdict import Finding, Verdict
from platform_guard.registry.images import ImageState
from platform_guard.registry.mark import is_mark, mark_for
from platform_guard.registry.push_event import Push
from platform_guard.remediation.protection import ProtectionSnapshot, unshared_children
from platform_guard.remediation.safety_checks import blocking_reasons, may_be_cached
from platform_guard.unavailable import Unavailable


@dataclass(frozen=True, slots=True)
class AddMark:
    """Add a tag that names the finding."""

    mark: str
    because: str = "the list of tags shows the finding"


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait, then evaluate again and execute the remedy."""

    seconds: int
    because: str = "the policy grants a grace period, in which a good push settles the matter"


@dataclass(frozen=True, slots=True)
class TakeTag:
    """Remove the image's own tag if it still names this image."""

    tag: str
    because: str = "deployments cannot use the tag any more, and the tag is free again"


@dataclass(frozen=True, slots=True)
class Archive:
    """Move the image to the archive class.

    Only the index itself: its children have no tag to be pulled by, and with them in place a
    restore is one call.
    """

    because: str = "it cannot be pulled from there, and it can be restored"


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove the image's tags, its own first: the last one deletes the image.

    By tag and digest together, so that an image that got another tag in the meantime stays.
    """

    tag: str
    marks: tuple[str, ...] = ()
    because: str = "nothing else needs it"


@dataclass(frozen=True, slots=True)
class DeleteChildren:
    """Delete the children of a deleted index."""

    digests: tuple[str, ...]
    because: str = "no other index lists them"


Step = AddMark | Wait | TakeTag | Archive | Delete | DeleteChildren


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done about an image."""

    wanted: Remedy
    """The remedy in the policy."""
    remedy: Remedy
    """The wanted remedy, or a weaker one if that is blocked."""
    steps: tuple[Step, ...] = ()
    blocked_by: tuple[str, ...] = ()
    """A clause per safety check that blocks the wanted remedy."""
    because: str = ""
    """Why there is nothing to do; empty if there is."""

    @property
    def grace_seconds(self) -> int:
        """The grace period, 0 for none."""
        return next((step.seconds for step in self.steps if isinstance(step, Wait)), 0)


@dataclass(frozen=True, slots=True)
class RemediationResult:
    """What was done in the end."""

    remedy: Remedy
    """The planned remedy, or a weaker one if that was not possible."""
    sentence: str
    """For the alert."""
    undo_id: str = ""
    """The id that `platform-guard undo` takes; empty if there is nothing to undo."""


def is_destructive(remedy: Remedy) -> bool:
    """Return whether a remedy removes a tag or an image."""
    return remedy not in (Remedy.ALERT, Remedy.TAG)


def wanted_remedy(verdict: Verdict, policy: Policy) -> Remedy:
    """Return the remedy that the policy sets for a verdict."""
    return policy.remedies[verdict.name] if isinstance(verdict.name, Finding) else Remedy.ALERT


def why_no_longer_wanted(announced: Finding, verdict: Verdict, policy: Policy) -> str:
    """Return why an announced remedy is no longer wanted; empty if it still is."""
    if not isinstance(verdict.name, Finding):
        return f"it is {verdict.name}: {verdict.reason}"
    if verdict.name is not announced:
        return f"it is now {verdict.name}, which was not announced"
    if is_destructive(policy.remedies[verdict.name]):
        return ""
    if policy.caveat:
        return f"it could not be checked {policy.caveat}"
    return "the policy does not ask for it any more"


def plan_remedy(
    verdict: Verdict,
    push: Push,
    policy: Policy,
    snapshot: ProtectionSnapshot | None = None,
    *,
    grace_seconds: int = 0,
    cache_prefix: str | Unavailable = "",
) -> Plan:
    """Choose the remedy for the verdict on a pushed image.

    Without `snapshot` nothing destructive is planned. `grace_seconds` is how long to wait before
    the safety checks, 0 for not at all. `cache_prefix` is that of the pull-through cache rule that
    fills the repository; empty if there is none.
    """
    wanted = wanted_remedy(verdict, policy)
    if not isinstance(verdict.name, Finding):
        return Plan(wanted, Remedy.ALERT, because="only findings are remediated")
    if wanted is Remedy.ALERT:
        return Plan(wanted, wanted, because="the policy asks only for an alert")
    if isinstance(cache_prefix, str) and cache_prefix:
        reason = f"the pull-through cache {cache_prefix} fills the repository and would do it again"
        return Plan(wanted, Remedy.ALERT, blocked_by=(reason,), because="it is left alone")
    mark = AddMark(mark_for(verdict.name, push.image.tag, push.image.digest))
    if isinstance(cache_prefix, Unavailable) and mark.mark not in _marks(snapshot):
        reason = may_be_cached(cache_prefix)
        return Plan(wanted, Remedy.ALERT, blocked_by=(reason,), because="it is left alone")
    if wanted is Remedy.TAG:
        return Plan(wanted, wanted, (mark,))
    if grace_seconds:
        return Plan(wanted, Remedy.TAG, (mark, Wait(grace_seconds)))
    if snapshot is None:
        return Plan(wanted, Remedy.TAG, (mark,), ("the safety checks have not run",))
    blocked_by = blocking_reasons(push, snapshot, cache_prefix)
    if blocked_by:
        return Plan(wanted, Remedy.TAG, (mark,), blocked_by)
    return Plan(wanted, wanted, tuple(_steps(wanted, mark, push, snapshot)))


def _steps(
    wanted: Remedy, mark: AddMark, push: Push, snapshot: ProtectionSnapshot
) -> Iterator[Step]:
    match wanted:
        case Remedy.ALERT:
            return
        case Remedy.TAG:
            yield mark
        case Remedy.QUARANTINE:
            yield mark
            yield TakeTag(push.image.tag)
        case Remedy.ARCHIVE:
            yield mark
            yield Archive()
        case Remedy.DELETE:
            yield Delete(push.image.tag, _marks(snapshot))
            children = unshared_children(push.image.digest, snapshot)
            if children:
                yield DeleteChildren(children)


def _marks(snapshot: ProtectionSnapshot | None) -> tuple[str, ...]:
    match snapshot.state if snapshot else None:
        case ImageState(tags=tags):
            return tuple(tag for tag in tags if is_mark(tag))
        case _:
            return ()
