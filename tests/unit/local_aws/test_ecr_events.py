import json

import pytest

from platform_guard_emulator import LocalAws
from tests.contract.repository import OCI_CONFIG, OCI_MANIFEST, ScratchRepository, image, index


@pytest.fixture
def queue_url(local: LocalAws) -> str:
    """A queue that receives every ECR event unchanged."""
    sqs, events = local.client("sqs"), local.client("events")
    url = sqs.create_queue(QueueName="seen")["QueueUrl"]
    arn = f"arn:aws:sqs:{local.region}:{local.account}:seen"
    events.put_rule(Name="ecr", EventPattern=json.dumps({"source": ["aws.ecr"]}))
    events.put_targets(Rule="ecr", Targets=[{"Id": "seen", "Arn": arn}])
    return url


def _seen(local: LocalAws, queue_url: str) -> list[dict[str, object]]:
    messages = local.client("sqs").receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in messages.get("Messages", [])]


def test_a_push_emits_the_event_that_aws_documents(
    local: LocalAws, repository: ScratchRepository, queue_url: str
) -> None:
    digest = repository.push(image(), "v1")

    assert _seen(local, queue_url) == [
        {
            "version": "0",
            "id": "00000000-0000-4000-8000-000000000003",
            "detail-type": "ECR Image Action",
            "source": "aws.ecr",
            "account": "123456789012",
            "time": "2026-11-24T09:30:00Z",
            "region": "eu-central-1",
            "resources": [],
            "detail": {
                "result": "SUCCESS",
                "repository-name": "team/app",
                "image-digest": digest,
                "action-type": "PUSH",
                "image-tag": "v1",
            },
        }
    ]


def test_a_rejected_push_emits_no_event(
    local: LocalAws, repository: ScratchRepository, queue_url: str
) -> None:
    repository.push(image(), "v1")
    _seen(local, queue_url)

    with pytest.raises(repository.ecr.exceptions.ImageAlreadyExistsException):
        repository.put(image(), "v1")

    assert _seen(local, queue_url) == []


def test_disabled_rules_and_schedules_receive_no_event(
    local: LocalAws, repository: ScratchRepository, queue_url: str
) -> None:
    events = local.client("events")
    events.disable_rule(Name="ecr")
    events.put_rule(Name="daily", ScheduleExpression="rate(1 day)")
    target = f"arn:aws:sqs:{local.region}:{local.account}:seen"
    events.put_targets(Rule="daily", Targets=[{"Id": "seen", "Arn": target}])

    repository.push(image(), "v1")

    assert _seen(local, queue_url) == []


def test_the_push_event_of_a_child_has_no_tag(
    local: LocalAws, repository: ScratchRepository, queue_url: str
) -> None:
    repository.push(image())
    repository.push(index(image()), "v1")

    details = [event["detail"] for event in _seen(local, queue_url)]

    tags = [detail.get("image-tag") for detail in details if isinstance(detail, dict)]
    assert tags == [None, "v1"]


def test_a_deleted_image_emits_an_event_per_tag(
    local: LocalAws, repository: ScratchRepository, queue_url: str
) -> None:
    digest = repository.push(image(), "v1", "v2")
    _seen(local, queue_url)

    repository.delete({"imageDigest": digest})

    common = {
        "result": "SUCCESS",
        "repository-name": "team/app",
        "image-digest": digest,
        "action-type": "DELETE",
    }
    assert [event["detail"] for event in _seen(local, queue_url)] == [
        {**common, "image-tag": "v1"},
        {**common, "image-tag": "v2"},
    ]


def test_archiving_emits_an_update_of_the_storage_class(
    local: LocalAws, repository: ScratchRepository, queue_url: str
) -> None:
    digest = repository.push(image(), "v1")
    _seen(local, queue_url)

    repository.ecr.update_image_storage_class(
        repositoryName="team/app", imageId={"imageTag": "v1"}, targetStorageClass="ARCHIVE"
    )

    assert [event["detail"] for event in _seen(local, queue_url)] == [
        {
            "result": "SUCCESS",
            "repository-name": "team/app",
            "image-digest": digest,
            "action-type": "UPDATE_STORAGE_CLASS",
            "image-tag": "v1",
            "target-storage-class": "ARCHIVE",
            "manifest-media-type": OCI_MANIFEST,
            "artifact-media-type": OCI_CONFIG,
        }
    ]
