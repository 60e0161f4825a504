"""EventBridge Scheduler schedules that end grace periods."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import ClientError

from platform_guard.aws.errors import error_code
from platform_guard.event import required_object, required_text
from platform_guard.registry.reference import Reference

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient


@dataclass(frozen=True, slots=True)
class GraceSchedules:
    """Schedules in the guard's own group. Raises botocore errors."""

    client: "EventBridgeSchedulerClient"
    group: str
    queue_arn: str = ""
    """The push guard's queue. Not needed to delete schedules."""
    role_arn: str = ""
    """The role that sends to the queue."""
    dead_letters_arn: str = ""
    """The dead-letter queue of the schedules."""

    def create(self, image: Reference, entry_id: str, due: datetime) -> None:
        """Schedule the end of a grace period. An existing schedule stays.

        https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#one-time
        https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
        """
        at = due.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        try:
            self.client.create_schedule(
                Name=schedule_name(image, entry_id),
                GroupName=self.group,
                ScheduleExpression=f"at({at})",
                ScheduleExpressionTimezone="UTC",
                FlexibleTimeWindow={"Mode": "OFF"},
                ActionAfterCompletion="DELETE",
                Target={
                    "Arn": self.queue_arn,
                    "RoleArn": self.role_arn,
                    "Input": json.dumps(grace_message(entry_id)),
                    "DeadLetterConfig": {"Arn": self.dead_letters_arn},
                },
            )
        except ClientError as error:
            if error_code(error) != "ConflictException":
                raise

    def delete(self, image: Reference, entry_id: str) -> None:
        """Delete the schedule if it exists."""
        try:
            self.client.delete_schedule(Name=schedule_name(image, entry_id), GroupName=self.group)
        except ClientError as error:
            if error_code(error) != "ResourceNotFoundException":
                raise

    def waiting(self, image: Reference) -> tuple[str, ...]:
        """Return the ids of entries whose grace period for this tag has not ended."""
        prefix = tag_prefix(image)
        pages = self.client.get_paginator("list_schedules").paginate(
            GroupName=self.group, NamePrefix=prefix
        )
        return tuple(
            schedule["Name"].removeprefix(prefix)
            for page in pages
            for schedule in page["Schedules"]
        )


@dataclass(frozen=True, slots=True)
class NoSchedules:
    """The schedules of a policy without destructive remedies: there are none."""

    def create(self, image: Reference, entry_id: str, due: datetime) -> None:
        """Raise ValueError: this deployment has no schedules."""
        raise ValueError(f"{image.short_name} cannot wait until {due}: {entry_id} has no schedule")

    def delete(self, image: Reference, entry_id: str) -> None:
        """Do nothing."""

    def waiting(self, image: Reference) -> tuple[str, ...]:  # noqa: ARG002
        """Return an empty tuple."""
        return ()


GRACE_IS_OVER = "Platform Guard Grace Is Over"
"""The detail-type of the message to the push guard's queue."""


SOURCE = "platform-guard"


_TAG_HASH_LENGTH = 16


class Schedules(Protocol):
    """One-time schedules."""

    def create(self, image: Reference, entry_id: str, due: datetime) -> None:
        """Schedule the end of a grace period. An existing schedule stays."""

    def delete(self, image: Reference, entry_id: str) -> None:
        """Delete the schedule if it exists."""

    def waiting(self, image: Reference) -> tuple[str, ...]:
        """Return the ids of entries whose grace period for this tag has not ended."""


def tag_prefix(image: Reference) -> str:
    """Return the common prefix of the names of all schedules for a tag."""
    name = f"{image.repository.uri}:{image.tag}"
    return hashlib.sha256(name.encode()).hexdigest()[:_TAG_HASH_LENGTH] + "-"


def schedule_name(image: Reference, entry_id: str) -> str:
    """Return a name of at most 64 characters (EventBridge Scheduler, CreateSchedule, Name)."""
    return tag_prefix(image) + entry_id


def grace_message(entry_id: str) -> dict[str, object]:
    """Return the message that a schedule sends."""
    return {"source": SOURCE, "detail-type": GRACE_IS_OVER, "detail": {"entry": entry_id}}


def expired_grace_entry(message: object) -> str:
    """Return the id of the entry whose grace period is over; empty for any other message.

    Raises EventError if the message names no entry.
    """
    if not isinstance(message, dict) or message.get("detail-type") != GRACE_IS_OVER:
        return ""
    return required_text(required_object(message.get("detail"), "detail"), "entry")
