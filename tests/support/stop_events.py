"""Amazon ECS events about stopped tasks, as EventBridge delivers them."""

from collections.abc import Mapping
from types import MappingProxyType

ACCOUNT = "123456789012"
REGION = "eu-central-1"
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop"
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
IMAGE = f"{REGISTRY}/shop/api:1.4.2"

MISMATCH = (
    "CannotPullContainerError: pull image manifest has been retried 7 time(s): "
    "image Manifest does not contain descriptor matching platform 'linux/amd64'"
)
NOT_FOUND = (
    f"CannotPullContainerError: pull image manifest has been retried 1 time(s): "
    f"failed to resolve ref {IMAGE}: {IMAGE}: not found"
)
NO_LOGIN = (
    "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull "
    "registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. "
    "Check your task network configuration. RequestError: send request failed caused by: Post "
    f'"https://api.ecr.{REGION}.amazonaws.com/": dial tcp 10.0.1.7:443: i/o timeout'
)

Json = dict[str, object]


def stop_event(
    task: int = 1,
    *,
    definition: str,
    text: str = MISMATCH,
    image: str = IMAGE,
    digest: str = "",
    launch_type: str = "FARGATE",
    architecture: str = "x86_64",
    service: str = "api",
    subnet: str = "",
    detail: Mapping[str, object] = MappingProxyType({}),
) -> Json:
    """Build the event of a task that failed to pull; `detail` overrides keys of its detail."""
    task_id = f"{task:032x}"
    on_ec2 = launch_type == "EC2"
    container: Json = {
        "containerArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:container/shop/{task_id}/c",
        "taskArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/shop/{task_id}",
        "lastStatus": "STOPPED",
        "name": "app",
        "image": image,
        "cpu": "256",
    }
    if digest:
        container["imageDigest"] = digest
    if on_ec2:
        container["reason"] = text
    fields: Json = {
        "clusterArn": CLUSTER,
        "taskArn": container["taskArn"],
        "taskDefinitionArn": definition,
        "group": f"service:{service}",
        "startedBy": "ecs-svc/1234567890123456789",
        "launchType": launch_type,
        "lastStatus": "STOPPED",
        "desiredStatus": "STOPPED",
        "stopCode": "TaskFailedToStart",
        "stoppedReason": "Task failed to start" if on_ec2 else text,
        "containers": [container],
        "attachments": [_attachment(subnet)] if subnet else [],
        "createdAt": "2026-11-24T09:00:00.1Z",
        "pullStartedAt": "2026-11-24T09:00:10.1Z",
        "pullStoppedAt": "2026-11-24T09:00:12.1Z",
        "stoppedAt": "2026-11-24T09:00:20.1Z",
        "version": 5,
    }
    if on_ec2:
        fields["containerInstanceArn"] = (
            f"arn:aws:ecs:{REGION}:{ACCOUNT}:container-instance/shop/{'0' * 32}"
        )
    else:
        fields["platformVersion"] = "1.4.0"
        fields["attributes"] = [{"name": "ecs.cpu-architecture", "value": architecture}]
    return _event(task, {**fields, **detail})


def exit_event(
    task: int = 1,
    *,
    definition: str,
    image: str,
    digest: str,
    exit_code: int = 1,
    launch_type: str = "FARGATE",
    detail: Mapping[str, object] = MappingProxyType({}),
) -> Json:
    """Build the event of a task whose container exited two seconds after its start."""
    event = stop_event(
        task,
        definition=definition,
        text="Essential container in task exited",
        image=image,
        digest=digest,
        launch_type=launch_type,
        detail={
            "stopCode": "EssentialContainerExited",
            "startedAt": "2026-11-24T09:00:14.1Z",
            "executionStoppedAt": "2026-11-24T09:00:16.1Z",
            **detail,
        },
    )
    fields = event["detail"]
    assert isinstance(fields, dict)
    for container in fields["containers"]:
        container["exitCode"] = exit_code
        container.pop("reason", None)
    fields["stoppedReason"] = "Essential container in task exited"
    return event


def service_event(event_id: str, service: str = "api", name: str = "SERVICE_STEADY_STATE") -> Json:
    """Build an ECS service action event."""
    return {
        "version": "0",
        "id": event_id,
        "detail-type": "ECS Service Action",
        "source": "aws.ecs",
        "account": ACCOUNT,
        "time": "2026-11-24T10:30:00Z",
        "region": REGION,
        "resources": [f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/shop/{service}"],
        "detail": {"eventType": "INFO", "eventName": name, "clusterArn": CLUSTER},
    }


def _event(task: int, detail: Json) -> Json:
    return {
        "version": "0",
        "id": f"00000000-0000-4000-8000-{task:012}",
        "detail-type": "ECS Task State Change",
        "source": "aws.ecs",
        "account": ACCOUNT,
        "time": "2026-11-24T09:00:20Z",
        "region": REGION,
        "resources": [detail["taskArn"]],
        "detail": detail,
    }


def _attachment(subnet: str) -> Json:
    details = {"subnetId": subnet, "networkInterfaceId": "eni-0123456789abcdef0"}
    return {
        "id": "9cf7",
        "type": "elasticNetworkInterface",
        "status": "DELETED",
        "details": [{"name": name, "value": value} for name, value in details.items()],
    }
