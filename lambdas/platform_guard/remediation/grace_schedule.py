"""Schedules of Amazon EventBridge Scheduler that end grace periods."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from platform_guard.aws.errors import error_code
from platform_guard.registry.reference import Reference

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

import hashlib
from typing import Protocol

from platform_guard.event import required_object, required_text


@dataclass(frozen=True, slots=True)
class GraceSchedules:
    """The guard's own group of schedules. Raises what botocore raises."""

    client: "EventBridgeSchedulerClient"
    group: str
    queue_arn: str = ""
    """Where the end of a grace period is announced; empty for who only deletes."""
    role_arn: str = ""
    """A role that may send to the queue."""
    dead_letters_arn: str = ""
    """A queue for what cannot be announced, which the role may send to as well."""

    def create(self, image: Reference, entry_id: str, due: datetime) -> None:
        """Have the end of a grace period announced; that it is already so is fine.

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
        """Have it announced no more; that nobody would is fine."""
        try:
            self.client.delete_schedule(Name=schedule_name(image, entry_id), GroupName=self.group)
        except ClientError as error:
            if error_code(error) != "ResourceNotFoundException":
                raise

    def waiting(self, image: Reference) -> tuple[str, ...]:
        """List the entries that wait for the end of a grace period of this tag."""
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
    """For a policy that takes nothing away: nothing is put off, and nothing waits."""

    def create(self, image: Reference, entry_id: str, due: datetime) -> None:
        """Raise ValueError: there is nobody who would announce it."""
        raise ValueError(f"{image.short_name} cannot wait until {due}: {entry_id} has no schedule")

    def delete(self, image: Reference, entry_id: str) -> None:
        """Do nothing: there is nothing to delete."""

    def waiting(self, image: Reference) -> tuple[str, ...]:  # noqa: ARG002
        """Give nothing."""
        return ()


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
