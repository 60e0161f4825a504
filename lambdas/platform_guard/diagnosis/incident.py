"""A reported incident, and the follow-up text of its alerts."""

from dataclasses import dataclass, replace

from platform_guard.alerts.alert import Alert


@dataclass(frozen=True, slots=True, order=True)
class NotifiedIncident:
    """An incident of a service that an alert reported."""

    key: str
    repository: str
    image: str
    """The image reference as Docker writes it."""

    @property
    def cause(self) -> str:
        """The cause, which is the last word of the key."""
        return self.key.rpartition(" ")[2]


def with_further_failures(alert: Alert, count: int) -> Alert:
    """Add the number of tasks that failed since the last alert about the incident."""
    if not count:
        return alert
    tasks = "task" if count == 1 else "tasks"
    return replace(
        alert,
        summary=f"{alert.summary} {count} more {tasks} failed since the last alert.",
        facts=(*alert.facts, ("Further failures", str(count))),
    )
