"""Writing to items of DynamoDB that others write to at the same time.

Where two transactions, or a transaction and a write, meet at an item, DynamoDB turns one of them
down. The SDK does not try such a write again:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from botocore.exceptions import ClientError

from platform_guard.aws.errors import error_code

_ATTEMPTS = 10
_FIRST_SECONDS = 0.05
_MOST_SECONDS = 2.0

# What passes when the others are done, or when the table has room again.
_PASSING = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
_HARMLESS = _PASSING | {"None"}

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How a write that meets others waits before it is tried again."""

    sleep: Callable[[float], None]
    """Takes seconds."""
    random: Callable[[], float]
    """Gives a number from 0 up to 1."""

    def write(self, write: Callable[[], _Answer]) -> _Answer:
        """Write, for some seconds as often as it takes. Raises what the last attempt raises."""
        for attempt in range(_ATTEMPTS - 1):
            try:
                return write()
            except ClientError as error:
                if not is_conflict(error):
                    raise
            self.sleep(self.random() * min(_MOST_SECONDS, _FIRST_SECONDS * 2**attempt))
        return write()


def is_conflict(error: ClientError) -> bool:
    """Tell whether a write was turned down for the sake of another one, and for nothing else."""
    match error_code(error):
        case "TransactionConflictException":
            return True
        case "TransactionCanceledException":
            codes = set(cancellation_codes(error))
            return bool(codes & _PASSING) and codes <= _HARMLESS
        case _:
            return False


def cancellation_codes(error: ClientError) -> list[str]:
    """Say what became of each write of a transaction, such as `None` or `TransactionConflict`."""
    reasons = error.response.get("CancellationReasons", [])
    return [reason.get("Code", "") for reason in reasons]
