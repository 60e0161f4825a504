"""`audit --apply`: sends findings to the deployed guard, which remediates them."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from platform_guard.aws.errors import AWS_ERRORS, reason_of
from platform_guard.fingerprint import fingerprint
from platform_guard.policy.policy import Remedy
from platform_guard.policy.rules import Policies
from platform_guard.policy.verdict import Finding
from platform_guard.registry.reference import parse_reference
from platform_guard.sweep.queues import AUDIT, FlaggedImage, enqueue_delay_seconds, push_event
from platform_guard_cli.audit.journal import AuditJournal
from platform_guard_cli.audit.rows import ImageRow
from platform_guard_cli.doctor.stack import DeployedStack, find_stack
from platform_guard_cli.errors import UsageError
from platform_guard_cli.operator_clients import OperatorClients

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

_MESSAGES_PER_CALL = 10  # SQS API, SendMessageBatch


@dataclass(frozen=True, slots=True)
class Guard:
    """The deployed guard in one region."""

    clients: OperatorClients
    queue_url: str
    """The queue of push_guard."""


def find_guard(region: str, stack_name: str) -> Guard:
    """Find the guard in a region. Raises UsageError if it is not deployed there."""
    clients = OperatorClients(region)
    return Guard(clients, push_queue_url(find_stack(clients, region, stack_name)))


def enqueue_findings(
    journal: AuditJournal, guards: Mapping[str, Guard], policies: Policies
) -> None:
    """Send each finding with a remedy to the guard in its region.

    Raises UsageError if the push queue rejects a message.
    """
    policies_hash = fingerprint(policies)
    for region, guard in guards.items():
        images = (image for image in _images_to_remediate(journal) if image.region == region)
        sent = 0
        while batch := list(islice(images, _MESSAGES_PER_CALL)):
            _send(guard, batch, policies_hash, sent)
            sent += len(batch)
        print(
            f"audit: queued {sent:,} findings for the guard in {region}, which evaluates them "
            "again with its own settings",
            file=sys.stderr,
        )


def push_queue_url(stack: DeployedStack) -> str:
    """Return the URL of the queue that invokes push_guard. Raises UsageError if it is missing."""
    function = stack.function("push_guard")
    for mapping in stack.resources("AWS::Lambda::EventSourceMapping").values():
        match mapping:
            case {
                "FunctionName": {"Ref": str(name)},
                "EventSourceArn": {"Fn::GetAtt": [str(queue), "Arn"]},
            } if stack.physical_ids.get(name) == function:
                return stack.physical_ids[queue]
            case _:
                pass
    raise UsageError(f"Stack {stack.name} has no queue for push_guard. Run make deploy.")


def _images_to_remediate(journal: AuditJournal) -> Iterator[FlaggedImage]:
    for row in journal.rows(verdicts=tuple(Finding)):
        if row.remedy != Remedy.ALERT:
            yield from _flagged_images(row)


def _flagged_images(row: ImageRow) -> Iterator[FlaggedImage]:
    for tag in row.tags:
        reference = parse_reference(f"{row.repository}:{tag}")
        if reference is not None:
            repository = reference.repository
            yield FlaggedImage(
                repository.account,
                repository.region,
                repository.name,
                tag,
                row.digest,
                row.pushed_at,
            )


def _send(guard: Guard, images: Sequence[FlaggedImage], policies_hash: str, sent: int) -> None:
    entries: list[SendMessageBatchRequestEntryTypeDef] = [
        {
            "Id": str(number),
            "MessageBody": json.dumps(push_event(image, AUDIT, policies_hash)),
            "DelaySeconds": enqueue_delay_seconds(sent + number),
        }
        for number, image in enumerate(images)
    ]
    try:
        response = guard.clients.sqs.send_message_batch(QueueUrl=guard.queue_url, Entries=entries)
    except AWS_ERRORS as error:
        raise UsageError(
            f"audit: Cannot send findings to the push queue ({reason_of(error)}); {sent:,} were "
            "sent before."
        ) from error
    if response.get("Failed"):
        raise UsageError(
            f"audit: The push queue rejected {len(response['Failed'])} findings; "
            f"{sent:,} were sent before."
        )
