"""The permissions that a call needs on the customer managed key of its resource."""

from moto.dynamodb.models import dynamodb_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

_WRITE = ("kms:GenerateDataKey", "kms:Decrypt")

# All KMS actions of DynamoDB on behalf of the caller. AWS does not document which call needs which.
_TABLE = (*_WRITE, "kms:DescribeKey", "kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo")


def actions_on_key(action: str) -> tuple[str, ...]:
    """Return the KMS actions that an action needs if a customer managed key encrypts its resource.

    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    """
    match action:
        case "sns:Publish" | "sqs:SendMessage":
            return _WRITE
        case "sqs:ReceiveMessage":
            return ("kms:Decrypt",)
        case _ if action.startswith("dynamodb:"):
            return _TABLE
        case _:
            return ()


def customer_key_of(arn: str) -> str:
    """Return the ARN of a topic's, queue's or table's key; empty for a key of AWS."""
    if not arn.startswith("arn:"):
        return ""
    _, _, service, region, account, name = arn.split(":", 5)
    match service:
        case "sns":
            topic = sns_backends[account][region].topics.get(arn)
            return _text(topic.kms_master_key_id) if topic else ""
        case "sqs":
            queue = sqs_backends[account][region].queues.get(name)
            return _text(getattr(queue, "kms_master_key_id", ""))
        case "dynamodb":
            table = dynamodb_backends[account][region].tables.get(name.split("/")[1])
            encryption = (table.sse_specification if table else None) or {}
            # Without a type it is a key of AWS, to which moto assigns an id.
            return _text(encryption["KMSMasterKeyId"]) if "SSEType" in encryption else ""
        case _:
            return ""


def _text(key: object) -> str:
    return str(key or "")
