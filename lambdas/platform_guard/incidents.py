"""What is said of an incident that goes on."""

from dataclasses import replace

from platform_guard.alerts import Alert


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
