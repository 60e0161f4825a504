"""The result of a check, and the output of a list of results."""

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
    """The observation, as a clause."""
    fix: str = ""
    """What to do, as a clause; empty if the check passed."""


DEPLOY = "run make deploy"
"""The fix for a resource that differs from the template."""


def check(name: str, healthy: bool, found: str, fix: str) -> Check:
    """Return a passed check, or a failed check with its fix."""
    if healthy:
        return Check(name, Outcome.OK, found)
    return Check(name, Outcome.FAILED, found, fix)


CheckGroup = Callable[[], Iterator[Check]]
"""Yields the results of related checks. May raise an AWS error."""


def run_checks(name: str, group: CheckGroup) -> list[Check]:
    """Run a group of checks. An AWS error ends it and becomes a check with unknown outcome."""
    checks: list[Check] = []
    try:
        # Not list(): the results before an error are kept.
        for check in group():
            checks.append(check)
    except AWS_ERRORS as error:
        reason = reason_of(error)
        found = f"could not be checked ({reason})"
        checks.append(Check(name, Outcome.UNKNOWN, found, _fix(reason)))
    return checks


def _fix(reason: str) -> str:
    if "Denied" in reason or "Unauthorized" in reason:
        return "use credentials that may read the resources of the guard's stack"
    return "run doctor again"


def exit_status(checks: Sequence[Check]) -> int:
    """Return 0 if all checks passed, 1 if a check failed, else 2: a check could not run."""
    outcomes = {check.outcome for check in checks}
    if Outcome.FAILED in outcomes:
        return 1
    return 2 if Outcome.UNKNOWN in outcomes else 0


def render_checks(title: str, checks: Sequence[Check]) -> str:
    """Render the checks as text, one line per check and per fix."""
    width = max(len(outcome) for outcome in Outcome)
    lines = [title]
    for check in checks:
        lines.append(f"  {check.outcome:<{width}}  {check.name}: {check.found}")
        if check.fix:
            lines.append(f"  {'':<{width}}    {check.fix}")
    return "\n".join(printable(line) for line in lines)


def checks_as_json(checks: Sequence[Check]) -> list[dict[str, str]]:
    """Return the checks as JSON objects with the keys name, outcome, found and fix."""
    return [asdict(check) for check in checks]
