"""Alerts about an incident once and counts further failures."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from aws_lambda_powertools.utilities.typing import LambdaContext

from platform_guard.alerts.alert import Alert
from platform_guard.alerts.sns import AlertTopic
from platform_guard.aws.idempotency import Idempotency, InProgressError
from platform_guard.diagnosis.incident_store import Incidents


class Reported(StrEnum):
    """How a failed task was reported."""

    ALERTED = "alerted"
    ONGOING = "ongoing"
    """Only counted: its incident was reported before."""


@dataclass(frozen=True, slots=True)
class IncidentReporter:
    """Alerts when an incident starts, then not again for `seconds`."""

    incidents: Incidents
    idempotency: Idempotency
    """Remembers a key for `seconds`."""
    topic: AlertTopic
    seconds: int

    def report(
        self,
        key: str,
        task_arn: str,
        make_alert: Callable[[int], Alert],
        context: LambdaContext,
    ) -> Reported:
        """Alert about a failed task, or only count it if its incident was reported.

        `make_alert` receives the number of tasks that failed since the last alert, and is called
        only if an alert is due. If the alert cannot be sent, the call raises, and the redelivered
        event sends it. A task that fails while another process sends the alert is only counted;
        if that process fails, its redelivered event sends the alert.
        """
        state = self.incidents.count_if_open(key, task_arn)
        if state.is_open:
            return Reported.ONGOING
        reported = Reported.ONGOING

        def alert() -> None:
            nonlocal reported
            self.topic.publish(make_alert(state.unnotified))
            self.incidents.open(key, task_arn, self.seconds, notified=state.unnotified)
            reported = Reported.ALERTED

        try:
            # An incident that recurs after its end alerts again.
            self.idempotency.run(f"{key} {state.ended}" if state.ended else key, alert, context)
        except InProgressError:
            self.incidents.count(key, task_arn)
            return Reported.ONGOING
        if reported is Reported.ONGOING:
            self.incidents.count(key, task_arn)
        return reported

    def is_ongoing(self, key: str, task_arn: str) -> bool:
        """Return whether the incident was reported, and if so count the failed task."""
        return self.incidents.count_if_open(key, task_arn).is_open
