"""What the service says that a task belongs to."""

from typing import TYPE_CHECKING

from platform_guard.aws.errors import LookUpError
from platform_guard.diagnosis.evidence.model import AwsvpcConfiguration, Service
from platform_guard.diagnosis.task_event import TaskStop

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import AwsVpcConfigurationOutputTypeDef


def look_up_service(client: "ECSClient", stop: TaskStop) -> Service:
    """Tell who deploys a service, and into which networks.

    One call. Raises what botocore raises, and LookUpError where there is no such service.
    """
    answer = client.describe_services(cluster=stop.cluster_arn, services=[stop.service])
    for service in answer["services"]:
        network = service.get("networkConfiguration", {}).get("awsvpcConfiguration")
        # Absent where nobody chose one.
        controller = service.get("deploymentController", {}).get("type", "ECS")
        return Service(controller, _read_network(network) if network else None)
    raise LookUpError("ECS has no such service")


def _read_network(network: "AwsVpcConfigurationOutputTypeDef") -> AwsvpcConfiguration:
    return AwsvpcConfiguration(
        subnets=tuple(network["subnets"]),
        security_groups=tuple(network.get("securityGroups", [])),
        assigns_public_ip=network.get("assignPublicIp") == "ENABLED",
    )
