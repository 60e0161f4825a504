"""Queues as the guard has them: encrypted, TLS only, with dead letters."""

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.encryption import Encryption

DEAD_LETTER_DAYS = 14
"""How long dead letters wait to be redriven: the longest that SQS keeps a message."""

_RECEIVES_BEFORE_DEAD_LETTER = 4


def dead_letter_queue(scope: Construct, construct_id: str, encryption: Encryption) -> sqs.Queue:
    """Make a queue for what could not be delivered or handled."""
    return sqs.Queue(
        scope,
        construct_id,
        encryption=_kind(encryption),
        encryption_master_key=encryption.customer_key,
        enforce_ssl=True,
        retention_period=Duration.days(DEAD_LETTER_DAYS),
    )


def queue_before(
    scope: Construct,
    construct_id: str,
    *,
    encryption: Encryption,
    dead_letters: sqs.Queue,
    timeout: Duration,
    delay: Duration,
) -> sqs.Queue:
    """Make a queue for a function that may take `timeout`; a message waits `delay` first."""
    return sqs.Queue(
        scope,
        construct_id,
        encryption=_kind(encryption),
        encryption_master_key=encryption.customer_key,
        enforce_ssl=True,
        delivery_delay=delay,
        # Lambda's advice, so that a batch is not received again while it is still being handled:
        # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
        visibility_timeout=Duration.seconds(6 * timeout.to_seconds()),
        dead_letter_queue=sqs.DeadLetterQueue(
            queue=dead_letters, max_receive_count=_RECEIVES_BEFORE_DEAD_LETTER
        ),
    )


def fifo_dead_letter_queue(
    scope: Construct, construct_id: str, encryption: Encryption
) -> sqs.Queue:
    """Make a queue for what a first-in-first-out queue gives up."""
    return sqs.Queue(
        scope,
        construct_id,
        fifo=True,
        encryption=_kind(encryption),
        encryption_master_key=encryption.customer_key,
        enforce_ssl=True,
        retention_period=Duration.days(DEAD_LETTER_DAYS),
    )


def fifo_queue_before(
    scope: Construct,
    construct_id: str,
    *,
    encryption: Encryption,
    dead_letters: sqs.Queue,
    timeout: Duration,
    receives: int,
) -> sqs.Queue:
    """Make a first-in-first-out queue; a message is given up after so many receives."""
    return sqs.Queue(
        scope,
        construct_id,
        fifo=True,
        encryption=_kind(encryption),
        encryption_master_key=encryption.customer_key,
        enforce_ssl=True,
        retention_period=Duration.days(DEAD_LETTER_DAYS),
        visibility_timeout=Duration.seconds(6 * timeout.to_seconds()),
        dead_letter_queue=sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=receives),
    )


def _kind(encryption: Encryption) -> sqs.QueueEncryption:
    if encryption.customer_key is None:
        return sqs.QueueEncryption.SQS_MANAGED
    return sqs.QueueEncryption.KMS
