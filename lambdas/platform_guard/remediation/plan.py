"""Plans the remedy for a verdict."""

from dataclasses import dataclass

from platform_guard.policy.policy import Policy, Remedy
from platform_guard.policy.verdict import Finding, Verdict
from platform_guard.registry.images import ImageState
from platform_guard.registry.mark import mark_for
from platform_guard.registry.push_event import Push
from platform_guard.remediation.protection import ProtectionSnapshot
from platform_guard.remediation.safety_checks import blocking_reasons, may_be_cached
from platform_guard.unavailable import Unavailable


@dataclass(frozen=True, slots=True)
class Plan:
    """The remedy that will be executed, with the reason for a weaker one."""

    wanted: Remedy
    """The remedy in the policy."""
    remedy: Remedy
    """The wanted remedy, or a weaker one if that is blocked or delayed."""
    grace_seconds: int = 0
    """The delay before the wanted remedy is evaluated again and executed."""
    blocked_by: tuple[str, ...] = ()
    """A clause per safety check that blocks the wanted remedy."""
    because: str = ""
    """Why nothing is done to the image; empty if something is."""


@dataclass(frozen=True, slots=True)
class RemediationResult:
    """The executed remedy."""

    remedy: Remedy
    """The planned remedy, or a weaker one if that was not possible."""
    sentence: str
    """The outcome, for the alert."""
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
    mark = mark_for(verdict.name, push.image.tag, push.image.digest)
    if isinstance(cache_prefix, Unavailable) and not _has_tag(snapshot, mark):
        reason = may_be_cached(cache_prefix)
        return Plan(wanted, Remedy.ALERT, blocked_by=(reason,), because="it is left alone")
    if wanted is Remedy.TAG:
        return Plan(wanted, wanted)
    if grace_seconds:
        return Plan(wanted, Remedy.TAG, grace_seconds)
    if snapshot is None:
        return Plan(wanted, Remedy.TAG, blocked_by=("the safety checks have not run",))
    blocked_by = blocking_reasons(push, snapshot, cache_prefix)
    return Plan(wanted, Remedy.TAG if blocked_by else wanted, blocked_by=blocked_by)


def _has_tag(snapshot: ProtectionSnapshot | None, tag: str) -> bool:
    state = snapshot.state if snapshot else None
    return isinstance(state, ImageState) and tag in state.tags
