"""The sweep: evaluates images whose ECR event was missed.

    schedule, deployment ─▶ queue ─▶ start ─▶ parts ─▶ queue ─▶ list ─▶ read ─▶ evaluate ─▶ enqueue
                                                                └─▶ the last one ─▶ one alert

A part is some repositories. A part that runs out of time sends back what is left of it. The queue
delivers at least once, and what a sweep counts is written so that it counts once.
"""

import os
import random
import time
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from platform_guard.aws.clients import BULK, Clients
from platform_guard.aws.errors import LookupFailedError
from platform_guard.aws.retry import RetryPolicy
from platform_guard.aws.sqs_batch import count, handle_each, logger, metrics, seconds_left
from platform_guard.environment import environment_variable
from platform_guard.event import parse_json
from platform_guard.policy.effective import EffectivePolicies
from platform_guard.push.notified_findings import NotifiedFindings
from platform_guard.settings import deployed_settings
from platform_guard.sweep.messages import Part, Start, parse_message
from platform_guard.sweep.queues import SweepQueues
from platform_guard.sweep.report import SweepReport, digest_alert
from platform_guard.sweep.state import SweepState
from platform_guard.sweep.sweeper import Sweeper

if TYPE_CHECKING:
    from platform_guard.policy.policy import Policy
    from platform_guard.registry.reference import Repository

# Of the function's time, to finish the page that is under way and to write what was found.
_SECONDS_TO_FINISH = 120

_SECONDS_BETWEEN_REMINDERS = 7 * 24 * 3600

# The queue gives a message up after four.
_LAST_TRY = 3

settings = deployed_settings()
topic_arn = environment_variable(os.environ, "GUARD_TOPIC_ARN")
state_table = environment_variable(os.environ, "GUARD_STATE_TABLE")
sweep_queue_url = environment_variable(os.environ, "GUARD_SWEEP_QUEUE_URL")
push_queue_url = environment_variable(os.environ, "GUARD_PUSH_QUEUE_URL")
region = environment_variable(os.environ, "AWS_REGION")

clients = Clients(config=BULK)
# Every message needs these two clients, and Lambda gives start-up more CPU than it gives a call.
policies = EffectivePolicies(settings.policies, clients.ecr, time.monotonic)
retry_policy = RetryPolicy(time.sleep, random.random)
state = SweepState(clients.dynamodb, state_table, time.time, retry_policy)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, object], context: LambdaContext) -> PartialItemFailureResponse:
    """Start a sweep, or do a part of one; what fails comes back through the queue."""
    return handle_each(
        event, context, _handle, failure="a sweep failed", counted_as="sweep_messages_failed"
    )


def _handle(record: SQSRecord, context: LambdaContext) -> None:
    match parse_message(parse_json(record.body)):
        case Start() as start:
            _start(start, context)
        case Part() as part:
            is_last_try = int(record.attributes.approximate_receive_count) >= _LAST_TRY
            _work(part, context, is_last_try=is_last_try)


def _start(start: Start, context: LambdaContext) -> None:
    stalled = state.under_way()
    parts = _sweeper(context).start(start)
    if parts is None:
        outcome = "put off" if start.is_deployment else "ignored"
        reason = f"the sweep {stalled} is under way"
        logger.info("sweep not started", outcome=outcome, reason=reason)
        count("sweeps_put_off" if start.is_deployment else "sweeps_skipped")
        return
    if stalled and stalled != start.sweep_id:
        _notify(state.report(stalled), context)
    logger.info("sweep started", outcome="started", sweep=start.sweep_id, parts=parts)
    count("sweeps_started")
    _end_if_through(start.sweep_id, context)


def _work(part: Part, context: LambdaContext, *, is_last_try: bool) -> None:
    if state.under_way() != part.sweep_id:
        reason = f"the sweep {part.sweep_id} is over"
        logger.info("part not done", outcome="ignored", reason=reason)
        count("sweep_parts_outdated")
        return
    is_done = _sweeper(context).work(
        part, lambda: seconds_left(context) > _SECONDS_TO_FINISH, is_last_try=is_last_try
    )
    logger.info("part done" if is_done else "part sent on", outcome="swept", part=part.number)
    count("sweep_parts_done" if is_done else "sweep_parts_sent_on")
    if is_done:
        _end_if_through(part.sweep_id, context)


def _end_if_through(sweep_id: str, context: LambdaContext) -> None:
    report = state.report(sweep_id)
    if report.is_through and state.under_way() == sweep_id:
        _notify(report, context)
        state.end(sweep_id)
        logger.info("sweep ended", outcome="ended", images=report.images, new=report.new)


def _notify(report: SweepReport, context: LambdaContext) -> None:
    """Send the one message of a sweep, no matter how often this is called."""
    # One message of a sweep comes here, so a cold start does not load what only that one needs.
    from platform_guard.alerts.sns import AlertTopic
    from platform_guard.aws.idempotency import Idempotency

    def notify() -> None:
        for name, value in (
            ("sweep_images", report.images),
            ("sweep_images_judged", report.evaluated),
            ("sweep_findings", report.new),
            ("sweep_repositories_unseen", report.unavailable),
            ("pushes_missed", report.missed),
        ):
            count(name, value)
        alert = digest_alert(report, _account(context), region)
        if alert is None:
            return
        topic = AlertTopic(clients.sns, topic_arn)
        if report.has_news:
            topic.publish(alert)
            return
        # A failed lookup repeats until somebody fixes it, or is intended.
        reminder = Idempotency(
            clients.dynamodb, state_table, "sweep-unseen", _SECONDS_BETWEEN_REMINDERS
        )
        reminder.run(report.blind_spot, lambda: topic.publish(alert), context)

    Idempotency(clients.dynamodb, state_table, "sweep").run(report.sweep_id, notify, context)


def _sweeper(context: LambdaContext) -> Sweeper:
    return Sweeper(
        clients=clients,
        state=state,
        notified=NotifiedFindings(clients.dynamodb, state_table, time.time),
        policy_for=_policy_for,
        queues=SweepQueues(clients.sqs, sweep_queue_url, push_queue_url),
        account=_account(context),
        region=region,
        max_remedies=settings.sweep.max_remedies,
        delay_seconds=settings.delay_seconds,
    )


def _policy_for(repository: "Repository", tag: str) -> "Policy":
    """Return a policy without failed lookups: a weaker one would evaluate everything again."""
    policy = policies.policy_for(repository, tag).policy
    if policy.caveat:
        raise LookupFailedError(f"it could not be seen {policy.caveat.partition(';')[0]}")
    return policy


def _account(context: LambdaContext) -> str:
    return context.invoked_function_arn.split(":")[4]
