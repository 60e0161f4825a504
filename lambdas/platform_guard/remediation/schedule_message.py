"""What ends a grace period: a schedule of its own for each image that waits."""

import hashlib
from datetime import datetime
from typing import Protocol

from platform_guard.event import required_object, required_text
from platform_guard.registry.reference import Reference

GRACE_IS_OVER = "Platform Guard Grace Is Over"
"""The detail-type of what a schedule sends to the push guard's queue."""

SOURCE = "platform-guard"

_TAG_HASH_LENGTH = 16


class Schedules(Protocol):
    """Schedules that are due once, and then are gone."""

    def create(self, image: Reference, entry_id: str, due: datetime) -> None:
        """Have the end of a grace period announced; that it is already so is fine."""

    def delete(self, image: Reference, entry_id: str) -> None:
        """Have it announced no more; that nobody would is fine."""

    def waiting(self, image: Reference) -> tuple[str, ...]:
        """List the entries that wait for the end of a grace period of this tag."""


def tag_prefix(image: Reference) -> str:
    """Begin the name of all schedules about a tag."""
    name = f"{image.repository.uri}:{image.tag}"
    return hashlib.sha256(name.encode()).hexdigest()[:_TAG_HASH_LENGTH] + "-"


def schedule_name(image: Reference, entry_id: str) -> str:
    """Name a schedule within the 64 characters of EventBridge Scheduler (CreateSchedule, Name)."""
    return tag_prefix(image) + entry_id


def grace_message(entry_id: str) -> dict[str, object]:
    """Build what a schedule sends."""
    return {"source": SOURCE, "detail-type": GRACE_IS_OVER, "detail": {"entry": entry_id}}


def entry_that_waited(message: object) -> str:
    """Read of which entry the grace period is over; empty where the message is about other things.

    Raises EventError where it is over and no entry is named.
    """
    if not isinstance(message, dict) or message.get("detail-type") != GRACE_IS_OVER:
        return ""
    return required_text(required_object(message.get("detail"), "detail"), "entry")
