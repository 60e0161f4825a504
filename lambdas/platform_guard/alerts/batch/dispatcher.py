"""Publishing what was collected in a window, or putting it into the overview if it is too much."""

from dataclasses import dataclass

from platform_guard.alerts.batch.aggregate import OVERVIEW_CODE, combined, overview
from platform_guard.alerts.batch.outbox import AlertOutbox, Window
from platform_guard.alerts.batch.rate_limit import AlertRate
from platform_guard.alerts.sns import AlertTopic

_OVERVIEW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What became of a window."""

    outcome: str
    pushed: str = ""
    """When the first push that was told of was made, as its event says; empty for none."""


@dataclass(frozen=True, slots=True)
class AlertDispatcher:
    """Sends one alert a window."""

    windows: AlertOutbox
    topic: AlertTopic
    rate: AlertRate

    def dispatch(self, window: Window) -> Dispatched:
        """Take a window, and say what became of it. Safe to repeat."""
        collected = self.windows.take(window)
        if collected is None:
            return Dispatched("done before")
        if window.key.startswith(OVERVIEW_CODE):
            self.topic.publish(overview(collected))
            dispatched = Dispatched("published", collected.pushed)
        elif self.rate.admits():
            self.topic.publish(combined(collected))
            dispatched = Dispatched("published", collected.pushed)
        else:
            alert = combined(collected)
            event_id, pushed = window.generation, collected.pushed
            # What is resolved and what is not would make each other's title false.
            key = f"{OVERVIEW_CODE} {alert.status}"
            self.windows.add(key, alert, event_id, _OVERVIEW_SECONDS, pushed=pushed)
            dispatched = Dispatched("put into the overview")
        self.windows.forget(window)
        return dispatched
