"""What is done about a verdict: a plan, made of steps, each with its reason."""

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
    """Give the image one more tag, which says what was found."""

    mark: str
    because: str = "whoever lists the tags sees what was found"


@dataclass(frozen=True, slots=True)
class Wait:
    """Let some time pass, then judge anew and do what is wanted."""

    seconds: int
    because: str = "the policy grants a grace period, in which a good push settles the matter"


@dataclass(frozen=True, slots=True)
class TakeTag:
    """Take the image's own tag away, if it still names this image."""

    tag: str
    because: str = "nobody deploys it by its tag any more, and the tag is free again"


@dataclass(frozen=True, slots=True)
class Archive:
    """Move the image to the archive class.

    Of an index it is the index alone: its children have no tag to be pulled by, and with them in
    place a restore is one call.
    """

    because: str = "nobody can pull it from there, and it can be restored"


@dataclass(frozen=True, slots=True)
class Delete:
    """Take the image's tags away, its own first: the image goes with the last of them.

    By tag and digest together, so that an image which got another tag meanwhile stays.
    """

    tag: str
    marks: tuple[str, ...] = ()
    because: str = "nothing else needs it"


@dataclass(frozen=True, slots=True)
class DeleteChildren:
    """Delete what a deleted index has led to."""

    digests: tuple[str, ...]
    because: str = "no other index lists them"


Step = AddMark | Wait | TakeTag | Archive | Delete | DeleteChildren


@dataclass(frozen=True, slots=True)
class Plan:
    """What is going to be done about an image."""

    wanted: Remedy
    """What the policy asks for."""
    remedy: Remedy
    """What is done: that, or a milder one where it is refused."""
    steps: tuple[Step, ...] = ()
    blocked_by: tuple[str, ...] = ()
    """Clauses; empty where nothing was refused."""
    because: str = ""
    """Why there is nothing to do; empty where there is."""

    @property
    def grace_seconds(self) -> int:
        """How long it waits, 0 for not at all."""
        return next((step.seconds for step in self.steps if isinstance(step, Wait)), 0)


@dataclass(frozen=True, slots=True)
class RemediationResult:
    """What became of a plan."""

    remedy: Remedy
    """What was done in the end: the planned remedy, or a milder one where that could not be."""
    sentence: str
    """For the alert."""
    undo_id: str = ""
    """What to undo it by; empty where there is nothing to undo."""


def is_destructive(remedy: Remedy) -> bool:
    """Tell whether a remedy leaves less of an image than there was."""
    return remedy not in (Remedy.ALERT, Remedy.TAG)


def wanted_remedy(verdict: Verdict, policy: Policy) -> Remedy:
    """Give what the policy wants done about a verdict."""
    return policy.remedies[verdict.name] if isinstance(verdict.name, Finding) else Remedy.ALERT


def why_not_wanted_any_more(announced: Finding, verdict: Verdict, policy: Policy) -> str:
    """Say why what was announced about an image is not to be done; empty if it is."""
    if not isinstance(verdict.name, Finding):
        return f"it is {verdict.name}: {verdict.reason}"
    if verdict.name is not announced:
        return f"it is {verdict.name} by now, which was not announced"
    if is_destructive(policy.remedies[verdict.name]):
        return ""
    if policy.caveat:
        return f"it could not be checked {policy.caveat}"
    return "the policy does not ask for it any more"


def plan_remedy(
    verdict: Verdict,
    push: Push,
    policy: Policy,
    observed: ProtectionSnapshot | None = None,
    *,
    grace_seconds: int = 0,
    cache_prefix: str | Unavailable = "",
) -> Plan:
    """Choose what to do about a verdict on an image that was pushed.

    `observed` is None where nobody looked: then nothing is taken away. `grace_seconds` is how long
    to wait first; 0 for now, which is when to look. `cache_prefix` is that of the pull-through
    cache that fills the repository; empty where none does.
    """
    wanted = wanted_remedy(verdict, policy)
    if not isinstance(verdict.name, Finding):
        return Plan(wanted, Remedy.ALERT, because="what is no finding is left alone")
    if wanted is Remedy.ALERT:
        return Plan(wanted, wanted, because="the policy asks for an alert alone")
    if isinstance(cache_prefix, str) and cache_prefix:
        reason = f"the pull-through cache {cache_prefix} fills the repository and would do it again"
        return Plan(wanted, Remedy.ALERT, blocked_by=(reason,), because="it is left alone")
    mark = AddMark(mark_for(verdict.name, push.image.tag, push.image.digest))
    if isinstance(cache_prefix, Unavailable) and mark.mark not in _marks(observed):
        reason = may_be_cached(cache_prefix)
        return Plan(wanted, Remedy.ALERT, blocked_by=(reason,), because="it is left alone")
    if wanted is Remedy.TAG:
        return Plan(wanted, wanted, (mark,))
    if grace_seconds:
        return Plan(wanted, Remedy.TAG, (mark, Wait(grace_seconds)))
    if observed is None:
        return Plan(wanted, Remedy.TAG, (mark,), ("nobody looked at what may need it",))
    blocked_by = blocking_reasons(push, observed, cache_prefix)
    if blocked_by:
        return Plan(wanted, Remedy.TAG, (mark,), blocked_by)
    return Plan(wanted, wanted, tuple(_steps(wanted, mark, push, observed)))


def _steps(
    wanted: Remedy, mark: AddMark, push: Push, observed: ProtectionSnapshot
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
            yield Delete(push.image.tag, _marks(observed))
            children = unshared_children(push.image.digest, observed)
            if children:
                yield DeleteChildren(children)


def _marks(observed: ProtectionSnapshot | None) -> tuple[str, ...]:
    match observed.state if observed else None:
        case ImageState(tags=tags):
            return tuple(tag for tag in tags if is_mark(tag))
        case _:
            return ()
