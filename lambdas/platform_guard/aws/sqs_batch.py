"""What a function does with the messages of its queue, whatever they are about.

Each message is handled on its own. One that fails is told to the log and counted, and named in the
answer, so that the queue delivers it again and the others do not come back.
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
    """The batch left too little time for another message; it comes back."""


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

    `failure` is what the log says of one that fails, `counted_as` the metric of those. One that
    raises what is `expected` only comes back.
    """

    def handle_loudly(record: SQSRecord) -> None:
        try:
            handle(record, context)
        except expected:
            raise
        except Exception:
            logger.exception(failure, outcome="failed", message_id=record.message_id)
            count(counted_as)
            raise

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event, handle_loudly, processor, context)


def count(name: str, times: int = 1) -> None:
    """Add to a metric that counts."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=times)


def seconds_left(context: LambdaContext) -> float:
    """Give how much of its time the function has left, in seconds."""
    return context.get_remaining_time_in_millis() / 1000


def seconds_before(last_seconds: float, context: LambdaContext) -> float:
    """Give the seconds until the function is in its last so many. Raises OutOfTimeError."""
    seconds = seconds_left(context) - last_seconds
    if seconds <= 0:
        raise OutOfTimeError("too little time is left for another message")
    return seconds
