"""Stopped Amazon ECS tasks, from an event or from DescribeTasks.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from platform_guard.event import (
    EventError,
    Ignored,
    objects_in,
    optional_text,
    required_object,
    required_text,
)

_DETAIL_TYPE = "ECS Task State Change"


class LaunchType(StrEnum):
    """Where a task runs. ECS API, LaunchType."""

    EC2 = "EC2"
    FARGATE = "FARGATE"
    EXTERNAL = "EXTERNAL"
    MANAGED_INSTANCES = "MANAGED_INSTANCES"


class StopCode:
    """Why ECS stopped a task, limited to the relevant codes. ECS API, TaskStopCode."""

    FAILED_TO_START = "TaskFailedToStart"
    ESSENTIAL_CONTAINER_EXITED = "EssentialContainerExited"
    USER_INITIATED = "UserInitiated"


@dataclass(frozen=True, slots=True)
class StoppedContainer:
    """A container of a stopped task. Missing values are empty, the exit code None."""

    name: str
    image: str = ""
    """As in the task definition; missing for containers that ECS adds itself."""
    image_digest: str = ""
    reason: str = ""
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class TaskStop:
    """A stopped task. Missing values are empty, times None."""

    event_id: str
    """Empty if the task came from DescribeTasks."""
    account: str
    region: str
    time: str
    """The time of the event, else of the stop; RFC 3339."""
    cluster_arn: str
    task_arn: str
    task_definition_arn: str
    group: str = ""
    """`service:NAME`, `family:NAME`, or the group that RunTask named."""
    launch_type: LaunchType | None = None
    """None also for an unknown launch type."""
    capacity_provider: str = ""
    container_instance_arn: str = ""
    platform_family: str = ""
    """Only on Fargate, such as `Linux` or `Windows Server 2022 Core`."""
    cpu_architecture: str = ""
    """`x86_64` or `arm64`, from the attribute `ecs.cpu-architecture`."""
    stop_code: str = ""
    stopped_reason: str = ""
    pull_stopped_at: str | None = None
    started_at: str | None = None
    execution_stopped_at: str | None = None
    stopped_at: str | None = None
    subnet_ids: tuple[str, ...] = ()
    network_interface_ids: tuple[str, ...] = ()
    version: int = 0
    """The version of the task, equal for duplicate events."""
    containers: tuple[StoppedContainer, ...] = ()

    @property
    def cluster(self) -> str:
        """The name of the cluster."""
        return _last_part(self.cluster_arn)

    @property
    def task_id(self) -> str:
        """The task id, as the console shows it."""
        return _last_part(self.task_arn)

    @property
    def task_definition(self) -> str:
        """The task definition as `family:revision`."""
        return _last_part(self.task_definition_arn)

    @property
    def is_on_fargate(self) -> bool | None:
        """Whether it runs on Fargate; None if unknown."""
        if self.launch_type is not None:
            return self.launch_type is LaunchType.FARGATE
        if self.capacity_provider in ("FARGATE", "FARGATE_SPOT"):
            return True
        return False if self.container_instance_arn else None

    @property
    def service(self) -> str:
        """The name of the service; empty for a standalone task."""
        return self.group.removeprefix("service:") if self.group.startswith("service:") else ""

    @property
    def family(self) -> str:
        """The family of the task definition."""
        if self.task_definition:
            return self.task_definition.rpartition(":")[0] or self.task_definition
        return self.group.removeprefix("family:") if self.group.startswith("family:") else ""


def parse_task_stop(event: object) -> TaskStop | Ignored:
    """Parse an ECS event. Raises EventError if it is malformed.

    The EventBridge rule matches only stopped tasks; this checks again, because rules can change.
    """
    fields = required_object(event, "the event")
    detail = required_object(fields.get("detail"), "detail")
    kind = fields.get("source"), fields.get("detail-type")
    if kind != ("aws.ecs", _DETAIL_TYPE):
        return Ignored(f"not a task state change: {fields.get('detail-type')}")
    if detail.get("lastStatus") != "STOPPED":
        return Ignored(f"the task is not stopped: {detail.get('lastStatus')}")
    return _read_task(
        detail,
        event_id=required_text(fields, "id"),
        account=required_text(fields, "account"),
        region=required_text(fields, "region"),
        time=required_text(fields, "time"),
    )


def parse_described_tasks(answer: object) -> tuple[TaskStop, ...]:
    """Parse stopped tasks from the output of `aws ecs describe-tasks`.

    Raises EventError if the output is malformed.
    """
    fields = required_object(answer, "the output of describe-tasks")
    if not isinstance(fields.get("tasks"), list):
        raise EventError("tasks is missing or not a list")
    return tuple(
        _read_described_task(task)
        for task in objects_in(fields, "tasks")
        if task.get("lastStatus") == "STOPPED"
    )


def _read_described_task(task: Mapping[str, object]) -> TaskStop:
    # arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID
    parts = required_text(task, "taskArn").split(":", 5)
    if len(parts) < 6:
        raise EventError(f"taskArn is not an ARN: {parts[0][:80]!r}")
    time = _time(task, "stoppedAt") or ""
    return _read_task(task, event_id="", account=parts[4], region=parts[3], time=time)


def _read_task(
    task: Mapping[str, object], *, event_id: str, account: str, region: str, time: str
) -> TaskStop:
    return TaskStop(
        event_id=event_id,
        account=account,
        region=region,
        time=time,
        cluster_arn=required_text(task, "clusterArn"),
        task_arn=required_text(task, "taskArn"),
        task_definition_arn=required_text(task, "taskDefinitionArn"),
        group=optional_text(task, "group"),
        launch_type=_launch_type(optional_text(task, "launchType")),
        capacity_provider=optional_text(task, "capacityProviderName"),
        container_instance_arn=optional_text(task, "containerInstanceArn"),
        platform_family=optional_text(task, "platformFamily"),
        cpu_architecture=_attribute(task, "ecs.cpu-architecture"),
        stop_code=optional_text(task, "stopCode"),
        stopped_reason=optional_text(task, "stoppedReason"),
        pull_stopped_at=_time(task, "pullStoppedAt"),
        started_at=_time(task, "startedAt"),
        execution_stopped_at=_time(task, "executionStoppedAt"),
        stopped_at=_time(task, "stoppedAt"),
        subnet_ids=_attached(task, "subnetId"),
        network_interface_ids=_attached(task, "networkInterfaceId"),
        version=_whole_number(task.get("version")) or 0,
        containers=tuple(_read_container(fields) for fields in objects_in(task, "containers")),
    )


def _read_container(fields: Mapping[str, object]) -> StoppedContainer:
    return StoppedContainer(
        name=optional_text(fields, "name"),
        image=optional_text(fields, "image"),
        image_digest=optional_text(fields, "imageDigest"),
        reason=optional_text(fields, "reason"),
        exit_code=_whole_number(fields.get("exitCode")),
    )


def _attribute(task: Mapping[str, object], name: str) -> str:
    for attribute in objects_in(task, "attributes"):
        if attribute.get("name") == name:
            return optional_text(attribute, "value")
    return ""


def _attached(task: Mapping[str, object], name: str) -> tuple[str, ...]:
    """Return the distinct values of an attachment detail."""
    values = [
        optional_text(detail, "value")
        for attachment in objects_in(task, "attachments")
        for detail in objects_in(attachment, "details")
        if detail.get("name") == name
    ]
    return tuple(dict.fromkeys(value for value in values if value))


def _launch_type(text: str) -> LaunchType | None:
    return next((launch_type for launch_type in LaunchType if launch_type == text), None)


def _time(task: Mapping[str, object], name: str) -> str | None:
    return optional_text(task, name) or None


def _whole_number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _last_part(arn: str) -> str:
    return arn.rpartition("/")[2]
