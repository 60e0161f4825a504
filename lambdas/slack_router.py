"""Alerts for Slack: each is rendered, and put into the queue of every channel that it is for.

    topic ─▶ queue ─▶ handler ─▶ first-in-first-out queue, a group a channel ─▶ slack_notifier
                └─▶ dead letters ─▶ alarm

What comes from the topic comes in no order, so that no order is lost by a retry here.
"""

import json
import os
from pathlib import Path

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

from platform_guard.alarm_alerts import alert_about_alarm
from platform_guard.alert_json import AlertError, parse_alert
from platform_guard.alert_limits import fitted
from platform_guard.alert_slack import render_slack
from platform_guard.alerts import Alert
from platform_guard.aws.clients import Clients
from platform_guard.aws.once import Once
from platform_guard.aws.repository_tags import channel_tag
from platform_guard.environment import environment_variable
from platform_guard.settings import load_settings
from platform_guard.slack_routing import channels_for

logger = Logger()
metrics = Metrics()

settings = load_settings(Path(environment_variable(os.environ, "LAMBDA_TASK_ROOT"), "guard.toml"))
state_table = environment_variable(os.environ, "GUARD_STATE_TABLE")
queue_url = environment_variable(os.environ, "GUARD_SLACK_QUEUE_URL")

clients = Clients()


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, object], context: LambdaContext) -> PartialItemFailureResponse:
    """Route a batch of alerts; what fails is named in the answer and delivered again."""

    def handle(record: SQSRecord) -> None:
        metrics.add_metric(name="slack_alerts_seen", unit=MetricUnit.Count, value=1)
        try:
            alert = _read(record.body)
            once = Once(clients.dynamodb, state_table, scope="slack-route")
            once.run(record.message_id, lambda: _route(alert, record.message_id), context)
        except Exception:
            logger.exception("an alert could not be routed to Slack", outcome="failed")
            metrics.add_metric(name="slack_failed", unit=MetricUnit.Count, value=1)
            raise

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event, handle, processor, context)


def _read(body: str) -> Alert:
    try:
        return parse_alert(body)
    except AlertError:
        return alert_about_alarm(body)


def _route(alert: Alert, message_id: str) -> None:
    tag = channel_tag(clients.ecr, alert)
    channels = channels_for(alert, settings.alerts.slack, tag)
    payload = render_slack(fitted(alert, lambda _: True))
    for channel in channels:
        clients.sqs.send_message(
            QueueUrl=queue_url,
            MessageBody=json.dumps({"channel": channel.name, "payload": payload}),
            MessageGroupId=channel.name,
            MessageDeduplicationId=f"{channel.name}-{message_id}",
        )
    logger.info("routed", channels=[channel.name for channel in channels], code=alert.code)
