"""Making an alert fit where there is little room."""

from collections.abc import Callable
from dataclasses import replace

from platform_guard.alerts.alert import Alert, Fix
from platform_guard.text import cut

_CHARACTERS = 60_000
"""Of an alert that is rendered at all."""

_ROOMS = (2_000, 500, 200, 80)
"""How many characters each text of an alert may have, tried in turn."""

_LINES = 30
_FIXES = 12


def fitted(alert: Alert, fits: Callable[[Alert], bool]) -> Alert:
    """Cut an alert as far as it takes to fit, and no further."""
    for room in _ROOMS:
        if _weight(alert) <= _CHARACTERS and fits(alert):
            return alert
        alert = shortened(alert, room)
    return alert


def shortened(alert: Alert, room: int) -> Alert:
    """Cut every text of an alert to `room` characters, and every list to what people read.

    Commands are not cut: one that is ten times longer than a text may be is left out, and its fix
    says so.
    """
    return replace(
        alert,
        title=cut(alert.title, room),
        summary=cut(alert.summary, room),
        facts=tuple((cut(name, room), cut(value, room)) for name, value in alert.facts[:_LINES]),
        evidence=_listed(alert.evidence, room),
        fixes=tuple(_fix(fix, room) for fix in alert.fixes[:_FIXES]),
        image=cut(alert.image, room),
        group=cut(alert.group, room),
        repository=cut(alert.repository, room),
        service=cut(alert.service, room),
        links=tuple(link for link in alert.links if len(link.url) <= 4 * room),
    )


def _weight(alert: Alert) -> int:
    """Count the characters of an alert."""
    texts = [alert.title, alert.summary, alert.image, alert.group, *alert.evidence]
    for pair in alert.facts:
        texts.extend(pair)
    for fix in alert.fixes:
        texts.extend((fix.title, *fix.commands))
    texts.extend(link.url for link in alert.links)
    return sum(map(len, texts))


def _listed(lines: tuple[str, ...], room: int) -> tuple[str, ...]:
    shown = tuple(cut(line, room) for line in lines[:_LINES])
    more = len(lines) - len(shown)
    return (*shown, f"and {more} more") if more else shown


def _fix(fix: Fix, room: int) -> Fix:
    kept = tuple(command for command in fix.commands[:_FIXES] if len(command) <= 10 * room)
    missing = len(fix.commands) - len(kept)
    note = f" ({missing} too long to be shown)" if missing else ""
    return Fix(cut(fix.title, room) + note, kept)
