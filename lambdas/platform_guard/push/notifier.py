"""Sends alerts about pushes and about the end of grace periods."""

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
    """Creates the publishers of alerts about pushes."""

    clients: Clients
    state_table: str
    dispatch_queue_url: str
    settings: AlertSettings

    def publisher(self, event_id: str, context: LambdaContext, *, pushed: str = "") -> Publish:
        """Return the publisher for an event.

        `pushed` is the time of the push event, for the metric push_to_alert.
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
        """Return the publisher for a finding, which also records that it was reported.

        The audit or sweep that enqueued a finding reports it; then only destructive remedies are
        published here.
        """
        pushed = "" if push.trigger else push.time
        publish = self.publisher(push.event_id, context, pushed=pushed)
        notified = NotifiedFindings(self.clients.dynamodb, self.state_table, time.time)

        def publish_and_record(alert: Alert) -> None:
            publish(alert)
            notified.record(push.image.repository.name, push.image.digest, fingerprint(policy))

        def publish_destructive(alert: Alert) -> None:
            if alert.bypass_throttling:
                publish(alert)

        return publish_destructive if push.trigger else publish_and_record


DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class FindingReporter:
    """Publishes the alerts about one event."""

    outbox: AlertOutbox
    open_findings: OpenFindings
    daily: Idempotency
    """Runs an action at most once a day per key."""
    settings: AlertSettings
    event_id: str
    context: LambdaContext
    pushed: str = ""
    """The time of the push event; empty for anything else."""

    def publish(self, alert: Alert) -> None:
        """Add an alert to the outbox, where alerts about one repository are grouped."""
        may_be_rare = alert.status is Status.OPEN and not alert.bypass_throttling
        if may_be_rare and alert.code in self.settings.once_a_day:
            key = f"{alert.code} {_repository(alert)}"
            # Another process is reporting it. If that fails, its event is redelivered.
            with suppress(InProgressError):
                self.daily.run(key, lambda: self._collect(alert), self.context)
        else:
            self._collect(alert)

    def _collect(self, alert: Alert) -> None:
        key = f"{_repository(alert)} {alert.status}"
        seconds = self.settings.collect_seconds
        self.outbox.add(key, alert, self.event_id, seconds, pushed=self.pushed)
        if self.settings.resolved and alert.status is Status.OPEN and alert.image:
            self.open_findings.record(alert.image, alert.code)


def _repository(alert: Alert) -> str:
    return f"{alert.account} {alert.region} {alert.repository}"
