"""Pushes to Amazon ECR: each is read, judged, remedied and, where that is called for, reported.

    ECR ─ PUSH ─▶ rule ─▶ queue ─▶ handler ─▶ read ─▶ judge ─▶ plan ─▶ apply ─▶ alert

The queue delivers at least once. Reading and judging change nothing and are simply done again;
remedy and alert are done once an event.
"""

import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from platform_guard.alerts import Alert
from platform_guard.aws.clients import Clients
from platform_guard.aws.ecr_images import EcrImages
from platform_guard.aws.effective_policies import EffectivePolicies
from platform_guard.environment import environment_variable
from platform_guard.events import EventError, Ignored, Push, parse_push, seconds_since
from platform_guard.found import Found
from platform_guard.guarding import Fine, Guarding, Remedied, Stale
from platform_guard.overrides import RefusedTag
from platform_guard.reading import Bounds
from platform_guard.references import Reference, Repository
from platform_guard.remedies import Done, takes_away
from platform_guard.schedules import entry_that_waited
from platform_guard.settings import load_settings
from platform_guard.verdicts import NoFinding

if TYPE_CHECKING:
    from platform_guard.aws.finding_reporting import FindingReporter
    from platform_guard.aws.remedying_parts import RemedyingParts

# Left of the function's time for remedy and alert when the reading of an image has to end.
_SECONDS_TO_ACT = 15

# And for looking at what protects an image: at tasks, functions and indexes, 10 seconds each.
_SECONDS_TO_LOOK = 30

logger = Logger()
metrics = Metrics()

settings = load_settings(Path(environment_variable(os.environ, "LAMBDA_TASK_ROOT"), "guard.toml"))
topic_arn = environment_variable(os.environ, "GUARD_TOPIC_ARN")
state_table = environment_variable(os.environ, "GUARD_STATE_TABLE")
dispatch_queue_url = environment_variable(os.environ, "GUARD_DISPATCH_QUEUE_URL")

clients = Clients()
# Every push needs this client, and Lambda gives start-up more CPU than it gives a call.
ecr = clients.ecr
policies = EffectivePolicies(settings.policies, ecr, time.monotonic)


Publish = Callable[[Alert], None]


class OutOfTimeError(Exception):
    """The batch left too little time for another image; its event comes back."""


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, object], context: LambdaContext) -> PartialItemFailureResponse:
    """Guard a batch of pushes; what fails is named in the answer and delivered again."""

    def handle(record: SQSRecord) -> None:
        try:
            _handle_event(record, context)
        except Exception:
            logger.exception(
                "a push could not be guarded", outcome="failed", message_id=record.message_id
            )
            _count("pushes_failed")
            raise

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event, handle, processor, context)


def _handle_event(record: SQSRecord, context: LambdaContext) -> None:
    message = _parse_json(record.body)
    waited = entry_that_waited(message)
    if waited:
        _end_grace(waited, context)
        return
    match parse_push(message):
        case Ignored(reason):
            logger.info("event ignored", outcome="ignored", reason=reason)
            _count("events_ignored")
        case Push() as push:
            with _named_in_log(push.image):
                _count("pushes_seen")
                is_redelivered = record.attributes.approximate_receive_count != "1"
                _guard(push, context, is_redelivered=is_redelivered)


def _guard(push: Push, context: LambdaContext, *, is_redelivered: bool) -> None:
    image = push.image
    effective = policies.policy_for(image.repository, image.tag)
    if effective.policy.ignore:
        reason = f"the policy ignores such images: {effective.origins['ignore']}"
        logger.info("push ignored", outcome="ignored", reason=reason)
        _count("pushes_ignored")
        return
    guarding = _guarding(image.repository, lambda: _publisher(push, context), context)
    match guarding.guard(push, effective, is_redelivered=is_redelivered):
        case Stale(reason):
            logger.info("push is stale", outcome="stale", reason=reason)
            _count("pushes_stale")
        case Fine(found):
            if found.verdict.name is NoFinding.COMPLIANT:
                _tell_if_repaired(found, context)
        case Remedied(done):
            _log_remedy(done)
            seconds = seconds_since(push.time, time.time())
            if done is not None and seconds is not None and not push.origin:
                metrics.add_metric(name="push_to_alert", unit=MetricUnit.Seconds, value=seconds)
    if effective.refused_tags:
        _report_refused_tags(effective.refused_tags, push, context)


def _report_refused_tags(
    refused_tags: Sequence[RefusedTag], push: Push, context: LambdaContext
) -> None:
    from platform_guard.aws.once import Once
    from platform_guard.aws.override_reporting import SECONDS_BETWEEN_REPORTS, report_refused_tags
    from platform_guard.aws.topic import AlertTopic

    once = Once(clients.dynamodb, state_table, "override", SECONDS_BETWEEN_REPORTS)
    topic = AlertTopic(clients.sns, topic_arn)
    for tag in refused_tags:
        logger.warning("resource tag not obeyed", resource_tag=tag.key, reason=tag.because)
    report_refused_tags(refused_tags, push.image.repository, once, topic, context)


def _end_grace(entry_id: str, context: LambdaContext) -> None:
    """Do what was put off, unless the image has changed for the better."""
    entry = _parts().ledger.find(entry_id)
    if entry is None:
        logger.info("no such entry", outcome="ignored", reason=f"no entry {entry_id} is kept")
        _count("events_ignored")
        return
    with _named_in_log(entry.image):
        image = entry.image
        effective = policies.policy_for(image.repository, image.tag)
        _count("grace_periods_ended")
        event_id = f"grace-{entry.id}"
        guarding = _guarding(
            image.repository, lambda: _reporter(event_id, context).publish, context
        )
        match guarding.end_grace(entry, effective):
            case Stale(reason):
                logger.info("nothing is put off", outcome="ignored", reason=reason)
            case Remedied(done):
                _log_remedy(done)


def _guarding(
    repository: Repository, publisher: Callable[[], Publish], context: LambdaContext
) -> Guarding:
    images = EcrImages(ecr, repository)

    def once(key: str, action: Callable[[], None]) -> None:
        from platform_guard.aws.once import Once

        Once(clients.dynamodb, state_table, scope="push").run(key, action, context)

    return Guarding(
        images=images,
        remedying=lambda: _parts().remedying(images, publisher(), context.invoked_function_arn),
        once=once,
        clock=time.monotonic,
        bounds=_bounds(context),
        judged=_log_verdict,
    )


def _publisher(push: Push, context: LambdaContext) -> Publish:
    """Give who is told of a finding about a push."""
    from platform_guard.aws.told_findings import ToldFindings

    reporter = _reporter(push.event_id, context)
    if push.origin:
        return lambda alert: _publish_deed(alert, reporter)
    told = ToldFindings(clients.dynamodb, state_table, time.time)

    def publish(alert: Alert) -> None:
        reporter.publish(alert)
        told.note(push.image.repository.name, push.image.digest)

    return publish


def _publish_deed(alert: Alert, reporter: "FindingReporter") -> None:
    """Tell what was taken away; a finding that was handed over is told by whoever made it."""
    if alert.is_told_always:
        reporter.publish(alert)


@cache
def _parts() -> "RemedyingParts":
    # Few pushes have a finding, so a cold start does not load what only findings need.
    from platform_guard.aws.remedying_parts import RemedyingParts

    waits = settings.policies.waits()
    return RemedyingParts(clients, os.environ, has_grace_periods=waits)


def _log_verdict(found: Found) -> None:
    verdict = found.verdict
    logger.info("judged", outcome="judged", verdict=verdict.name, reason=verdict.reason)
    _count(f"verdict.{verdict.name}")


def _log_remedy(done: Done | None) -> None:
    if done is not None:
        logger.info("remedied and reported", outcome="remedied", remedy=done.sentence)
        _count(f"remedy.{done.remedy}")


def _named_in_log(image: Reference) -> AbstractContextManager[None]:
    return logger.append_context_keys(
        repository=image.repository.name, tag=image.tag, digest=image.digest
    )


def _tell_if_repaired(found: Found, context: LambdaContext) -> None:
    """Tell that a tag is well again, if somebody was alerted about it."""
    if not settings.alerts.resolved:
        return
    from platform_guard.aws.open_findings import OpenFindings

    image = found.push.image
    findings = OpenFindings(clients.dynamodb, state_table, time.time)
    finding = findings.of(image.tagged_uri)
    if not finding:
        return
    from platform_guard.aws.once import Once
    from platform_guard.resolved_alerts import alert_about_repair

    def tell() -> None:
        alert = alert_about_repair(image, finding, found.verdict.reason)
        _reporter(found.push.event_id, context).publish(alert)
        findings.forget(image.tagged_uri)
        logger.info("repaired", finding=finding)
        _count("findings_resolved")

    once = Once(clients.dynamodb, state_table, scope="repair")
    once.run(found.push.event_id, tell, context)


def _reporter(event_id: str, context: LambdaContext) -> "FindingReporter":
    from platform_guard.aws.alert_windows import AlertWindows
    from platform_guard.aws.finding_reporting import DAY_SECONDS, FindingReporter
    from platform_guard.aws.once import Once
    from platform_guard.aws.open_findings import OpenFindings

    database = clients.dynamodb
    return FindingReporter(
        AlertWindows(database, state_table, clients.sqs, dispatch_queue_url, time.time),
        OpenFindings(database, state_table, time.time),
        Once(database, state_table, "daily", DAY_SECONDS),
        settings.alerts,
        event_id,
        context,
    )


def _bounds(context: LambdaContext) -> Bounds:
    seconds_to_act = _SECONDS_TO_ACT
    if any(map(takes_away, settings.policies.remedies_in_use())):
        seconds_to_act += _SECONDS_TO_LOOK
    seconds_left = context.get_remaining_time_in_millis() / 1000 - seconds_to_act
    if seconds_left <= 0:
        raise OutOfTimeError("too little time is left for another image")
    bounds = Bounds()
    return replace(bounds, seconds=min(bounds.seconds, seconds_left))


def _parse_json(body: str) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise EventError("the message is not JSON") from error


def _count(name: str) -> None:
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=1)
