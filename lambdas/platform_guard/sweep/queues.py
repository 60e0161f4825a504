"""The queues that a sweep sends to: its own, for parts, and the push queue, for findings."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from platform_guard.aws.errors import LookupFailedError
from platform_guard.fingerprint import fingerprint
from platform_guard.registry.push_event import TRIGGER
from platform_guard.sweep.evaluation import Candidate
from platform_guard.sweep.messages import Part, Start, render_part, render_start

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

_MESSAGES_PER_CALL = 10  # SQS API, SendMessageBatch

# The maximum of SQS. A sweep takes minutes; the first one of a large registry takes hours.
_DEFER_SECONDS = 900


@dataclass(frozen=True, slots=True)
class SweepQueues:
    """Sends messages. Methods raise LookupFailedError if SQS rejects one."""

    client: "SQSClient"
    parts_url: str
    pushes_url: str

    def send_parts(self, parts: Iterable[Part]) -> None:
        """Send parts to the sweep queue."""
        self._send(self.parts_url, [(render_part(part), 0) for part in parts])

    def defer(self, start: Start) -> None:
        """Send a start again with the maximum delay of SQS, 15 minutes."""
        self._send(self.parts_url, [(render_start(start), _DEFER_SECONDS)])

    def enqueue_for_remediation(self, found: Sequence[Candidate], before: int) -> None:
        """Send findings to the push queue, delayed behind the `before` findings sent earlier."""
        events = [
            (json.dumps(event), enqueue_delay_seconds(number))
            for number, candidate in enumerate(found, before)
            for event in _events(candidate)
        ]
        self._send(self.pushes_url, events)

    def _send(self, queue_url: str, messages: Sequence[tuple[str, int]]) -> None:
        for start in range(0, len(messages), _MESSAGES_PER_CALL):
            entries: list[SendMessageBatchRequestEntryTypeDef] = [
                {"Id": str(number), "MessageBody": body, "DelaySeconds": delay}
                for number, (body, delay) in enumerate(messages[start : start + _MESSAGES_PER_CALL])
            ]
            answer = self.client.send_message_batch(QueueUrl=queue_url, Entries=entries)
            for failure in answer.get("Failed", []):
                raise LookupFailedError(f"SQS rejected a message: {failure['Code']}")


def _events(candidate: Candidate) -> Iterator[dict[str, object]]:
    policy = fingerprint(candidate.policy)
    return (push_event(image, SWEEP, policy) for image in flagged_images(candidate))


_REMEDIES_PER_SECOND = 5


_MAX_DELAY_SECONDS = 900  # SQS API, SendMessage, DelaySeconds


SWEEP = "sweep"


AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class FlaggedImage:
    """An image with a finding, by one of its tags."""

    account: str
    region: str
    repository: str
    tag: str
    digest: str
    pushed_at: float
    """Seconds since 1970."""


def flagged_images(candidate: Candidate) -> Iterator[FlaggedImage]:
    """Yield a candidate once per tag."""
    repository = candidate.repository
    for tag in candidate.tags:
        yield FlaggedImage(
            repository.account,
            repository.region,
            repository.name,
            tag,
            candidate.digest,
            candidate.pushed_at,
        )


def push_event(image: FlaggedImage, origin: str, policy_fingerprint: str) -> dict[str, object]:
    """Return a finding as an ECR push event.

    The event id depends on finding and policy, so a finding is remediated once per policy.
    """
    names = (image.repository, image.tag, image.digest, policy_fingerprint)
    pushed = datetime.fromtimestamp(image.pushed_at, UTC)
    return {
        "version": "0",
        "id": f"{origin}-{hashlib.sha256(' '.join(names).encode()).hexdigest()[:32]}",
        "detail-type": "ECR Image Action",
        "source": "aws.ecr",
        "account": image.account,
        "time": pushed.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": image.region,
        "resources": [],
        "detail": {
            "result": "SUCCESS",
            "repository-name": image.repository,
            "image-digest": image.digest,
            "action-type": "PUSH",
            "image-tag": image.tag,
            TRIGGER: origin,
        },
    }


def enqueue_delay_seconds(number: int) -> int:
    """Return the message delay in seconds of the finding at a position, counted from 0.

    ECR allows ten PutImage calls per second; half of them stay free for pushes:
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
    """
    return min(_MAX_DELAY_SECONDS, number // _REMEDIES_PER_SECOND)
