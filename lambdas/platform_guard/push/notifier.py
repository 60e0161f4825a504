"""Telling of what was found about a push, or about what it left to be done later."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from aws_lambda_powertools.utilities.typing import LambdaContext

from platform_guard.alerts.alert import Alert
from platform_guard.alerts.batch.outbox import AlertWindows
from platform_guard.alerts.settings import AlertSettings
from platform_guard.aws.clients import Clients
from platform_guard.aws.idempotency import Once
from platform_guard.event import Push
from platform_guard.fingerprint import fingerprint
from platform_guard.policy.policy import Policy
from platform_guard.push.finding_notifier import DAY_SECONDS, FindingReporter
from platform_guard.push.notified_findings import ToldFindings
from platform_guard.push.open_findings import OpenFindings

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
            AlertWindows(database, table, self.clients.sqs, self.dispatch_queue_url, time.time),
            OpenFindings(database, table, time.time),
            Once(database, table, "daily", DAY_SECONDS),
            self.settings,
            event_id,
            context,
            pushed,
        ).publish

    def publisher_about(self, push: Push, policy: Policy, context: LambdaContext) -> Publish:
        """Give what tells of a finding about a push, and of what was taken away for it."""
        pushed = "" if push.origin else push.time
        publish = self.publisher(push.event_id, context, pushed=pushed)
        told = ToldFindings(self.clients.dynamodb, self.state_table, time.time)

        def publish_and_note(alert: Alert) -> None:
            publish(alert)
            told.note(push.image.repository.name, push.image.digest, fingerprint(policy))

        def publish_deed(alert: Alert) -> None:
            # Whoever handed the finding over tells of it.
            if alert.is_told_always:
                publish(alert)

        return publish_deed if push.origin else publish_and_note
