"""Access to the registry and the push queue of a deployed guard in the emulator."""

from typing import TYPE_CHECKING

from platform_guard.registry.mark import is_mark
from platform_guard_emulator import Deployment, LocalAws, push_layout
from tests.support.known_images import layout_of

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

MAC_BUILD = "docker26c8d-build-push-arm64"
PLAIN_ARM64 = "docker26classic-build-push-arm64"
PLAIN_AMD64 = "docker26classic-build-push-default"
MULTI_PLATFORM = "bk0.25-multi-default"
MISLABELED = "bk0.25-single-arm64-base-default-target"
HELM_CHART = "oras-helm-chart-shape"


def push(aws: LocalAws, case: str, tag: str = "1.0", repository: str = "shop/api") -> str:
    return push_layout(aws, repository, layout_of(case), tag)


def tags(ecr: "ECRClient") -> set[str]:
    listed = ecr.list_images(repositoryName="shop/api", filter={"tagStatus": "TAGGED"})
    return {image["imageTag"] for image in listed["imageIds"]}


def marks(ecr: "ECRClient") -> set[str]:
    return {tag for tag in tags(ecr) if is_mark(tag)}


def send(aws: LocalAws, guard: Deployment, body: str) -> None:
    """Send a message to the push queue, bypassing the EventBridge rule."""
    mapping = guard.event_source_mappings[0]
    sqs = aws.client("sqs")
    name = mapping.queue_arn.rpartition(":")[2]
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"], MessageBody=body)


def push_event(digest: str, tag: str = "1.0", repository: str = "shop/api") -> dict[str, object]:
    return {
        "version": "0",
        "id": f"event-{digest[7:19]}-{tag}",
        "detail-type": "ECR Image Action",
        "source": "aws.ecr",
        "account": "123456789012",
        "time": "2026-11-24T09:00:00Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": {
            "result": "SUCCESS",
            "repository-name": repository,
            "image-digest": digest,
            "action-type": "PUSH",
            "image-tag": tag,
        },
    }
