"""The queues that a sweep writes to: its own, for its parts, and the push guard's."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_guard.aws.errors import LookUpError
from platform_guard.fingerprint import fingerprint
from platform_guard.sweep.evaluation import Candidate
from platform_guard.sweep.handover import SWEEP, delay_of, found_images, push_event
from platform_guard.sweep.messages import Part, Start, render_part, render_start

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

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

    def put_off(self, start: Start) -> None:
        """Send a start again, to be received later."""
        self._send(self.parts_url, [(render_start(start), _SECONDS_BETWEEN_TRIES)])

    def hand_over(self, found: Sequence[Candidate], before: int) -> None:
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
                raise LookUpError(f"SQS refused a message: {failure['Code']}")


def _events(candidate: Candidate) -> Iterator[dict[str, object]]:
    policy = fingerprint(candidate.policy)
    return (push_event(image, SWEEP, policy) for image in found_images(candidate))
