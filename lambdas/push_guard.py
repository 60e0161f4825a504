"""Pushes to Amazon ECR: each is read, judged, remedied and, where that is called for, reported.

    ECR ─ PUSH ─▶ rule ─▶ queue ─▶ handler ─▶ read ─▶ judge ─▶ plan ─▶ apply ─▶ alert

The queue delivers at least once. Reading and judging change nothing and are simply done again;
remedy and alert are done once an event.
"""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import replace
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

from platform_guard.alerts import Nobody
from platform_guard.aws.clients import Clients
from platform_guard.aws.ecr import EcrRepository
from platform_guard.aws.effective_policies import EffectivePolicies
from platform_guard.environment import environment_variable
from platform_guard.events import EventError, Ignored, Push, parse_push, seconds_since
from platform_guard.found import Found
from platform_guard.judging import judge
from platform_guard.overrides import RefusedTag
from platform_guard.policy import Policy
from platform_guard.reading import Bounds, Wanted, read_image
from platform_guard.settings import load_settings
from platform_guard.verdicts import NoFinding

if TYPE_CHECKING:
    from platform_guard.aws.finding_reporting import FindingReporter

# Left of the function's time for remedy and alert when the reading of an image has to end.
_SECONDS_TO_ACT = 15

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


class OutOfTimeError(Exception):
    """The batch left too little time for another image; its event comes back."""


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, object], context: LambdaContext) -> PartialItemFailureResponse:
    """Guard a batch of pushes; what fails is named in the answer and delivered again."""

    def handle(record: SQSRecord) -> None:
        try:
            _handle_event(record.body, context)
        except Exception:
            logger.exception(
                "a push could not be guarded", outcome="failed", message_id=record.message_id
            )
            _count("pushes_failed")
            raise

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event, handle, processor, context)


def _handle_event(body: str, context: LambdaContext) -> None:
    match parse_push(_parse_json(body)):
        case Ignored(reason):
            logger.info("event ignored", outcome="ignored", reason=reason)
            _count("events_ignored")
        case Push() as push:
            with logger.append_context_keys(
                repository=push.image.repository.name, tag=push.image.tag, digest=push.image.digest
            ):
                _count("pushes_seen")
                _guard_unless_ignored(push, context)


def _guard_unless_ignored(push: Push, context: LambdaContext) -> None:
    image = push.image
    effective = policies.policy_for(image.repository, image.tag)
    if effective.policy.ignore:
        reason = f"the policy ignores such images: {effective.origins['ignore']}"
        logger.info("push ignored", outcome="ignored", reason=reason)
        _count("pushes_ignored")
        return
    _guard(push, effective.policy, context)
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


def _guard(push: Push, policy: Policy, context: LambdaContext) -> None:
    repository = EcrRepository(ecr, push.image.repository)
    document = repository.resolve(push.image)
    if document is None:
        reason = "the tag has moved on, or the image is gone"
        logger.info("push is stale", outcome="stale", reason=reason)
        _count("pushes_stale")
        return
    image = read_image(
        document,
        repository,
        Wanted(policy.required_platforms, policy.verify_config),
        time.monotonic,
        _bounds(context),
    )
    verdict = judge(image, policy)
    logger.info("judged", outcome="judged", verdict=verdict.name, reason=verdict.reason)
    _count(f"verdict.{verdict.name}")
    found = Found(push, document, image, verdict)
    if verdict.name is NoFinding.COMPLIANT:
        _tell_if_repaired(found, context)
    elif verdict.name is not NoFinding.NOT_AN_IMAGE:
        _handle_finding(found, policy, repository, context)


def _handle_finding(
    found: Found, policy: Policy, repository: EcrRepository, context: LambdaContext
) -> None:
    # Few pushes have a finding, so a cold start does not load what only findings need.
    from platform_guard.aws.once import Once
    from platform_guard.aws.remedying import remedy_and_report
    from platform_guard.aws.told_findings import ToldFindings

    def act() -> None:
        # What was handed over is told by whoever found it.
        is_pushed = not found.push.origin
        reporter = _reporter(found.push.event_id, context) if is_pushed else Nobody()
        done = remedy_and_report(found, policy, repository, reporter)
        if is_pushed:
            told = ToldFindings(clients.dynamodb, state_table, time.time)
            told.note(found.push.image.repository.name, found.push.image.digest)
        logger.info("remedied and reported", outcome="remedied", remedy=done.sentence)
        _count(f"remedy.{done.remedy}")
        seconds = seconds_since(found.push.time, time.time())
        if seconds is not None and is_pushed:
            metrics.add_metric(name="push_to_alert", unit=MetricUnit.Seconds, value=seconds)

    once = Once(clients.dynamodb, state_table, scope="push")
    once.run(found.push.event_id, act, context)


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
    seconds_left = context.get_remaining_time_in_millis() / 1000 - _SECONDS_TO_ACT
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
