"""Aggregation of alerts that are sent as one message."""

from dataclasses import dataclass, replace

from platform_guard.alerts.alert import Alert, Severity

OVERVIEW_CODE = "overview"
"""The code of an alert that stands for several repositories."""

NAMES_KEPT = 40
"""Maximum number of alerts in a window that are kept by name; the rest are counted."""

_NAMES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class AlertBatch:
    """The alerts of a window."""

    alerts: tuple[Alert, ...]
    """The first alert of each severity; at least one."""
    names: tuple[str, ...]
    """The first `NAMES_KEPT`, in order of arrival."""
    count: int
    """The number of all alerts."""
    pushed: str = ""
    """The event time of the first push among them; empty if there is none."""


def batch_entry(alert: Alert) -> str:
    """Return the entry of an alert in the list of names: subject and code."""
    return f"{_subject(alert)} ({alert.code})"


def overview(batch: AlertBatch) -> Alert:
    """Combine the alerts of several repositories into one that names no single repository."""
    alert = _merge(batch, "repository")
    if batch.count == 1:
        return alert
    return replace(
        alert,
        code=OVERVIEW_CODE,
        repository="",
        image="",
        service="",
        group=f"{alert.account}/{alert.region}/{OVERVIEW_CODE}",
    )


def combine(batch: AlertBatch) -> Alert:
    """Combine the alerts of a repository: the most severe one, and a list of the others."""
    return _merge(batch, "tag")


def _merge(batch: AlertBatch, noun: str) -> Alert:
    most_severe = min(batch.alerts, key=lambda alert: list(Severity)[::-1].index(alert.severity))
    more = batch.count - 1
    if not more:
        return most_severe
    nouns = noun if more == 1 else _plural(noun)
    subject = _subject(most_severe)
    return replace(
        most_severe,
        title=f"{subject} and {more:,} more {nouns}{most_severe.title[len(subject) :]}",
        summary=f"{most_severe.summary} {more:,} more {nouns} came at the same time; "
        f"what follows is about {subject}.",
        facts=(*most_severe.facts, ("Also", _listed(batch, batch_entry(most_severe)))),
    )


def _subject(alert: Alert) -> str:
    """Return the subject of a title, which ends at the first colon and space."""
    return alert.title.partition(": ")[0]


def _listed(batch: AlertBatch, most_severe: str) -> str:
    others = list(batch.names)
    if most_severe in others:
        others.remove(most_severe)
    shown = others[:_NAMES_SHOWN]
    missing = batch.count - 1 - len(shown)
    return ", ".join([*shown, f"and {missing:,} more"] if missing > 0 else shown)


def _plural(noun: str) -> str:
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
