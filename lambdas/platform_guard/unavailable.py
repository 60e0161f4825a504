"""A lookup result for evidence that could not be read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Evidence that could not be read: neither present nor confirmed absent."""

    what: str
    """What was looked up, such as `the task definition`."""
    why: str
    """One clause, such as `AccessDeniedException` or `it was deleted`."""
