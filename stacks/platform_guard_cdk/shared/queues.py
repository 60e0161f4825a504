"""Queues as the guard has them: encrypted, TLS only, with dead letters."""

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from platform_guard_cdk.shared.durations import seconds
from platform_guard_cdk.shared.encryption import Encryption

DEAD_LETTER_DAYS = 14
"""How long dead letters wait to be redriven: the longest that SQS keeps a message."""

_LONGEST = Duration.days(DEAD_LETTER_DAYS)

_RECEIVES_BEFORE_DEAD_LETTER = 4


def dead_letter_queue(scope: Construct, construct_id: str, encryption: Encryption) -> sqs.Queue:
    """Make a queue for what could not be delivered or handled."""
    return _queue(scope, construct_id, encryption, retention=_LONGEST)


def queue_before(
    scope: Construct,
    construct_id: str,
    *,
    encryption: Encryption,
    dead_letters: sqs.Queue,
    timeout_seconds: int,
    delay_seconds: int,
) -> sqs.Queue:
    """Make a queue for a function that may take `timeout_seconds`, where a message waits first."""
    return _queue(
        scope,
        construct_id,
        encryption,
        delay_seconds=delay_seconds,
        timeout_seconds=timeout_seconds,
        dead_letters=sqs.DeadLetterQueue(
            queue=dead_letters, max_receive_count=_RECEIVES_BEFORE_DEAD_LETTER
        ),
    )


def fifo_dead_letter_queue(
    scope: Construct, construct_id: str, encryption: Encryption
) -> sqs.Queue:
    """Make a queue for what a first-in-first-out queue gives up."""
    return _queue(scope, construct_id, encryption, fifo=True, retention=_LONGEST)


def fifo_queue_before(
    scope: Construct,
    construct_id: str,
    *,
    encryption: Encryption,
    dead_letters: sqs.Queue,
    timeout_seconds: int,
    receives: int,
) -> sqs.Queue:
    """Make a first-in-first-out queue; a message is given up after so many receives."""
    return _queue(
        scope,
        construct_id,
        encryption,
        fifo=True,
        retention=_LONGEST,
        timeout_seconds=timeout_seconds,
        dead_letters=sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=receives),
    )


def _queue(
    scope: Construct,
    construct_id: str,
    encryption: Encryption,
    *,
    fifo: bool | None = None,
    retention: Duration | None = None,
    delay_seconds: int | None = None,
    timeout_seconds: int | None = None,
    dead_letters: sqs.DeadLetterQueue | None = None,
) -> sqs.Queue:
    """Make a queue; `timeout_seconds` is for the function behind it, None if there is none."""
    has_key = encryption.customer_key is not None
    return sqs.Queue(
        scope,
        construct_id,
        # CloudFormation knows no false: a queue is either first-in-first-out or says nothing.
        fifo=fifo,
        encryption=sqs.QueueEncryption.KMS if has_key else sqs.QueueEncryption.SQS_MANAGED,
        encryption_master_key=encryption.customer_key,
        enforce_ssl=True,
        retention_period=retention,
        delivery_delay=None if delay_seconds is None else seconds(delay_seconds),
        # Lambda's advice, so that a batch is not received again while it is still being handled:
        # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
        visibility_timeout=None if timeout_seconds is None else seconds(6 * timeout_seconds),
        dead_letter_queue=dead_letters,
    )
