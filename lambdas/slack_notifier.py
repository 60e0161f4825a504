"""Messages for Slack, posted in order, one a second a channel, until Slack takes them.

    first-in-first-out queue, a group a channel ─▶ handler ─▶ webhook
                └─▶ dead letters, each with its reason ─▶ alarm

While a message waits for its next attempt, the queue holds back the others of its channel, and none
of another. A message that Slack refuses goes to the dead letters at once, with Slack's reason, so
that those behind it arrive.
"""

import json
import os
import time
from collections.abc import Mapping

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from platform_guard.alerts.slack.response import Answer, Posted, Refused, TryLater
from platform_guard.alerts.slack.webhook import Slack
from platform_guard.aws.clients import Clients
from platform_guard.aws.idempotency import Idempotency
from platform_guard.aws.sqs_batch import count, handle_each, logger, metrics
from platform_guard.environment import environment_variable
from platform_guard.settings import deployed_settings

# Slack takes one message a second and channel. The queue hands out no other message of the channel
# before this one is done with, so the pause also keeps other processes.
_SECONDS_BETWEEN_MESSAGES = 1.0

settings = deployed_settings()
state_table = environment_variable(os.environ, "GUARD_STATE_TABLE")
queue_url = environment_variable(os.environ, "GUARD_SLACK_QUEUE_URL")
dead_letters_url = environment_variable(os.environ, "GUARD_SLACK_DEAD_LETTERS_URL")

secrets = {channel.name: channel.secret for channel in settings.alerts.slack}

clients = Clients()
slack = Slack(clients.secrets)


class NotNowError(Exception):
    """Slack did not take a message that it may take later; it comes back."""


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, object], context: LambdaContext) -> PartialItemFailureResponse:
    """Post a message, one a batch, so that the queue keeps the order of those that come back."""
    return handle_each(
        event,
        context,
        _handle,
        failure="a message could not be posted to Slack",
        counted_as="slack_posts_failed",
        expected=(NotNowError,),
    )


def _handle(record: SQSRecord, context: LambdaContext) -> None:
    count("slack_attempts")
    once = Idempotency(clients.dynamodb, state_table, scope="slack-post")
    once.run(record.message_id, lambda: _post(record), context)


def _post(record: SQSRecord) -> None:
    message = json.loads(record.body)
    channel = str(message["channel"])
    attempt = int(record.attributes.approximate_receive_count or 1)
    started = time.monotonic()
    answer = _answer(channel, message["payload"], attempt)
    match answer:
        case Posted():
            logger.info("posted", channel=channel, attempt=attempt)
            count("slack_posted")
        case TryLater(reason, seconds):
            logger.warning("not taken", channel=channel, reason=reason, seconds=seconds)
            count("slack_delayed")
            clients.sqs.change_message_visibility(
                QueueUrl=queue_url,
                ReceiptHandle=record.receipt_handle,
                VisibilityTimeout=seconds,
            )
            raise NotNowError(reason)
        case Refused(reason):
            _give_up(record, channel, reason)
    time.sleep(max(0.0, _SECONDS_BETWEEN_MESSAGES - (time.monotonic() - started)))


def _answer(channel: str, payload: Mapping[str, object], attempt: int) -> Answer:
    secret = secrets.get(channel)
    if secret is None:
        return Refused(f"guard.toml has no [[slack.channel]] named {channel} any more")
    return slack.post(secret, payload, attempt)


def _give_up(record: SQSRecord, channel: str, reason: str) -> None:
    """Leave a message in the dead letters with the reason, where it can be redriven from."""
    clients.sqs.send_message(
        QueueUrl=dead_letters_url,
        MessageBody=record.body,
        MessageGroupId=channel,
        MessageDeduplicationId=f"refused-{record.message_id}",
        MessageAttributes={"reason": {"DataType": "String", "StringValue": reason}},
    )
    logger.error("refused", channel=channel, reason=reason)
    count("slack_refused")
