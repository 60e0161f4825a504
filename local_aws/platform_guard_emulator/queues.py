"""The steps of Lambda's SQS poller: receive a batch, build the event, read the failed messages.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from moto.sqs.models import Queue, sqs_backends

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_RECEIVE_LIMIT = 10


def queue_of(queue_arn: str) -> Queue:
    """Return moto's queue with an ARN."""
    _, _, _, region, account, name = queue_arn.split(":")
    return sqs_backends[account][region].get_queue(name)


def receive(sqs: "SQSClient", queue: Queue, batch_size: int) -> list["MessageTypeDef"]:
    """Receive a batch at once, without waiting for delays and visibility timeouts.

    As in SQS, a message that reached the `maxReceiveCount` of the redrive policy moves to the
    dead-letter queue instead.
    """
    if not queue._messages:
        return []
    for message in queue._messages:
        message.delayed_until = message.visible_at = 0.0
    messages: list[MessageTypeDef] = []
    while len(messages) < batch_size:
        answer = sqs.receive_message(
            QueueUrl=f"https://sqs.{queue.region}.amazonaws.com/{queue.account_id}/{queue.name}",
            MaxNumberOfMessages=min(_RECEIVE_LIMIT, batch_size - len(messages)),
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
            WaitTimeSeconds=0,
            VisibilityTimeout=3600,
        )
        received = answer.get("Messages", [])
        if not received:
            break
        messages.extend(received)
    return messages


def lambda_event(messages: Sequence["MessageTypeDef"], queue: Queue) -> dict[str, Any]:
    """Return the event that Lambda sends to a function for a batch of messages.

    https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
    """
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": dict(message["Attributes"]),
                "messageAttributes": {
                    name: _lower_camel(attribute)
                    for name, attribute in message.get("MessageAttributes", {}).items()
                },
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": queue.queue_arn,
                "awsRegion": queue.region,
            }
            for message in messages
        ]
    }


def failed_ids(response: object, message_ids: frozenset[str]) -> frozenset[str]:
    """Return the ids of the messages in `batchItemFailures`.

    As in Lambda, an invalid response fails the whole batch.
    """
    if response is None:
        return frozenset()
    items = response.get("batchItemFailures", []) if isinstance(response, dict) else None
    if items is None:
        return frozenset()
    if not isinstance(items, list):
        return message_ids
    ids = [item.get("itemIdentifier") if isinstance(item, dict) else None for item in items]
    failed = frozenset(item for item in ids if isinstance(item, str))
    return failed if len(failed) == len(set(ids)) and failed <= message_ids else message_ids


def _lower_camel(attribute: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "stringValue": attribute.get("StringValue"),
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": attribute["DataType"],
    }
