"""The result of a check, and how a list of results is rendered."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from platform_guard.aws.errors import AWS_ERRORS, reason_of
from platform_guard.text import printable


class Outcome(StrEnum):
    """The outcome of a check."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The check could not run."""


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check."""

    name: str
    outcome: Outcome
    found: str
    """The observation, a clause."""
    fix: str = ""
    """The fix; empty if the check passed."""


DEPLOY = "run make deploy"
"""The command that fixes most manual changes."""


def check(name: str, healthy: bool, found: str, fix: str) -> Check:
    """Return a passed check, or a failed one with its fix."""
    if healthy:
        return Check(name, Outcome.OK, found)
    return Check(name, Outcome.FAILED, found, fix)


Look = Callable[[], Iterator[Check]]
"""Runs checks; may raise AWS errors."""


def look_at(name: str, look: Look) -> list[Check]:
    """Run checks; an AWS error becomes an unknown outcome."""
    checks: list[Check] = []
    try:
        # One by one: what was seen before an error counts.
        for check in look():
            checks.append(check)
    except AWS_ERRORS as error:
        reason = reason_of(error)
        found = f"could not be looked at ({reason})"
        checks.append(Check(name, Outcome.UNKNOWN, found, _fix(reason)))
    return checks


def _fix(reason: str) -> str:
    if "Denied" in reason or "Unauthorized" in reason:
        return "run it with credentials that may read what the guard consists of"
    return "run it again"


def exit_status(checks: Sequence[Check]) -> int:
    """Return 0 if all checks passed, 1 if one failed, 2 if one could not run."""
    outcomes = {check.outcome for check in checks}
    if Outcome.FAILED in outcomes:
        return 1
    return 2 if Outcome.UNKNOWN in outcomes else 0


def render_checks(title: str, checks: Sequence[Check]) -> str:
    """Render the checks as text."""
    width = max(len(outcome) for outcome in Outcome)
    lines = [title]
    for check in checks:
        lines.append(f"  {check.outcome:<{width}}  {check.name}: {check.found}")
        if check.fix:
            lines.append(f"  {'':<{width}}    {check.fix}")
    return "\n".join(printable(line) for line in lines)


def checks_as_json(checks: Sequence[Check]) -> list[dict[str, str]]:
    """Return the checks as JSON objects: name, outcome, found, fix."""
    return [asdict(check) for check in checks]
