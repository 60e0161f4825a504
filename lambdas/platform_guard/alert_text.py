"""An alert as plain text, for mail and for terminals."""

import textwrap

from platform_guard.alerts import Alert, Fix
from platform_guard.texts import printable

_WIDTH = 80
_SUBJECT_LIMIT = 100  # SNS Publish, Subject: ASCII, no line breaks, less than 100 characters


def render_subject(alert: Alert) -> str:
    """Render the subject of a mail: ASCII, one line, within the limit of SNS."""
    line = " ".join(printable(alert.title).split()).encode("ascii", "replace").decode()
    return line if len(line) < _SUBJECT_LIMIT else f"{line[: _SUBJECT_LIMIT - 5]} ..."


def render_text(alert: Alert) -> str:
    """Render the whole alert in 80 columns, but each command on one line, to be copied."""
    blocks = [_wrap(alert.title), _wrap(alert.summary), _facts(alert.facts)]
    if alert.evidence:
        blocks.append("Seen:\n" + "\n".join(f"  {printable(line)}" for line in alert.evidence))
    blocks.extend(_fix(fix) for fix in alert.fixes)
    return "\n\n".join(block for block in blocks if block) + "\n"


def _facts(facts: tuple[tuple[str, str], ...]) -> str:
    width = max((len(name) for name, _ in facts), default=0)
    return "\n".join(
        _wrap(value, first=f"  {name:<{width}}  ", rest=" " * (width + 4)) for name, value in facts
    )


def _fix(fix: Fix) -> str:
    return "\n".join([_wrap(f"{fix.title}:"), *(f"  {command}" for command in fix.commands)])


def _wrap(text: str, first: str = "", rest: str = "") -> str:
    # A name that is broken at a hyphen cannot be copied.
    return textwrap.fill(
        printable(text),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
