"""Schedules of Amazon EventBridge Scheduler that end grace periods."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from platform_guard.aws.errors import error_code
from platform_guard.registry.reference import Reference
from platform_guard.remediation.schedule_message import grace_message, schedule_name, tag_prefix

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient


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
