"""What a policy allows the guard to remove, stated independently of the product."""

from collections.abc import Sequence

from platform_guard.policy.policy import Policy, Remedy
from platform_guard.registry.mark import is_mark

ARCHIVES = "archives"
"""What the guard does to an image that it moves to the archive class."""


def why_not_permitted(
    policy: Policy, what: str, tag: str, tags: Sequence[str], handled: str
) -> str:
    """Say why an image with some tags may not be archived, or lose a tag; empty if it may.

    `handled` is the tag that the guard was called for.
    """
    if policy.ignore:
        return "the policy ignores it"
    if tag and tag != handled and not is_mark(tag):
        return f"it was called for the tag {handled}"
    needed = _needed(what, tag, tags)
    if policy.strongest_remedy.strength < needed.strength:
        return f"the policy wants no more than {policy.strongest_remedy}"
    return ""


def _needed(what: str, tag: str, tags: Sequence[str]) -> Remedy:
    """Give the mildest remedy that goes so far."""
    if what == ARCHIVES:
        return Remedy.ARCHIVE
    return Remedy.DELETE if list(tags) == [tag] else Remedy.QUARANTINE
