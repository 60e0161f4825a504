"""Truncation of alerts to the size limits of channels."""

from collections.abc import Callable
from dataclasses import replace

from platform_guard.alerts.alert import Alert, Fix
from platform_guard.text import cut

_CHARACTERS = 60_000
"""Maximum characters of an alert that is rendered."""

_TEXT_LIMITS = (2_000, 500, 200, 80)
"""Maximum characters of each text, tried in turn."""

_LINES = 30
_FIXES = 12


def shrink_to_fit(alert: Alert, fits: Callable[[Alert], bool]) -> Alert:
    """Truncate an alert step by step until `fits` returns True."""
    for limit in _TEXT_LIMITS:
        if _size(alert) <= _CHARACTERS and fits(alert):
            return alert
        alert = _truncated(alert, limit)
    return alert


def _truncated(alert: Alert, limit: int) -> Alert:
    """Truncate every text to `limit` characters, and every list to a readable length.

    Commands are never truncated. One that exceeds ten times the limit is omitted, and its fix says
    so.
    """
    return replace(
        alert,
        title=cut(alert.title, limit),
        summary=cut(alert.summary, limit),
        facts=tuple((cut(name, limit), cut(value, limit)) for name, value in alert.facts[:_LINES]),
        evidence=_listed(alert.evidence, limit),
        fixes=tuple(_fix(fix, limit) for fix in alert.fixes[:_FIXES]),
        image=cut(alert.image, limit),
        group=cut(alert.group, limit),
        repository=cut(alert.repository, limit),
        service=cut(alert.service, limit),
        links=tuple(link for link in alert.links if len(link.url) <= 4 * limit),
    )


def _size(alert: Alert) -> int:
    texts = [alert.title, alert.summary, alert.image, alert.group, *alert.evidence]
    for pair in alert.facts:
        texts.extend(pair)
    for fix in alert.fixes:
        texts.extend((fix.title, *fix.commands))
    texts.extend(link.url for link in alert.links)
    return sum(map(len, texts))


def _listed(lines: tuple[str, ...], limit: int) -> tuple[str, ...]:
    shown = tuple(cut(line, limit) for line in lines[:_LINES])
    more = len(lines) - len(shown)
    return (*shown, f"and {more} more") if more else shown


def _fix(fix: Fix, limit: int) -> Fix:
    kept = tuple(command for command in fix.commands[:_FIXES] if len(command) <= 10 * limit)
    missing = len(fix.commands) - len(kept)
    note = f" ({missing} too long to be shown)" if missing else ""
    return Fix(cut(fix.title, limit) + note, kept)
