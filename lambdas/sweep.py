"""The sweep: evaluates images whose ECR event was missed.

    schedule, deployment ─▶ queue ─▶ start ─▶ parts ─▶ queue ─▶ list ─▶ read ─▶ evaluate ─▶ enqueue
                                                                └─▶ the last one ─▶ one alert

A part is a batch of repositories. A part that runs out of time requeues its remaining repositories.
The queue delivers at least once, so the counts of a sweep are written idempotently.
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
from platform_guard.sweep.report import SweepReport, sweep_alert
from platform_guard.sweep.state import SweepState
from platform_guard.sweep.sweeper import Sweeper

if TYPE_CHECKING:
    from platform_guard.policy.policy import Policy
    from platform_guard.registry.reference import Repository

# The time reserved to finish the current page and write its findings.
_SECONDS_TO_FINISH = 120

_SECONDS_BETWEEN_REMINDERS = 7 * 24 * 3600

# The redrive policy of the queue moves a message to the dead-letter queue after four receives.
_LAST_ATTEMPT = 3

settings = deployed_settings()
topic_arn = environment_variable(os.environ, "GUARD_TOPIC_ARN")
state_table = environment_variable(os.environ, "GUARD_STATE_TABLE")
sweep_queue_url = environment_variable(os.environ, "GUARD_SWEEP_QUEUE_URL")
push_queue_url = environment_variable(os.environ, "GUARD_PUSH_QUEUE_URL")
region = environment_variable(os.environ, "AWS_REGION")

clients = Clients(config=BULK)
# Every message needs these two clients, and Lambda runs the init phase with more CPU.
policies = EffectivePolicies(settings.policies, clients.ecr, time.monotonic)
retry_policy = RetryPolicy(time.sleep, random.random)
state = SweepState(clients.dynamodb, state_table, time.time, retry_policy)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, object], context: LambdaContext) -> PartialItemFailureResponse:
    """Start a sweep or process a part of one; the queue redelivers messages that fail."""
    return handle_each(
        event, context, _handle, failure="a sweep failed", counted_as="sweep_messages_failed"
    )


def _handle(record: SQSRecord, context: LambdaContext) -> None:
    match parse_message(parse_json(record.body)):
        case Start() as start:
            _start(start, context)
        case Part() as part:
            is_last_attempt = int(record.attributes.approximate_receive_count) >= _LAST_ATTEMPT
            _process(part, context, is_last_attempt=is_last_attempt)


def _start(start: Start, context: LambdaContext) -> None:
    stalled = state.current_sweep_id()
    parts = _sweeper(context).start(start)
    if parts is None:
        outcome = "deferred" if start.is_deployment else "ignored"
        reason = f"sweep {stalled} is in progress"
        logger.info("sweep not started", outcome=outcome, reason=reason)
        count("sweeps_deferred" if start.is_deployment else "sweeps_skipped")
        return
    if stalled and stalled != start.sweep_id:
        _notify(state.report(stalled), context)
    logger.info("sweep started", outcome="started", sweep=start.sweep_id, parts=parts)
    count("sweeps_started")
    _end_if_complete(start.sweep_id, context)


def _process(part: Part, context: LambdaContext, *, is_last_attempt: bool) -> None:
    if state.current_sweep_id() != part.sweep_id:
        reason = f"sweep {part.sweep_id} has ended"
        logger.info("part skipped", outcome="ignored", reason=reason)
        count("sweep_parts_outdated")
        return
    is_done = _sweeper(context).process(
        part, lambda: seconds_left(context) > _SECONDS_TO_FINISH, is_last_attempt=is_last_attempt
    )
    logger.info("part done" if is_done else "part requeued", outcome="swept", part=part.number)
    count("sweep_parts_done" if is_done else "sweep_parts_requeued")
    if is_done:
        _end_if_complete(part.sweep_id, context)


def _end_if_complete(sweep_id: str, context: LambdaContext) -> None:
    report = state.report(sweep_id)
    if report.is_complete and state.current_sweep_id() == sweep_id:
        _notify(report, context)
        state.end(sweep_id)
        logger.info("sweep ended", outcome="ended", images=report.images, new=report.new)


def _notify(report: SweepReport, context: LambdaContext) -> None:
    """Count the results of a sweep and send its alert, once per sweep."""
    # Only the last part of a sweep needs these modules; they would slow down every cold start.
    from platform_guard.alerts.sns import AlertTopic
    from platform_guard.aws.idempotency import Idempotency

    def notify() -> None:
        for name, value in (
            ("sweep_images", report.images),
            ("sweep_images_evaluated", report.evaluated),
            ("sweep_findings", report.new),
            ("sweep_repositories_unavailable", report.unavailable),
            ("pushes_missed", report.missed),
        ):
            count(name, value)
        alert = sweep_alert(report, _account(context), region)
        if alert is None:
            return
        topic = AlertTopic(clients.sns, topic_arn)
        if report.has_news:
            topic.publish(alert)
            return
        # The same lookup fails in every sweep until its cause is fixed, and may be intended.
        reminder = Idempotency(
            clients.dynamodb, state_table, "sweep-unseen", _SECONDS_BETWEEN_REMINDERS
        )
        reminder.run(report.unavailable_fingerprint, lambda: topic.publish(alert), context)

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
    """Return the policy. Raises LookupFailedError if it is weakened by a failed lookup.

    Another policy would evaluate every image again.
    """
    policy = policies.policy_for(repository, tag).policy
    if policy.caveat:
        raise LookupFailedError(f"could not determine {policy.caveat.partition(';')[0]}")
    return policy


def _account(context: LambdaContext) -> str:
    return context.invoked_function_arn.split(":")[4]
