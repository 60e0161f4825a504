"""Task definitions, roles, services and hosts in Amazon ECS."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from platform_guard.aws.errors import LookupFailedError, error_code
from platform_guard.diagnosis.evidence.model import (
    AwsvpcConfiguration,
    PullingRole,
    RoleKind,
    Service,
    TaskDefinition,
    Unavailable,
)
from platform_guard.diagnosis.task_event import TaskStop

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import (
        AwsVpcConfigurationOutputTypeDef,
        ContainerDefinitionOutputTypeDef,
        TaskDefinitionTypeDef,
    )

_MAX_CACHED = 500


@dataclass(slots=True)
class TaskDefinitions:
    """Task definitions, cached by ARN: a revision never changes."""

    _cached: "dict[str, TaskDefinitionTypeDef]" = field(default_factory=dict)

    def find(self, client: "ECSClient", arn: str, container: str) -> TaskDefinition:
        """Return a task definition with one of its containers. At most one call.

        Raises LookupFailedError if it was deleted.
        """
        definition = self._cached.get(arn) or _describe(client, arn)
        if len(self._cached) >= _MAX_CACHED:
            self._cached.clear()
        self._cached[arn] = definition
        return _about(definition, arn, container)


def _describe(client: "ECSClient", arn: str) -> "TaskDefinitionTypeDef":
    try:
        return client.describe_task_definition(taskDefinition=arn)["taskDefinition"]
    except ClientError as error:
        # ECS API, DescribeTaskDefinition: the error for an unknown ARN.
        if error_code(error) == "ClientException":
            raise LookupFailedError("it was deleted") from error
        raise


def _about(definition: "TaskDefinitionTypeDef", arn: str, container: str) -> TaskDefinition:
    runtime_platform = definition.get("runtimePlatform") or {}
    described = _container(definition, container)
    storage = definition.get("ephemeralStorage")
    return TaskDefinition(
        arn=arn,
        image=described.get("image", "") if described else "",
        cpu_architecture=runtime_platform.get("cpuArchitecture", ""),
        operating_system_family=runtime_platform.get("operatingSystemFamily", ""),
        execution_role_arn=definition.get("executionRoleArn", ""),
        repository_credentials=(
            described.get("repositoryCredentials", {}).get("credentialsParameter", "")
            if described
            else ""
        ),
        ephemeral_storage_gib=storage["sizeInGiB"] if storage else None,
        stated=frozenset(definition),
    )


def _container(
    definition: "TaskDefinitionTypeDef", name: str
) -> "ContainerDefinitionOutputTypeDef | None":
    containers = definition.get("containerDefinitions", [])
    return next((found for found in containers if found.get("name") == name), None)


# The session name of an instance role is the instance id.
_ON_INSTANCE = re.compile(
    r"arn:(?P<partition>[\w-]+):sts::(?P<account>\d{12}):assumed-role/(?P<role>[\w+=,.@-]+)/"
    r"i-[0-9a-f]{8,17}"
)


def find_role(
    stop: TaskStop, definition: TaskDefinition | Unavailable | None, denied: str | None
) -> PullingRole:
    """Return the role that pulls, from the error or the task definition. No call.

    `denied` is the principal that the error names; it takes precedence. Raises LookupFailedError
    if the task definition is unknown or has no execution role: then the instance role pulls.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
    """
    if denied and (session := _ON_INSTANCE.fullmatch(denied)):
        arn = f"arn:{session['partition']}:iam::{session['account']}:role/{session['role']}"
        return PullingRole(arn, RoleKind.INSTANCE)
    match definition:
        case TaskDefinition(execution_role_arn=arn) if arn:
            return PullingRole(arn, RoleKind.EXECUTION)
        case TaskDefinition() if stop.container_instance_arn:
            raise LookupFailedError(
                "the task definition names no execution role, so its instance pulls as itself"
            )
        case TaskDefinition():
            raise LookupFailedError("the task definition names no execution role")
        case _:
            raise LookupFailedError("it stands in the task definition, which was not seen")


def look_up_service(client: "ECSClient", stop: TaskStop) -> Service:
    """Look up deployment controller and network configuration of a service.

    One call. Raises botocore errors, and LookupFailedError if the service does not exist.
    """
    answer = client.describe_services(cluster=stop.cluster_arn, services=[stop.service])
    for service in answer["services"]:
        network = service.get("networkConfiguration", {}).get("awsvpcConfiguration")
        # Absent if the default is used.
        controller = service.get("deploymentController", {}).get("type", "ECS")
        return Service(controller, _read_network(network) if network else None)
    raise LookupFailedError("ECS has no such service")


def _read_network(network: "AwsVpcConfigurationOutputTypeDef") -> AwsvpcConfiguration:
    return AwsvpcConfiguration(
        subnets=tuple(network["subnets"]),
        security_groups=tuple(network.get("securityGroups", [])),
        assigns_public_ip=network.get("assignPublicIp") == "ENABLED",
    )


def look_up_architecture(client: "ECSClient", stop: TaskStop) -> str:
    """Return `x86_64` or `arm64`; empty if the instance is gone or has no such attribute.

    The agent registers it: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html
    One call; raises botocore errors.
    """
    answer = client.describe_container_instances(
        cluster=stop.cluster_arn, containerInstances=[stop.container_instance_arn]
    )
    for instance in answer["containerInstances"]:
        for attribute in instance.get("attributes", []):
            if attribute["name"] == "ecs.cpu-architecture":
                return attribute.get("value", "")
    return ""
