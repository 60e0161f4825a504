"""What people and machines are told, whichever way it reaches them."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How soon somebody should look, the mildest first."""

    INFO = "info"
    """Worth knowing; nothing fails because of it."""
    WARNING = "warning"
    """It fails where it is used."""


class Status(StrEnum):
    """Whether what an alert is about goes on."""

    OPEN = "open"
    RESOLVED = "resolved"
    TEST = "test"
    """Nothing happened: somebody tries whether alerts arrive."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One way out."""

    title: str
    commands: tuple[str, ...] = ()
    """For a POSIX shell, each complete and quoted; none where the title says it all."""

    @property
    def ending(self) -> str:
        """What the title ends with in a text."""
        return ":" if self.commands else "."


@dataclass(frozen=True, slots=True)
class Link:
    """A page that says more."""

    title: str
    """What it shows, in a word or two."""
    url: str


@dataclass(frozen=True, slots=True)
class Alert:
    """One message; every channel renders the same value. What is not known is empty."""

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
    links: tuple[Link, ...] = ()
    """Pages of the console."""
    status: Status = Status.OPEN
    account: str = ""
    region: str = ""
    image: str = ""
    """As `docker` calls it."""
    service: str = ""
    """Of Amazon ECS, by its name."""
    bypass_throttling: bool = False
    """Whether it is told however often others like it were: something was taken away."""
