"""Recording of the ECR events on the emulator's event bus."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from platform_guard_emulator.account import LocalAws

_NAME = "demo-events"


@dataclass(frozen=True, slots=True)
class ImageAction:
    """An action on an image, as reported by an event of Amazon ECR."""

    action: str
    digest: str
    tag: str
    """Empty if the event names none."""


class EventRecorder:
    """Records the events of Amazon ECR in a queue."""

    def __init__(self, aws: "LocalAws") -> None:
        self._sqs: SQSClient = aws.client("sqs")
        self._queue_url = self._sqs.create_queue(QueueName=_NAME)["QueueUrl"]
        events = aws.client("events")
        events.put_rule(Name=_NAME, EventPattern=json.dumps({"source": ["aws.ecr"]}))
        queue_arn = f"arn:aws:sqs:{aws.region}:{aws.account}:{_NAME}"
        events.put_targets(Rule=_NAME, Targets=[{"Id": _NAME, "Arn": queue_arn}])

    def actions(self) -> list[ImageAction]:
        """Return the actions since the last call, in order."""
        seen = []
        while messages := self._receive():
            for body in messages:
                detail = json.loads(body)["detail"]
                seen.append(
                    ImageAction(
                        detail["action-type"], detail["image-digest"], detail.get("image-tag", "")
                    )
                )
        return seen

    def _receive(self) -> list[str]:
        answer = self._sqs.receive_message(QueueUrl=self._queue_url, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            self._sqs.delete_message(
                QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"]
            )
        return [message["Body"] for message in answer.get("Messages", [])]
