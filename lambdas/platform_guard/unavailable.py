"""Evidence that could not be had."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Evidence that could not be had."""

    what: str
    """What was looked for, such as `the task definition`."""
    why: str
    """One clause, such as `AccessDeniedException` or `it was deleted`."""
