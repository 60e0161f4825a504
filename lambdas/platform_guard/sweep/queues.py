"""The queues that a sweep writes to: its own, for its parts, and the push guard's."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_guard.aws.errors import LookupFailedError
from platform_guard.fingerprint import fingerprint
from platform_guard.sweep.evaluation import Candidate
from platform_guard.sweep.messages import Part, Start, render_part, render_start

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

import hashlib
from datetime import UTC, datetime

from platform_guard.registry.push_event import TRIGGER

_MESSAGES_PER_CALL = 10  # SQS API, SendMessageBatch

# The most that SQS allows. A sweep takes minutes, and the first one of a large registry hours.
_SECONDS_BETWEEN_TRIES = 900


@dataclass(frozen=True, slots=True)
class SweepQueues:
    """Sends messages. Raises LookUpError where SQS refuses one."""

    client: "SQSClient"
    parts_url: str
    pushes_url: str

    def send_parts(self, parts: Iterable[Part]) -> None:
        """Send parts to be done."""
        self._send(self.parts_url, [(render_part(part), 0) for part in parts])

    def defer(self, start: Start) -> None:
        """Send a start again, to be received later."""
        self._send(self.parts_url, [(render_start(start), _SECONDS_BETWEEN_TRIES)])

    def enqueue_for_remediation(self, found: Sequence[Candidate], before: int) -> None:
        """Hand images with a finding to the push guard, after as many that were handed before."""
        events = [
            (json.dumps(event), delay_of(number))
            for number, candidate in enumerate(found, before)
            for event in _events(candidate)
        ]
        self._send(self.pushes_url, events)

    def _send(self, queue_url: str, messages: Sequence[tuple[str, int]]) -> None:
        """Send messages, each with its delay in seconds."""
        for start in range(0, len(messages), _MESSAGES_PER_CALL):
            entries: list[SendMessageBatchRequestEntryTypeDef] = [
                {"Id": str(number), "MessageBody": body, "DelaySeconds": delay}
                for number, (body, delay) in enumerate(messages[start : start + _MESSAGES_PER_CALL])
            ]
            answer = self.client.send_message_batch(QueueUrl=queue_url, Entries=entries)
            for failure in answer.get("Failed", []):
                raise LookupFailedError(f"SQS refused a message: {failure['Code']}")


def _events(candidate: Candidate) -> Iterator[dict[str, object]]:
    policy = fingerprint(candidate.policy)
    return (push_event(image, SWEEP, policy) for image in flagged_images(candidate))


_REMEDIES_A_SECOND = 5


_MOST_DELAY_SECONDS = 900  # SQS API, SendMessage, DelaySeconds


SWEEP = "sweep"


AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class FlaggedImage:
    """An image with a finding, as far as the guard needs to know it."""

    account: str
    region: str
    repository: str
    tag: str
    digest: str
    pushed_at: float
    """In seconds since 1970."""


def flagged_images(candidate: Candidate) -> Iterator[FlaggedImage]:
    """Give an image once for each of its tags."""
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
    """Write a finding as the event of a push.

    The same finding under the same policy has the same id, so it is remedied once.
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


def delay_of(number: int) -> int:
    """Give after how many seconds the guard is to look at the one with a number, from 0.

    ECR takes ten marks a second, and pushes come first:
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
    """
    return min(_MOST_DELAY_SECONDS, number // _REMEDIES_A_SECOND)
