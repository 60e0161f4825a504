"""The parts of EventBridge Scheduler that moto lacks: groups in templates, firing schedules.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Self

from moto.core.common_models import CloudFormationModel
from moto.scheduler.models import Schedule, ScheduleGroup, scheduler_backends
from moto.sqs.models import sqs_backends


class TemplateScheduleGroup(CloudFormationModel):
    """`AWS::Scheduler::ScheduleGroup`."""

    def __init__(self, group: ScheduleGroup) -> None:
        self.group = group

    @property
    def physical_resource_id(self) -> str:
        """The value of `Ref`."""
        return self.group.name

    @staticmethod
    def cloudformation_name_type() -> str:
        """Return the property that holds the name."""
        return "Name"

    @staticmethod
    def cloudformation_type() -> str:
        """Return the resource type."""
        return "AWS::Scheduler::ScheduleGroup"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Return whether `Fn::GetAtt` supports an attribute."""
        return attr == "Arn"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Return the value of `Fn::GetAtt`."""
        if attribute_name != "Arn":
            raise NotImplementedError(f"A schedule group has no attribute {attribute_name}")
        return self.group.arn

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],  # noqa: ARG003 (its only property is the name)
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> Self:
        """Create the group."""
        backend = scheduler_backends[account_id][region_name]
        return cls(backend.create_schedule_group(resource_name[:64], tags=[]))

    @classmethod
    def update_from_cloudformation_json(cls, *_: Any, **__: Any) -> Any:
        """Raise NotImplementedError: a group has no property that can change."""
        raise NotImplementedError("The emulator creates stacks and does not update them")

    @classmethod
    def delete_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],  # noqa: ARG003
        account_id: str,
        region_name: str,
    ) -> None:
        """Delete the group with its schedules."""
        scheduler_backends[account_id][region_name].delete_schedule_group(resource_name)


def fire_due_schedules(
    account: str, region: str, now: datetime, require: Callable[[str, str, str], None]
) -> int:
    """Send the input of every due schedule to its target and return the number of schedules.

    Supports the schedules that the guard creates: one-time ones whose target is a queue, with a
    dead-letter queue. `require` raises PermissionError if a role does not have a permission.
    """
    fired = 0
    for group in list(scheduler_backends[account][region].schedule_groups.values()):
        for schedule in list(group.schedules.values()):
            if schedule.state == "ENABLED" and _due_time(schedule) <= now:
                _send(schedule, account, region, require)
                fired += 1
                if schedule.action_after_completion == "DELETE":
                    group.delete_schedule(schedule.name)
                else:
                    schedule.state = "DISABLED"
    return fired


def _due_time(schedule: Schedule) -> datetime:
    expression = schedule.schedule_expression
    if not expression.startswith("at(") or schedule.schedule_expression_timezone != "UTC":
        raise NotImplementedError(f"The emulator does not support the schedule {expression}")
    return datetime.fromisoformat(expression[3:-1]).replace(tzinfo=UTC)


def _send(
    schedule: Schedule, account: str, region: str, require: Callable[[str, str, str], None]
) -> None:
    queue_arn, role = schedule.target["Arn"], schedule.target["RoleArn"]
    if ":sqs:" not in queue_arn:
        raise NotImplementedError(
            f"The emulator supports queues as schedule targets, not {queue_arn}"
        )
    try:
        require(role, "sqs:SendMessage", queue_arn)
    except PermissionError:
        if "DeadLetterConfig" not in schedule.target:
            raise
        queue_arn = schedule.target["DeadLetterConfig"]["Arn"]
        require(role, "sqs:SendMessage", queue_arn)
    name = queue_arn.rpartition(":")[2]
    sqs_backends[account][region].send_message(name, schedule.target["Input"])
