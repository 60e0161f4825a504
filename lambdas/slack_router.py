"""Render each alert for Slack and queue it for every matching channel.

    topic ─▶ queue ─▶ handler ─▶ FIFO queue, one message group per channel ─▶ slack_notifier
                └─▶ dead-letter queue ─▶ alarm

The topic does not preserve order, so a retry here cannot break it.
"""

import json
import os
from collections.abc import Mapping
from functools import partial

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from platform_guard.alerts.alert import Alert
from platform_guard.alerts.cloudwatch_alarm import alert_about_alarm
from platform_guard.alerts.render.json_format import AlertError, parse_alert
from platform_guard.alerts.render.slack import render_slack
from platform_guard.alerts.render.truncate import shrink_to_fit
from platform_guard.alerts.slack.repository_tags import channel_tag
from platform_guard.alerts.slack.routing import channels_for
from platform_guard.aws.clients import Clients
from platform_guard.aws.idempotency import Idempotency
from platform_guard.aws.sqs_batch import count, handle_each, logger, metrics
from platform_guard.environment import environment_variable
from platform_guard.settings import deployed_settings

settings = deployed_settings()
state_table = environment_variable(os.environ, "GUARD_STATE_TABLE")
queue_url = environment_variable(os.environ, "GUARD_SLACK_QUEUE_URL")

clients = Clients()


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, object], context: LambdaContext) -> PartialItemFailureResponse:
    """Route a batch of alerts; the response lists the failed ones for redelivery."""
    return handle_each(
        event,
        context,
        _handle,
        failure="could not route an alert to Slack",
        counted_as="slack_failed",
    )


def _handle(record: SQSRecord, context: LambdaContext) -> None:
    count("slack_alerts_seen")
    _route(_read(record.body), record.message_id, context)


def _read(body: str) -> Alert:
    try:
        return parse_alert(body)
    except AlertError:
        return alert_about_alarm(body)


def _route(alert: Alert, message_id: str, context: LambdaContext) -> None:
    tag = channel_tag(clients.ecr, alert)
    channels = channels_for(alert, settings.alerts.slack, tag)
    payload = render_slack(shrink_to_fit(alert, lambda _: True))
    idempotency = Idempotency(clients.dynamodb, state_table, scope="slack-route")
    for channel in channels:
        # A retry may arrive after the five-minute deduplication interval of the FIFO queue.
        idempotency.run(
            f"{message_id} {channel.name}",
            partial(_send, channel.name, payload, message_id),
            context,
        )
    logger.info("alert routed", channels=[channel.name for channel in channels], code=alert.code)


def _send(channel: str, payload: Mapping[str, object], message_id: str) -> None:
    clients.sqs.send_message(
        QueueUrl=queue_url,
        MessageBody=json.dumps({"channel": channel, "payload": payload}),
        MessageGroupId=channel,
        MessageDeduplicationId=f"{channel}-{message_id}",
    )
