"""Incidents that someone was alerted about: their names, and what is said while they go on."""

from dataclasses import dataclass, replace

from platform_guard.alerts.alert import Alert


@dataclass(frozen=True, slots=True, order=True)
class NotifiedIncident:
    """An incident of a service, and what its alert named."""

    key: str
    repository: str
    image: str
    """As `docker` calls it."""

    @property
    def cause(self) -> str:
        """Why the tasks failed, by its fixed name."""
        return self.key.rpartition(" ")[2]


def with_further_failures(alert: Alert, count: int) -> Alert:
    """Add how many tasks failed since the last alert about the same incident; none adds nothing."""
    if not count:
        return alert
    tasks = "task" if count == 1 else "tasks"
    return replace(
        alert,
        summary=f"{alert.summary} {count} more {tasks} failed since the last alert.",
        facts=(*alert.facts, ("Further failures", str(count))),
    )
