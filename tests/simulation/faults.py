"""What may happen around any call: it fails, its answer is lost, the process dies, time goes by."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from random import Random
from typing import Any, TypeVar

from botocore.exceptions import ClientError

T = TypeVar("T")


class Crash(BaseException):
    """The process is gone."""


def client_error(code: str, operation: str, status: int = 400, message: str = "") -> ClientError:
    """Make what botocore raises for an error that AWS answers."""
    answer: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, operation)


class Fault(Enum):
    REFUSED_FOR_NOW = "fails"
    ANSWER_LOST = "takes effect, and its answer is lost"
    REPEATED = "takes effect, its answer is lost, and botocore makes it again"
    CRASH_BEFORE = "is not made: the process dies"
    CRASH_AFTER = "takes effect, and the process dies"


@dataclass
class Faults:
    """Decides at each call whether something goes wrong, and lets the world go on meanwhile."""

    random: Random
    note: Callable[[str], None]
    meanwhile: Callable[[], None] = lambda: None
    """What others do between two calls."""
    probability: float = 0.0
    crashed_in: list[str] = field(default_factory=list)
    once_before: dict[str, Callable[[], None]] = field(default_factory=dict)
    """What is to happen right before the next call of a name."""
    once: dict[str, Fault] = field(default_factory=dict)
    """What is to go wrong with the next call of a name."""
    refused: dict[str, str] = field(default_factory=dict)
    """Calls that are always refused, by name, with the error code."""

    def call(self, name: str, action: Callable[[], T], *, is_repeated: bool = False) -> T:
        """Make a call of the guard, or not; twice at times where `is_repeated` by botocore."""
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
        if fault in (Fault.ANSWER_LOST, Fault.REPEATED, Fault.CRASH_AFTER):
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
