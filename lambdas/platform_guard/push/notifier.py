"""Telling of what was found about a push, or about what it left to be done later."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from aws_lambda_powertools.utilities.typing import LambdaContext

from platform_guard.alerts.alert import Alert, Status
from platform_guard.alerts.batch.outbox import AlertOutbox
from platform_guard.alerts.settings import AlertSettings
from platform_guard.aws.clients import Clients
from platform_guard.aws.idempotency import Idempotency, InProgressError
from platform_guard.fingerprint import fingerprint
from platform_guard.policy.policy import Policy
from platform_guard.push.notified_findings import NotifiedFindings
from platform_guard.push.open_findings import OpenFindings
from platform_guard.registry.push_event import Push

Publish = Callable[[Alert], None]


@dataclass(frozen=True, slots=True)
class PushReporting:
    """Where alerts about pushes go."""

    clients: Clients
    state_table: str
    dispatch_queue_url: str
    settings: AlertSettings

    def publisher(self, event_id: str, context: LambdaContext, *, pushed: str = "") -> Publish:
        """Give what tells of an event.

        `pushed` is the time of the push that somebody is to hear of soon, as its event says.
        """
        database, table = self.clients.dynamodb, self.state_table
        return FindingReporter(
            AlertOutbox(database, table, self.clients.sqs, self.dispatch_queue_url, time.time),
            OpenFindings(database, table, time.time),
            Idempotency(database, table, "daily", DAY_SECONDS),
            self.settings,
            event_id,
            context,
            pushed,
        ).publish

    def publisher_about(self, push: Push, policy: Policy, context: LambdaContext) -> Publish:
        """Give what tells of a finding about a push, and of what was taken away for it."""
        pushed = "" if push.origin else push.time
        publish = self.publisher(push.event_id, context, pushed=pushed)
        notified = NotifiedFindings(self.clients.dynamodb, self.state_table, time.time)

        def publish_and_note(alert: Alert) -> None:
            publish(alert)
            notified.note(push.image.repository.name, push.image.digest, fingerprint(policy))

        def publish_deed(alert: Alert) -> None:
            # Whoever handed the finding over tells of it.
            if alert.bypass_throttling:
                publish(alert)

        return publish_deed if push.origin else publish_and_note


DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class FindingReporter:
    """Takes the alerts about one event."""

    windows: AlertOutbox
    open_findings: OpenFindings
    daily: Idempotency
    """Remembers for a day."""
    settings: AlertSettings
    event_id: str
    context: LambdaContext
    pushed: str = ""
    """When the push was made that somebody is to hear of soon; empty where there is none."""

    def publish(self, alert: Alert) -> None:
        """Have an alert published together with what else there is about its repository."""
        may_be_rare = alert.status is Status.OPEN and not alert.bypass_throttling
        if may_be_rare and alert.code in self.settings.once_a_day:
            key = f"{alert.code} {_repository(alert)}"
            # While another process is reporting it, there is nothing to add. Should that one fail,
            # its event comes back.
            with suppress(InProgressError):
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
