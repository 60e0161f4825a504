"""Alerts that come in one message, because they are about the same thing at the same time."""

from dataclasses import dataclass, replace

from platform_guard.alerts.alert import Alert, Severity

OVERVIEW_CODE = "overview"
"""The code of an alert about several repositories, for each of which there was too little room."""

NAMES_KEPT = 40
"""How many alerts of a window are kept by name; the rest are counted."""

_NAMES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class AlertBatch:
    """What was collected in a window."""

    alerts: tuple[Alert, ...]
    """The first of each severity; at least one."""
    names: tuple[str, ...]
    """The first `NAMES_KEPT`, in the order in which they came."""
    count: int
    """All of them."""
    pushed: str = ""
    """When the first push among what they are about was made, as its event says; empty for none."""


def name_in_window(alert: Alert) -> str:
    """Name what an alert is about, for a list of such names."""
    return f"{_subject(alert)} ({alert.code})"


def overview(collected: AlertBatch) -> Alert:
    """Make one alert of those of several repositories: about none of them alone."""
    alert = _combined(collected, "repository")
    if collected.count == 1:
        return alert
    nothing = ""
    return replace(
        alert,
        code=OVERVIEW_CODE,
        repository=nothing,
        image=nothing,
        service=nothing,
        group=f"{alert.account}/{alert.region}/{OVERVIEW_CODE}",
    )


def combined(collected: AlertBatch) -> Alert:
    """Make one alert of those of a repository: the gravest, and what else there is."""
    return _combined(collected, "tag")


def _combined(collected: AlertBatch, noun: str) -> Alert:
    lead = min(collected.alerts, key=lambda alert: list(Severity)[::-1].index(alert.severity))
    more = collected.count - 1
    if not more:
        return lead
    nouns = noun if more == 1 else _plural(noun)
    subject = _subject(lead)
    return replace(
        lead,
        title=f"{subject} and {more:,} more {nouns}{lead.title[len(subject) :]}",
        summary=f"{lead.summary} {more:,} more {nouns} came at the same time; what follows is "
        f"about {subject}.",
        facts=(*lead.facts, ("Also", _listed(collected, name_in_window(lead)))),
    )


def _subject(alert: Alert) -> str:
    """Take what a title is about from its beginning: it ends at the first colon and space."""
    return alert.title.partition(": ")[0]


def _listed(collected: AlertBatch, lead: str) -> str:
    others = list(collected.names)
    if lead in others:
        others.remove(lead)
    shown = others[:_NAMES_SHOWN]
    missing = collected.count - 1 - len(shown)
    return ", ".join([*shown, f"and {missing:,} more"] if missing > 0 else shown)


def _plural(noun: str) -> str:
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
