"""What people and machines are told, whichever way it reaches them."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How soon somebody should look."""

    INFO = "info"
    """Worth knowing; nothing fails because of it."""
    WARNING = "warning"
    """It fails where it is used."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One way out."""

    title: str
    commands: tuple[str, ...] = ()
    """For a POSIX shell, each complete and quoted."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One message; every channel renders the same value."""

    severity: Severity
    code: str
    """The finding or the cause, by its fixed name."""
    repository: str
    title: str
    """One line."""
    summary: str
    """What is wrong and who notices, in a sentence or two."""
    facts: tuple[tuple[str, str], ...] = ()
    """Names and values."""
    evidence: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    group: str = ""
    """Alerts about the same thing have the same group."""
