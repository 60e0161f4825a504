"""Alerting about an incident once, and counting the tasks that keep failing."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from aws_lambda_powertools.utilities.typing import LambdaContext

from platform_guard.alerts.alert import Alert
from platform_guard.alerts.sns import AlertTopic
from platform_guard.aws.idempotency import Idempotency, InProgressError
from platform_guard.diagnosis.incident_store import Incidents


class Reported(StrEnum):
    """What became of a failed task."""

    ALERTED = "alerted"
    ONGOING = "ongoing"
    """It was counted: people know of its incident already."""


@dataclass(frozen=True, slots=True)
class IncidentReporter:
    """Alerts when an incident starts, and not again for `seconds`."""

    incidents: Incidents
    once: Idempotency
    """Remembers for `seconds`."""
    topic: AlertTopic
    seconds: int

    def report(
        self,
        key: str,
        task_arn: str,
        make_alert: Callable[[int], Alert],
        context: LambdaContext,
    ) -> Reported:
        """Alert about a failed task, or count it where its incident was alerted already.

        `make_alert` is given how many tasks failed since the last alert, and is called only where
        there is to be one. An alert that cannot be sent raises, and is sent when the event comes
        back. A task that fails while another process is sending the alert is counted; should that
        fail, it is sent when the event of the other process comes back.
        """
        standing = self.incidents.count_if_open(key, task_arn)
        if standing.is_open:
            return Reported.ONGOING
        reported = Reported.ONGOING

        def alert() -> None:
            nonlocal reported
            self.topic.publish(make_alert(standing.unnotified))
            self.incidents.open(key, task_arn, self.seconds, notified=standing.unnotified)
            reported = Reported.ALERTED

        try:
            # An incident that ended and comes back alerts again.
            self.once.run(f"{key} {standing.ended}" if standing.ended else key, alert, context)
        except InProgressError:
            self.incidents.count(key, task_arn)
            return Reported.ONGOING
        if reported is Reported.ONGOING:
            self.incidents.count(key, task_arn)
        return reported

    def is_ongoing(self, key: str, task_arn: str) -> bool:
        """Count a failed task and say so, where its incident was alerted already."""
        return self.incidents.count_if_open(key, task_arn).is_open
