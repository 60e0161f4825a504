"""Faults around a call: it fails, its response is lost, or the process dies."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from random import Random
from typing import Any, TypeVar

from botocore.exceptions import ClientError

T = TypeVar("T")


class Crash(BaseException):
    """The process died."""


def client_error(code: str, operation: str, status: int = 400, message: str = "") -> ClientError:
    """Create the exception that botocore raises for an error response."""
    answer: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, operation)


class Fault(Enum):
    TRANSIENT_ERROR = "fails"
    RESPONSE_LOST = "takes effect, and its response is lost"
    REPEATED = "takes effect, its response is lost, and botocore repeats it"
    CRASH_BEFORE = "is not made: the process dies"
    CRASH_AFTER = "takes effect, and the process dies"


@dataclass
class Faults:
    """Decides at each call whether it fails, and runs concurrent activity before it."""

    random: Random
    note: Callable[[str], None]
    meanwhile: Callable[[], None] = lambda: None
    """Concurrent activity between two calls."""
    probability: float = 0.0
    crashed_in: list[str] = field(default_factory=list)
    once_before: dict[str, Callable[[], None]] = field(default_factory=dict)
    """Runs right before the next call, by operation name."""
    once: dict[str, Fault] = field(default_factory=dict)
    """The fault of the next call, by operation name."""
    refused: dict[str, str] = field(default_factory=dict)
    """Error codes of operations that always fail, by operation name."""

    def call(self, name: str, action: Callable[[], T], *, is_repeated: bool = False) -> T:
        """Make a call with a possible fault. `is_repeated`: botocore may send it twice."""
        self.once_before.pop(name, lambda: None)()
        self.meanwhile()
        if name in self.refused:
            self.note(f"{name} is refused: {self.refused[name]}")
            raise client_error(self.refused[name], name)
        fault = self.once.pop(name, None) or self._choose()
        if fault is None:
            return action()
        self.note(f"{name} {fault.value}")
        if fault is Fault.REPEATED and is_repeated:
            action()
            return action()
        if fault in (Fault.RESPONSE_LOST, Fault.REPEATED, Fault.CRASH_AFTER):
            action()
        if fault in (Fault.CRASH_BEFORE, Fault.CRASH_AFTER):
            self.crashed_in.append(f"{name} {fault.name}")
            raise Crash(name)
        code, status = self.random.choice(_TRANSIENT)
        raise client_error(code, name, status)

    def _choose(self) -> Fault | None:
        if self.random.random() >= self.probability:
            return None
        return self.random.choice(list(Fault))


_TRANSIENT = [
    ("ThrottlingException", 400),
    ("TooManyRequestsException", 429),
    ("ServerException", 500),
    ("ServiceUnavailableException", 503),
]
