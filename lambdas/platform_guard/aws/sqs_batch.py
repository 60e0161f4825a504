"""Processing of SQS batches.

Each message is handled separately. A failed one is logged, counted and listed in the response, so
that the queue redelivers only that message.
"""

from collections.abc import Callable

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

logger = Logger()
metrics = Metrics()


class OutOfTimeError(Exception):
    """Too little time is left for another message; the queue redelivers it."""


def handle_each(
    event: dict[str, object],
    context: LambdaContext,
    handle: Callable[[SQSRecord, LambdaContext], None],
    *,
    failure: str,
    counted_as: str,
    expected: tuple[type[Exception], ...] = (),
) -> PartialItemFailureResponse:
    """Handle every message of a batch.

    `failure` is the log message for a failed message, `counted_as` the metric. A message that
    raises an `expected` exception is redelivered without either.
    """

    def handle_and_report(record: SQSRecord) -> None:
        try:
            handle(record, context)
        except expected:
            raise
        except Exception:
            logger.exception(failure, outcome="failed", message_id=record.message_id)
            count(counted_as)
            raise

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event, handle_and_report, processor, context)


def count(name: str, times: int = 1) -> None:
    """Add to a count metric."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=times)


def seconds_left(context: LambdaContext) -> float:
    """Return the remaining time before the function timeout, in seconds."""
    return context.get_remaining_time_in_millis() / 1000


def seconds_before(last_seconds: float, context: LambdaContext) -> float:
    """Return the remaining time minus `last_seconds`. Raise OutOfTimeError if none is left."""
    seconds = seconds_left(context) - last_seconds
    if seconds <= 0:
        raise OutOfTimeError("too little time left for another message")
    return seconds
