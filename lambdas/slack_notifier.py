"""Post messages to Slack in order, one per second and channel, until Slack accepts them.

    FIFO queue, one message group per channel ─▶ handler ─▶ webhook
                └─▶ dead-letter queue, with a reason per message ─▶ alarm

While a message waits for a retry, the queue holds back the later messages of its channel, but not
those of other channels. A message that Slack rejects goes straight to the dead-letter queue with
Slack's reason, so that it does not block its channel.
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

# Slack's rate limit is one message per second and channel. The queue delivers no other message of
# the group before this one is deleted, so the pause also limits other execution environments.
_SECONDS_BETWEEN_MESSAGES = 1.0

settings = deployed_settings()
state_table = environment_variable(os.environ, "GUARD_STATE_TABLE")
queue_url = environment_variable(os.environ, "GUARD_SLACK_QUEUE_URL")
dead_letters_url = environment_variable(os.environ, "GUARD_SLACK_DEAD_LETTERS_URL")

secrets = {channel.name: channel.secret for channel in settings.alerts.slack}

clients = Clients()
slack = Slack(clients.secrets)


class NotNowError(Exception):
    """Slack did not accept a message for now; the queue redelivers it."""


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, object], context: LambdaContext) -> PartialItemFailureResponse:
    """Post one message; a batch size of one preserves the order across retries."""
    return handle_each(
        event,
        context,
        _handle,
        failure="could not post a message to Slack",
        counted_as="slack_posts_failed",
        expected=(NotNowError,),
    )


def _handle(record: SQSRecord, context: LambdaContext) -> None:
    count("slack_attempts")
    idempotency = Idempotency(clients.dynamodb, state_table, scope="slack-post")
    idempotency.run(record.message_id, lambda: _post(record), context)


def _post(record: SQSRecord) -> None:
    message = json.loads(record.body)
    channel = str(message["channel"])
    attempt = int(record.attributes.approximate_receive_count or 1)
    started = time.monotonic()
    answer = _answer(channel, message["payload"], attempt)
    match answer:
        case Posted():
            logger.info("message posted", channel=channel, attempt=attempt)
            count("slack_posted")
        case TryLater(reason, seconds):
            logger.warning(
                "message not accepted, will retry", channel=channel, reason=reason, seconds=seconds
            )
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
        return Refused(f"guard.toml no longer has a [[slack.channel]] named {channel}")
    return slack.post(secret, payload, attempt)


def _give_up(record: SQSRecord, channel: str, reason: str) -> None:
    """Move a message to the dead-letter queue with the reason; it can be redriven from there."""
    clients.sqs.send_message(
        QueueUrl=dead_letters_url,
        MessageBody=record.body,
        MessageGroupId=channel,
        MessageDeduplicationId=f"refused-{record.message_id}",
        MessageAttributes={"reason": {"DataType": "String", "StringValue": reason}},
    )
    logger.error("message rejected", channel=channel, reason=reason)
    count("slack_refused")
