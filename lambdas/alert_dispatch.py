"""Dispatch collected alerts: each window becomes one message.

    push_guard ─▶ window ─ delayed message ─▶ queue ─▶ handler ─▶ topic
                                               └─▶ dead-letter queue ─▶ alarm

Delivery is at least once; each window is published once.
"""

import json
import os
import time

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from platform_guard.alerts.batch.dispatcher import AlertDispatcher
from platform_guard.alerts.batch.outbox import AlertOutbox, Window
from platform_guard.alerts.batch.rate_limit import AlertRate
from platform_guard.alerts.sns import AlertTopic
from platform_guard.aws.clients import Clients
from platform_guard.aws.idempotency import Idempotency
from platform_guard.aws.sqs_batch import count, handle_each, logger, metrics
from platform_guard.environment import environment_variable
from platform_guard.event import seconds_since
from platform_guard.settings import deployed_settings

settings = deployed_settings()
topic_arn = environment_variable(os.environ, "GUARD_TOPIC_ARN")
state_table = environment_variable(os.environ, "GUARD_STATE_TABLE")
queue_url = environment_variable(os.environ, "GUARD_DISPATCH_QUEUE_URL")

clients = Clients()


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, object], context: LambdaContext) -> PartialItemFailureResponse:
    """Publish a batch of windows; the response lists the failed ones for redelivery."""
    return handle_each(
        event,
        context,
        _handle,
        failure="could not publish an alert window",
        counted_as="alerts_failed",
    )


def _handle(record: SQSRecord, context: LambdaContext) -> None:
    count("alert_windows_seen")
    fields = json.loads(record.body)
    window = Window(str(fields["window"]), str(fields["generation"]))
    database = clients.dynamodb

    def dispatch() -> None:
        dispatcher = AlertDispatcher(
            AlertOutbox(database, state_table, clients.sqs, queue_url, time.time),
            AlertTopic(clients.sns, topic_arn),
            AlertRate(database, state_table, settings.alerts.messages_a_minute, time.time),
        )
        dispatched = dispatcher.dispatch(window)
        logger.info("window dispatched", window=window.key, outcome=dispatched.outcome)
        seconds = seconds_since(dispatched.pushed, time.time())
        if seconds is not None:
            metrics.add_metric(name="push_to_alert", unit=MetricUnit.Seconds, value=seconds)

    Idempotency(database, state_table, scope="window").run(window.generation, dispatch, context)
