"""What a policy allows the guard to remove, stated independently of the product."""

from collections.abc import Sequence

from platform_guard.policy.policy import Policy, Remedy
from platform_guard.registry.mark import is_mark

ARCHIVES = "archives"
"""The removal that WatchedEcr reports for a move to the archive class."""


def forbidden_by(policy: Policy, what: str, tag: str, tags: Sequence[str], handled: str) -> str:
    """Return why an image may not be archived or lose a tag; empty if it may.

    `tags` are all tags of the image. `handled` is the tag in the guard's message.
    """
    if policy.ignore:
        return "the policy ignores it"
    if tag and tag != handled and not is_mark(tag):
        return f"the message names the tag {handled}"
    needed = _needed(what, tag, tags)
    if policy.strongest_remedy.strength < needed.strength:
        return f"the policy permits at most {policy.strongest_remedy}"
    return ""


def _needed(what: str, tag: str, tags: Sequence[str]) -> Remedy:
    """Return the weakest remedy that permits the removal."""
    if what == ARCHIVES:
        return Remedy.ARCHIVE
    return Remedy.DELETE if list(tags) == [tag] else Remedy.QUARANTINE
