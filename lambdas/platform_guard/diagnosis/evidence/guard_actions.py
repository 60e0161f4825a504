"""The ledger entries about an image that a task could not pull."""

from collections.abc import Iterable

from platform_guard.diagnosis.evidence.model import GuardAction
from platform_guard.policy.policy import Remedy
from platform_guard.registry.reference import Reference
from platform_guard.remediation.ledger import Entry, State

_MAX_ACTIONS = 5

_DESTRUCTIVE = frozenset({Remedy.QUARANTINE, Remedy.ARCHIVE, Remedy.DELETE})


def guard_history_of(image: Reference, entries: Iterable[Entry]) -> tuple[GuardAction, ...]:
    """Return the latest five actions on an image or its tag, oldest first.

    `entries` are newest first.
    """
    found = [_action(entry) for entry in entries if _is_about(entry, image) and entry.sentence]
    return tuple(reversed(found[:_MAX_ACTIONS]))


def _is_about(entry: Entry, image: Reference) -> bool:
    if entry.image.repository != image.repository:
        return False
    has_its_tag = bool(image.tag) and entry.image.tag == image.tag
    return has_its_tag or (bool(image.digest) and entry.image.digest == image.digest)


def _action(entry: Entry) -> GuardAction:
    return GuardAction(
        entry.at,
        entry.sentence,
        entry.reason,
        made_unavailable=entry.state is State.DONE and entry.remedy in _DESTRUCTIVE,
    )
