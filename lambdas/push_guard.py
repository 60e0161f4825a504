"""Reads, evaluates, remediates and reports the pushes to Amazon ECR.

    ECR ─ PUSH ─▶ rule ─▶ queue ─▶ handler ─▶ read ─▶ evaluate ─▶ plan ─▶ execute ─▶ alert

The queue delivers at least once. Reading and evaluation change nothing and can be repeated;
remedy and alert happen once per event.
"""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from platform_guard.alerts.alert import Alert
from platform_guard.aws.clients import Clients
from platform_guard.aws.sqs_batch import count, handle_each, logger, metrics, seconds_before
from platform_guard.environment import environment_variable
from platform_guard.event import Ignored, parse_json
from platform_guard.oci.reader import Bounds
from platform_guard.policy.effective import EffectivePolicies
from platform_guard.policy.tag_overrides import InvalidTag
from platform_guard.policy.verdict import NoFinding
from platform_guard.push.finding import FindingContext
from platform_guard.push.processor import Compliant, PushProcessor, Remediated, Superseded
from platform_guard.registry.push_event import Push, parse_push, wrong_account_reason
from platform_guard.registry.reference import Reference, Repository
from platform_guard.registry.repository import EcrImages
from platform_guard.remediation.grace_schedule import expired_grace_entry
from platform_guard.remediation.plan import RemediationResult
from platform_guard.settings import deployed_settings

if TYPE_CHECKING:
    from platform_guard.push.factory import RemediatorFactory
    from platform_guard.push.notifier import PushReporting

# Reserved for remedy and alert: reading an image must end this many seconds before the timeout.
_SECONDS_TO_ACT = 15

# Reserved for the safety checks: tasks, functions and indexes, 10 seconds each.
_SECONDS_TO_LOOK_UP = 30

settings = deployed_settings()
topic_arn = environment_variable(os.environ, "GUARD_TOPIC_ARN")
state_table = environment_variable(os.environ, "GUARD_STATE_TABLE")
dispatch_queue_url = environment_variable(os.environ, "GUARD_DISPATCH_QUEUE_URL")

clients = Clients()
# Every push needs this client, and initialization gets more CPU than an invocation.
ecr = clients.ecr
policies = EffectivePolicies(settings.policies, ecr, time.monotonic)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, object], context: LambdaContext) -> PartialItemFailureResponse:
    """Process a batch of pushes and return the failed ones, which are redelivered."""
    return handle_each(
        event, context, _handle, failure="could not process a push", counted_as="pushes_failed"
    )


def _handle(record: SQSRecord, context: LambdaContext) -> None:
    message = parse_json(record.body)
    entry_id = expired_grace_entry(message)
    if entry_id:
        _end_grace(entry_id, context)
        return
    match parse_push(message):
        case Ignored(reason):
            _ignore(reason)
        case Push(image=image) if reason := wrong_account_reason(
            image.repository, context.invoked_function_arn
        ):
            _ignore(reason)
        case Push() as push:
            with _named_in_log(push.image):
                count("pushes_seen")
                is_redelivered = record.attributes.approximate_receive_count != "1"
                _process(push, context, is_redelivered=is_redelivered)


def _ignore(reason: str) -> None:
    logger.info("event ignored", outcome="ignored", reason=reason)
    count("events_ignored")


def _process(push: Push, context: LambdaContext, *, is_redelivered: bool) -> None:
    image = push.image
    effective = policies.policy_for(image.repository, image.tag)
    processor = _processor(
        image.repository,
        lambda: _reporting().publisher_about(push, effective.policy, context),
        context,
    )
    match processor.process(push, effective, is_redelivered=is_redelivered):
        case Ignored(reason):
            logger.info("push ignored", outcome="ignored", reason=reason)
            count("pushes_ignored")
            return
        case Superseded(reason):
            logger.info("push superseded", outcome="superseded", reason=reason)
            count("pushes_superseded")
        case Compliant(found):
            if found.verdict.name is NoFinding.COMPLIANT:
                _notify_if_resolved(found, context)
        case Remediated(done):
            _log_remedy(done)
    if effective.invalid_tags:
        _report_invalid_tags(effective.invalid_tags, push, context)


def _report_invalid_tags(
    invalid_tags: Sequence[InvalidTag], push: Push, context: LambdaContext
) -> None:
    from platform_guard.alerts.sns import AlertTopic
    from platform_guard.aws.idempotency import Idempotency
    from platform_guard.push.invalid_tag import SECONDS_BETWEEN_REPORTS, report_invalid_tags

    once = Idempotency(clients.dynamodb, state_table, "override", SECONDS_BETWEEN_REPORTS)
    topic = AlertTopic(clients.sns, topic_arn)
    for tag in invalid_tags:
        logger.warning("ignoring invalid resource tag", resource_tag=tag.key, reason=tag.because)
    report_invalid_tags(invalid_tags, push.image.repository, once, topic, context)


def _end_grace(entry_id: str, context: LambdaContext) -> None:
    """Execute the announced remedy if it is still wanted."""
    entry = _parts().ledger.find(entry_id)
    if entry is None:
        _ignore(f"entry {entry_id} does not exist")
        return
    with _named_in_log(entry.image):
        image = entry.image
        effective = policies.policy_for(image.repository, image.tag)
        count("grace_periods_ended")
        event_id = f"grace-{entry.id}"
        processor = _processor(
            image.repository, lambda: _reporting().publisher(event_id, context), context
        )
        match processor.end_grace(entry, effective):
            case Superseded(reason):
                logger.info("grace period already ended", outcome="ignored", reason=reason)
            case Remediated(done):
                _log_remedy(done)


def _processor(
    repository: Repository, publisher: Callable[[], Callable[[Alert], None]], context: LambdaContext
) -> PushProcessor:
    images = EcrImages(ecr, repository)

    def once(key: str, action: Callable[[], None]) -> None:
        from platform_guard.aws.idempotency import Idempotency

        Idempotency(clients.dynamodb, state_table, scope="push").run(key, action, context)

    return PushProcessor(
        images=images,
        remediator=lambda: _parts().remediator(images, publisher(), context.invoked_function_arn),
        once=once,
        clock=time.monotonic,
        bounds=_bounds(context),
        evaluated=_log_verdict,
    )


@cache
def _parts() -> "RemediatorFactory":
    # Few pushes have a finding: a cold start does not load modules that only findings need.
    from platform_guard.push.factory import RemediatorFactory

    return RemediatorFactory(clients, os.environ, settings.policies)


@cache
def _reporting() -> "PushReporting":
    from platform_guard.push.notifier import PushReporting

    return PushReporting(clients, state_table, dispatch_queue_url, settings.alerts)


def _log_verdict(found: FindingContext) -> None:
    verdict = found.verdict
    logger.info("evaluated", outcome="evaluated", verdict=verdict.name, reason=verdict.reason)
    count(f"verdict.{verdict.name}")


def _log_remedy(done: RemediationResult | None) -> None:
    if done is not None:
        logger.info("remediated", outcome="remediated", remedy=done.sentence)
        count(f"remedy.{done.remedy}")


def _named_in_log(image: Reference) -> AbstractContextManager[None]:
    return logger.append_context_keys(
        repository=image.repository.name, tag=image.tag, digest=image.digest
    )


def _notify_if_resolved(found: FindingContext, context: LambdaContext) -> None:
    if settings.alerts.resolved:
        from platform_guard.push.resolution import ResolvedFindings

        event_id = found.push.event_id
        resolved_findings = ResolvedFindings(clients.dynamodb, state_table)
        resolved_findings.notify(found, lambda: _reporting().publisher(event_id, context), context)


def _bounds(context: LambdaContext) -> Bounds:
    seconds_to_act = _SECONDS_TO_ACT
    if settings.policies.is_destructive():
        seconds_to_act += _SECONDS_TO_LOOK_UP
    bounds = Bounds()
    return replace(bounds, seconds=min(bounds.seconds, seconds_before(seconds_to_act, context)))
