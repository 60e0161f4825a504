"""Task definitions of Amazon ECS. A revision never changes, so each is fetched once a process."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from platform_guard.aws.errors import LookUpError, error_code
from platform_guard.diagnosis.evidence.model import TaskDefinition

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef, TaskDefinitionTypeDef

_REMEMBERED = 500


@dataclass(slots=True)
class TaskDefinitions:
    """Those that this process has seen, by ARN."""

    _seen: "dict[str, TaskDefinitionTypeDef]" = field(default_factory=dict)

    def find(self, client: "ECSClient", arn: str, container: str) -> TaskDefinition:
        """Give what a task definition says about one of its containers. At most one call.

        Raises LookUpError where it was deleted.
        """
        definition = self._seen.get(arn) or _describe(client, arn)
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
        self._seen[arn] = definition
        return _about(definition, arn, container)


def _describe(client: "ECSClient", arn: str) -> "TaskDefinitionTypeDef":
    try:
        return client.describe_task_definition(taskDefinition=arn)["taskDefinition"]
    except ClientError as error:
        # ECS API, DescribeTaskDefinition: its only answer to an ARN that names nothing.
        if error_code(error) == "ClientException":
            raise LookUpError("it was deleted") from error
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
