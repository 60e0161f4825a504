"""Looking at AWS within a time; what cannot be seen is told, not raised."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from platform_guard.aws.errors import AWS_ERRORS, LookupFailedError, reason_of
from platform_guard.unavailable import Unavailable

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a look has to end."""

    clock: Callable[[], float]
    """Seconds."""
    at: float
    seconds: float

    @classmethod
    def within(cls, seconds: float, clock: Callable[[], float]) -> "Deadline":
        """Begin a look that may take this long."""
        return cls(clock, clock() + seconds, seconds)

    def check(self) -> None:
        """Raise LookUpError once the time is over."""
        if self.clock() > self.at:
            raise LookupFailedError(f"it took longer than {self.seconds:g} seconds")


def seen(what: str, look: Callable[[], _T]) -> _T | Unavailable:
    """Give what a look sees, or say why it sees nothing."""
    try:
        return look()
    except AWS_ERRORS as error:
        return Unavailable(what, reason_of(error))
