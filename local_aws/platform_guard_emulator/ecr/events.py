"""The `ECR Image Action` events of image operations.

Shapes: https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class ImageAction(StrEnum):
    """`action-type` of an event."""

    PUSH = "PUSH"
    DELETE = "DELETE"
    UPDATE_STORAGE_CLASS = "UPDATE_STORAGE_CLASS"


@dataclass(frozen=True, slots=True)
class ImageEvent:
    """An action on an image or on one of its tags."""

    action: ImageAction
    account: str
    region: str
    repository: str
    digest: str
    tag: str | None
    media_type: str
    artifact_type: str | None
    storage_class: str | None

    def as_event(self, event_id: str, time: datetime) -> dict[str, object]:
        """Return the event as EventBridge delivers it.

        `image-tag` is absent for an untagged image. The media types are documented only for storage
        class updates and are absent in other events.
        """
        detail = {
            "result": "SUCCESS",
            "repository-name": self.repository,
            "image-digest": self.digest,
            "action-type": self.action.value,
        }
        if self.tag is not None:
            detail["image-tag"] = self.tag
        if self.storage_class is not None:
            detail["target-storage-class"] = self.storage_class
            detail["manifest-media-type"] = self.media_type
            if self.artifact_type is not None:
                detail["artifact-media-type"] = self.artifact_type
        return {
            "version": "0",
            "id": event_id,
            "detail-type": "ECR Image Action",
            "source": "aws.ecr",
            "account": self.account,
            "time": time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": self.region,
            "resources": [],
            "detail": detail,
        }
