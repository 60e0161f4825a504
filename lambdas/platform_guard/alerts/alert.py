"""The alert value that every channel renders."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """The urgency of an alert, lowest first."""

    INFO = "info"
    """Nothing fails because of it."""
    WARNING = "warning"
    """The image or task fails."""


class Status(StrEnum):
    """The state of the problem that an alert reports."""

    OPEN = "open"
    RESOLVED = "resolved"
    TEST = "test"
    """A delivery test by an operator."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One way to fix the problem."""

    title: str
    commands: tuple[str, ...] = ()
    """For a POSIX shell, each complete and quoted; empty if the title suffices."""

    @property
    def ending(self) -> str:
        """The punctuation after the title: a colon if commands follow, else a period."""
        return ":" if self.commands else "."


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a page with details."""

    title: str
    """One or two words."""
    url: str


@dataclass(frozen=True, slots=True)
class Alert:
    """One message; every channel renders the same value. Unknown fields are empty."""

    severity: Severity
    code: str
    """The fixed name of the finding or cause."""
    repository: str
    title: str
    """One line."""
    summary: str
    """The problem and its impact, in one or two sentences."""
    facts: tuple[tuple[str, str], ...] = ()
    """Pairs of name and value."""
    evidence: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    group: str = ""
    """The same for all alerts about the same problem."""
    links: tuple[Link, ...] = ()
    """AWS Management Console pages."""
    status: Status = Status.OPEN
    account: str = ""
    region: str = ""
    image: str = ""
    """The image reference, as in `docker pull`."""
    service: str = ""
    """The name of the Amazon ECS service."""
    bypass_throttling: bool = False
    """Whether throttling does not apply, because a destructive remedy was executed."""
