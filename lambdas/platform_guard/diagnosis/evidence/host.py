"""What processor the instance has that a task ran on."""

from typing import TYPE_CHECKING

from platform_guard.diagnosis.task_event import TaskStop

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient


def look_up_architecture(client: "ECSClient", stop: TaskStop) -> str:
    """Give `x86_64` or `arm64`; empty where the instance does not say, or is gone.

    The agent registers it: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html
    One call; raises what botocore raises.
    """
    answer = client.describe_container_instances(
        cluster=stop.cluster_arn, containerInstances=[stop.container_instance_arn]
    )
    for instance in answer["containerInstances"]:
        for attribute in instance.get("attributes", []):
            if attribute["name"] == "ecs.cpu-architecture":
                return attribute.get("value", "")
    return ""
