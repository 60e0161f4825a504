"""The guard's SQS queues: encrypted, TLS only, with a dead-letter queue."""

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from platform_guard_cdk.shared.durations import seconds
from platform_guard_cdk.shared.encryption import Encryption

DEAD_LETTER_DAYS = 14
"""How long dead letters stay: the maximum retention of SQS."""

_MAX_RETENTION = Duration.days(DEAD_LETTER_DAYS)

_MAX_RECEIVE_COUNT = 4


def dead_letter_queue(scope: Construct, construct_id: str, encryption: Encryption) -> sqs.Queue:
    """Return a queue for events that could not be delivered or processed."""
    return _queue(scope, construct_id, encryption, retention=_MAX_RETENTION)


def event_queue(
    scope: Construct,
    construct_id: str,
    *,
    encryption: Encryption,
    dead_letters: sqs.Queue,
    timeout_seconds: int,
    delay_seconds: int,
) -> sqs.Queue:
    """Return the source queue of a function with this timeout.

    `delay_seconds`: how long each message waits before the function can receive it.
    """
    return _queue(
        scope,
        construct_id,
        encryption,
        delay_seconds=delay_seconds,
        timeout_seconds=timeout_seconds,
        dead_letters=sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=_MAX_RECEIVE_COUNT),
    )


def fifo_dead_letter_queue(
    scope: Construct, construct_id: str, encryption: Encryption
) -> sqs.Queue:
    """Return the dead-letter queue of a FIFO queue."""
    return _queue(scope, construct_id, encryption, fifo=True, retention=_MAX_RETENTION)


def fifo_queue(
    scope: Construct,
    construct_id: str,
    *,
    encryption: Encryption,
    dead_letters: sqs.Queue,
    timeout_seconds: int,
    max_receive_count: int,
) -> sqs.Queue:
    """Return the FIFO source queue of a function with this timeout."""
    return _queue(
        scope,
        construct_id,
        encryption,
        fifo=True,
        retention=_MAX_RETENTION,
        timeout_seconds=timeout_seconds,
        dead_letters=sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=max_receive_count),
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
    has_key = encryption.customer_key is not None
    return sqs.Queue(
        scope,
        construct_id,
        # None, not False: CloudFormation accepts only true for FifoQueue.
        fifo=fifo,
        encryption=sqs.QueueEncryption.KMS if has_key else sqs.QueueEncryption.SQS_MANAGED,
        encryption_master_key=encryption.customer_key,
        enforce_ssl=True,
        retention_period=retention,
        delivery_delay=None if delay_seconds is None else seconds(delay_seconds),
        # Six times the function timeout, as Lambda recommends, so that a batch in progress is not
        # received again:
        # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
        visibility_timeout=None if timeout_seconds is None else seconds(6 * timeout_seconds),
        dead_letter_queue=dead_letters,
    )
