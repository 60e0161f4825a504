"""Lookups with a deadline, and failures as values instead of exceptions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from platform_guard.aws.errors import AWS_ERRORS, LookupFailedError, reason_of
from platform_guard.unavailable import Unavailable

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Deadline:
    """The time limit of a lookup."""

    clock: Callable[[], float]
    """A monotonic clock in seconds."""
    at: float
    seconds: float

    @classmethod
    def within(cls, seconds: float, clock: Callable[[], float]) -> "Deadline":
        """Return a deadline that many seconds from now."""
        return cls(clock, clock() + seconds, seconds)

    def check(self) -> None:
        """Raise LookupFailedError if the deadline has passed."""
        if self.clock() > self.at:
            raise LookupFailedError(f"it took longer than {self.seconds:g} seconds")


def look_up(what: str, lookup: Callable[[], _T]) -> _T | Unavailable:
    """Return the result of a lookup, or `Unavailable` with the reason if it fails."""
    try:
        return lookup()
    except AWS_ERRORS as error:
        return Unavailable(what, reason_of(error))
