"""Sends the findings of an audit to the deployed guard, which remediates them."""

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
from platform_guard_cli.doctor.stack import DeployedStack, find_deployed
from platform_guard_cli.errors import UsageError
from platform_guard_cli.operator_clients import OperatorClients

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

_MESSAGES_PER_CALL = 10  # SQS API, SendMessageBatch


@dataclass(frozen=True, slots=True)
class Guard:
    """The deployed guard of a region."""

    clients: OperatorClients
    queue_url: str
    """The push queue."""


def find_guard(region: str, stack_name: str) -> Guard:
    """Find the guard of a region. Raises UsageError if there is none."""
    clients = OperatorClients(region)
    return Guard(clients, push_queue_url(find_deployed(clients, region, stack_name)))


def enqueue_findings(
    journal: AuditJournal, guards: Mapping[str, Guard], policies: Policies
) -> None:
    """Send each finding with a remedy to the guard of its region."""
    policy = fingerprint(policies)
    for region, guard in guards.items():
        images = (image for image in _to_remedy(journal) if image.region == region)
        sent = 0
        while batch := list(islice(images, _MESSAGES_PER_CALL)):
            _send(guard, batch, policy, sent)
            sent += len(batch)
        print(
            f"audit: handed {sent:,} findings to the guard in {region}, which judges them by its "
            "own settings",
            file=sys.stderr,
        )


def push_queue_url(stack: DeployedStack) -> str:
    """Find the queue that feeds the push guard. Raises UsageError if there is none."""
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
    raise UsageError(f"stack {stack.name} has no queue before the push guard: run make deploy")


def _to_remedy(journal: AuditJournal) -> Iterator[FlaggedImage]:
    for row in journal.rows(verdicts=tuple(Finding)):
        if row.remedy != Remedy.ALERT:
            yield from _flagged_images(row)


def _flagged_images(row: ImageRow) -> Iterator[FlaggedImage]:
    for tag in row.tags:
        reference = parse_reference(f"{row.repository}:{tag}")
        if reference is not None:
            where = reference.repository
            yield FlaggedImage(
                where.account, where.region, where.name, tag, row.digest, row.pushed_at
            )


def _send(guard: Guard, images: Sequence[FlaggedImage], policy: str, sent: int) -> None:
    entries: list[SendMessageBatchRequestEntryTypeDef] = [
        {
            "Id": str(number),
            "MessageBody": json.dumps(push_event(image, AUDIT, policy)),
            "DelaySeconds": enqueue_delay_seconds(sent + number),
        }
        for number, image in enumerate(images)
    ]
    try:
        answer = guard.clients.sqs.send_message_batch(QueueUrl=guard.queue_url, Entries=entries)
    except AWS_ERRORS as error:
        raise UsageError(
            f"audit: the guard's queue takes no findings ({reason_of(error)}); {sent} were handed "
            "over before"
        ) from error
    if answer.get("Failed"):
        raise UsageError(f"audit: the guard's queue refused findings; {sent} were handed over")
