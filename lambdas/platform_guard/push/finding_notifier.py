"""Reporting findings about pushed images, quietly: collected, and some of them once a day."""

from contextlib import suppress
from dataclasses import dataclass

from aws_lambda_powertools.utilities.typing import LambdaContext

from platform_guard.alerts.alert import Alert, Status
from platform_guard.alerts.batch.outbox import AlertWindows
from platform_guard.alerts.settings import AlertSettings
from platform_guard.aws.idempotency import Once, UnderWayError
from platform_guard.push.open_findings import OpenFindings

DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class FindingReporter:
    """Takes the alerts about one event."""

    windows: AlertWindows
    open_findings: OpenFindings
    daily: Once
    """Remembers for a day."""
    settings: AlertSettings
    event_id: str
    context: LambdaContext
    pushed: str = ""
    """When the push was made that somebody is to hear of soon; empty where there is none."""

    def publish(self, alert: Alert) -> None:
        """Have an alert published together with what else there is about its repository."""
        may_be_rare = alert.status is Status.OPEN and not alert.is_told_always
        if may_be_rare and alert.code in self.settings.once_a_day:
            key = f"{alert.code} {_repository(alert)}"
            # While another process is reporting it, there is nothing to add. Should that one fail,
            # its event comes back.
            with suppress(UnderWayError):
                self.daily.run(key, lambda: self._collect(alert), self.context)
        else:
            self._collect(alert)

    def _collect(self, alert: Alert) -> None:
        key = f"{_repository(alert)} {alert.status}"
        seconds = self.settings.collect_seconds
        self.windows.add(key, alert, self.event_id, seconds, pushed=self.pushed)
        if self.settings.resolved and alert.status is Status.OPEN and alert.image:
            self.open_findings.note(alert.image, alert.code)


def _repository(alert: Alert) -> str:
    return f"{alert.account} {alert.region} {alert.repository}"
