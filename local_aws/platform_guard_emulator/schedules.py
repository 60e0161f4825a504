"""What moto leaves out of EventBridge Scheduler: groups in templates, and schedules that fire.

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
        """What `Ref` gives."""
        return self.group.name

    @staticmethod
    def cloudformation_name_type() -> str:
        """Name the property that holds the name."""
        return "Name"

    @staticmethod
    def cloudformation_type() -> str:
        """Name the type."""
        return "AWS::Scheduler::ScheduleGroup"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Tell which attributes `Fn::GetAtt` may ask for."""
        return attr == "Arn"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Give what `Fn::GetAtt` asks for."""
        if attribute_name != "Arn":
            raise NotImplementedError(f"a schedule group has no attribute {attribute_name}")
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
        """Refuse: a group has nothing to change."""
        raise NotImplementedError("the stand-in creates stacks, it does not update them")

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


def fire_due(
    account: str, region: str, now: datetime, require: Callable[[str, str, str], None]
) -> int:
    """Send what all schedules that are due have to send, and say how many there were.

    Only what the guard makes is known here: schedules that are due once, to a queue, and to another
    one where the first does not take it. `require` raises PermissionError unless a role may do
    something.
    """
    fired = 0
    for group in list(scheduler_backends[account][region].schedule_groups.values()):
        for schedule in list(group.schedules.values()):
            if schedule.state == "ENABLED" and _due(schedule) <= now:
                _send(schedule, account, region, require)
                fired += 1
                if schedule.action_after_completion == "DELETE":
                    group.delete_schedule(schedule.name)
                else:
                    schedule.state = "DISABLED"
    return fired


def _due(schedule: Schedule) -> datetime:
    expression = schedule.schedule_expression
    if not expression.startswith("at(") or schedule.schedule_expression_timezone != "UTC":
        raise NotImplementedError(f"the stand-in does not know the schedule {expression}")
    return datetime.fromisoformat(expression[3:-1]).replace(tzinfo=UTC)


def _send(
    schedule: Schedule, account: str, region: str, require: Callable[[str, str, str], None]
) -> None:
    queue_arn, role = schedule.target["Arn"], schedule.target["RoleArn"]
    if ":sqs:" not in queue_arn:
        raise NotImplementedError(f"the stand-in sends what is due to queues, not to {queue_arn}")
    try:
        require(role, "sqs:SendMessage", queue_arn)
    except PermissionError:
        if "DeadLetterConfig" not in schedule.target:
            raise
        queue_arn = schedule.target["DeadLetterConfig"]["Arn"]
        require(role, "sqs:SendMessage", queue_arn)
    name = queue_arn.rpartition(":")[2]
    sqs_backends[account][region].send_message(name, schedule.target["Input"])
