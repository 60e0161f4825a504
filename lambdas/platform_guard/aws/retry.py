"""Retries of conflicting DynamoDB writes.

If two transactions, or a transaction and a write, access the same item at the same time, DynamoDB
cancels one of them. The SDK does not retry it:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from botocore.exceptions import ClientError

from platform_guard.aws.errors import error_code

_ATTEMPTS = 10
_BASE_SECONDS = 0.05
_MAX_SECONDS = 2.0

# Temporary: a conflicting write or a throttled table.
_TEMPORARY = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
_HARMLESS = _TEMPORARY | {"None"}

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential backoff with jitter for conflicting writes."""

    sleep: Callable[[float], None]
    """Takes seconds."""
    random: Callable[[], float]
    """Returns a number in [0, 1)."""

    def write(self, write: Callable[[], _Result]) -> _Result:
        """Run `write`, up to ten times on conflicts. Raise the error of the last attempt."""
        for attempt in range(_ATTEMPTS - 1):
            try:
                return write()
            except ClientError as error:
                if not is_conflict(error):
                    raise
            self.sleep(self.random() * min(_MAX_SECONDS, _BASE_SECONDS * 2**attempt))
        return write()


def is_conflict(error: ClientError) -> bool:
    """Return whether a write failed only because of a concurrent write or throttling."""
    match error_code(error):
        case "TransactionConflictException":
            return True
        case "TransactionCanceledException":
            codes = set(cancellation_codes(error))
            return bool(codes & _TEMPORARY) and codes <= _HARMLESS
        case _:
            return False


def cancellation_codes(error: ClientError) -> list[str]:
    """Return the cancellation code of each write of a transaction; `None` if it was fine."""
    reasons = error.response.get("CancellationReasons", [])
    return [reason.get("Code", "") for reason in reasons]
