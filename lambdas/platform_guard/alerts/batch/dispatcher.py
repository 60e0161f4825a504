"""Dispatch of a window: publish it, or add it to the overview above the rate limit."""

from dataclasses import dataclass

from platform_guard.alerts.batch.aggregate import OVERVIEW_CODE, combine, overview
from platform_guard.alerts.batch.outbox import AlertOutbox, Window
from platform_guard.alerts.batch.rate_limit import AlertRate
from platform_guard.alerts.sns import AlertTopic

_OVERVIEW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Dispatched:
    """The result of dispatching a window."""

    outcome: str
    pushed: str = ""
    """The event time of the first published push; empty if there is none."""


@dataclass(frozen=True, slots=True)
class AlertDispatcher:
    """Sends one alert per window."""

    windows: AlertOutbox
    topic: AlertTopic
    rate: AlertRate

    def dispatch(self, window: Window) -> Dispatched:
        """Claim a window and publish it. Idempotent."""
        batch = self.windows.claim(window)
        if batch is None:
            return Dispatched("already dispatched")
        if window.key.startswith(OVERVIEW_CODE):
            self.topic.publish(overview(batch))
            dispatched = Dispatched("published", batch.pushed)
        elif self.rate.allows():
            self.topic.publish(combine(batch))
            dispatched = Dispatched("published", batch.pushed)
        else:
            alert = combine(batch)
            event_id, pushed = window.generation, batch.pushed
            # Separate overviews, because one title cannot cover open and resolved alerts.
            key = f"{OVERVIEW_CODE} {alert.status}"
            self.windows.add(key, alert, event_id, _OVERVIEW_SECONDS, pushed=pushed)
            dispatched = Dispatched("added to overview")
        self.windows.delete_claimed(window)
        return dispatched
