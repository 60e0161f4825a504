"""Finds the images of all Amazon ECS tasks and of all deployments of services.

Includes AWS Batch clusters. Standalone and scheduled tasks count only while they run.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from platform_guard.aws.errors import LookupFailedError
from platform_guard.aws.lookup import Deadline
from platform_guard.remediation.protection import Use

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import FailureTypeDef, ServiceTypeDef, TaskTypeDef

_SERVICES_PER_CALL = 10  # DescribeServices, services
_TASKS_PER_CALL = 100  # DescribeTasks, tasks

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class EcsUses:
    """The tasks and services of one account in one region."""

    client: "ECSClient"
    deadline: Deadline
    images_of_definitions: dict[str, tuple[str, ...]]
    """A cache by task definition ARN; revisions never change."""

    def find(self) -> tuple[Use, ...]:
        """Return the uses in all clusters. Raises botocore errors and LookupFailedError."""
        definitions: dict[str, str] = {}
        uses: list[Use] = []
        for page in self.client.get_paginator("list_clusters").paginate():
            for cluster in page["clusterArns"]:
                self.deadline.check()
                uses.extend(self._tasks(cluster))
                definitions |= self._deployed(cluster)
        for definition, user in definitions.items():
            uses.extend(Use(user, image) for image in self._images(definition))
        return tuple(uses)

    def _tasks(self, cluster: str) -> Iterator[Use]:
        # desiredStatus RUNNING lists pending tasks too.
        pages = self.client.get_paginator("list_tasks").paginate(
            cluster=cluster, desiredStatus="RUNNING"
        )
        for page in pages:
            self.deadline.check()
            for arns in _in_parts(page["taskArns"], _TASKS_PER_CALL):
                self.deadline.check()
                answer = self.client.describe_tasks(cluster=cluster, tasks=arns)
                _check(answer["failures"])
                for task in answer["tasks"]:
                    yield from _uses_of(task)

    def _deployed(self, cluster: str) -> dict[str, str]:
        """Return the task definitions of all deployments with the service they belong to."""
        found: dict[str, str] = {}
        pages = self.client.get_paginator("list_services").paginate(cluster=cluster)
        for page in pages:
            self.deadline.check()
            for arns in _in_parts(page["serviceArns"], _SERVICES_PER_CALL):
                self.deadline.check()
                answer = self.client.describe_services(cluster=cluster, services=arns)
                _check(answer["failures"])
                for service in answer["services"]:
                    user = f"the service {service['serviceName']} in {_name(cluster)}"
                    found |= dict.fromkeys(_definitions_of(service), user)
        return found

    def _images(self, definition: str) -> tuple[str, ...]:
        if definition not in self.images_of_definitions:
            self.deadline.check()
            answer = self.client.describe_task_definition(taskDefinition=definition)
            containers = answer["taskDefinition"].get("containerDefinitions", [])
            self.images_of_definitions[definition] = tuple(
                container.get("image", "") for container in containers
            )
        return self.images_of_definitions[definition]


def _uses_of(task: "TaskTypeDef") -> Iterator[Use]:
    user = f"the task {_name(task['taskArn'])} in {_name(task.get('clusterArn', ''))}"
    for container in task.get("containers", []):
        yield Use(user, container.get("image", ""), container.get("imageDigest", ""))


def _definitions_of(service: "ServiceTypeDef") -> Iterator[str]:
    if "taskDefinition" in service:
        yield service["taskDefinition"]
    started = [*service.get("deployments", []), *service.get("taskSets", [])]
    for deployment in started:
        if "taskDefinition" in deployment:
            yield deployment["taskDefinition"]


def _check(failures: "Iterable[FailureTypeDef]") -> None:
    for failure in failures:
        # A task or service that ended after it was listed uses nothing.
        if failure.get("reason") != "MISSING":
            raise LookupFailedError(failure.get("reason", "a failure without a reason"))


def _in_parts(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]
