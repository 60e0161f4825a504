"""Rendering as plain text, for email, SMS and terminals."""

import textwrap

from platform_guard.alerts.alert import Alert, Fix, Link, Status
from platform_guard.text import displayable_command, one_line, printable

_WIDTH = 80
_SUBJECT_LIMIT = 100  # SNS Publish, Subject: ASCII, no line breaks, less than 100 characters


def render_subject(alert: Alert) -> str:
    """Render an email subject: ASCII, one line, within the limit of SNS."""
    line = one_line(alert.title).encode("ascii", "replace").decode()
    return line if len(line) < _SUBJECT_LIMIT else f"{line[: _SUBJECT_LIMIT - 5]} ..."


def render_text(alert: Alert) -> str:
    """Render the whole alert in 80 columns, with each command on one line for copying."""
    blocks = [_wrap(alert.title), _wrap(alert.summary), _facts(alert.facts)]
    if alert.evidence:
        blocks.append("Seen:\n" + "\n".join(f"  {printable(line)}" for line in alert.evidence))
    blocks.extend(_fix(fix) for fix in alert.fixes)
    blocks.append(_links(alert.links))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _facts(facts: tuple[tuple[str, str], ...]) -> str:
    width = max((len(name) for name, _ in facts), default=0)
    return "\n".join(
        _wrap(value, first=f"  {name:<{width}}  ", rest=" " * (width + 4)) for name, value in facts
    )


def _fix(fix: Fix) -> str:
    commands = (f"  {displayable_command(command)}" for command in fix.commands)
    return "\n".join([_wrap(f"{fix.title}{fix.ending}"), *commands])


def _links(links: tuple[Link, ...]) -> str:
    width = max((len(link.title) for link in links), default=0)
    lines = [f"  {link.title:<{width}}  {printable(link.url)}" for link in links]
    return "\n".join(["In the console:", *lines]) if links else ""


def _wrap(text: str, first: str = "", rest: str = "") -> str:
    # A name that breaks at a hyphen cannot be copied.
    return textwrap.fill(
        printable(text),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


_LIMIT = 140  # characters; SNS Publish: a text message of 140 bytes is sent as one


_CUT = " ..."


def render_short(alert: Alert) -> str:
    """Render one line of ASCII that fits into a single SMS message."""
    line = f"{status_label(alert)}: {one_line(alert.title)}".encode("ascii", "replace").decode()
    if len(line) <= _LIMIT:
        return line
    head = line[: _LIMIT - len(_CUT)]
    return head[: max(head.rfind(" "), _LIMIT // 2)] + _CUT


def status_label(alert: Alert) -> str:
    """Return the status, or the severity of an open problem, in capitals."""
    word = alert.severity if alert.status is Status.OPEN else alert.status
    return word.upper()
