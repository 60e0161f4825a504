"""Explaining a stopped task: evidence, diagnosis, and one alert an incident."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from aws_lambda_powertools.utilities.typing import LambdaContext

from platform_guard.alerts.alert import Alert
from platform_guard.aws.clients import Clients
from platform_guard.aws.errors import AWS_ERRORS
from platform_guard.aws.idempotency import Idempotency, InProgressError
from platform_guard.diagnosis.diagnosis import (
    Diagnosis,
    alert_about_stop,
    diagnose,
    diagnose_exec_format,
    incident_key,
    repository_name,
)
from platform_guard.diagnosis.evidence.collector import EvidenceCollector, EvidenceRequest
from platform_guard.diagnosis.evidence.model import (
    Evidence,
    StoredImage,
    TaskDefinition,
    Unavailable,
)
from platform_guard.diagnosis.evidence.required import EvidenceKind, required_evidence
from platform_guard.diagnosis.evidence.task import look_up_architecture
from platform_guard.diagnosis.failure import PullFailure
from platform_guard.diagnosis.incident import NotifiedIncident, with_further_failures
from platform_guard.diagnosis.incident_reporter import IncidentReporter, Reported
from platform_guard.diagnosis.incident_store import ServiceIncidents
from platform_guard.diagnosis.task_event import TaskStop
from platform_guard.diagnosis.task_platform import platform_of_task


@dataclass(frozen=True, slots=True)
class NotExecFormat:
    """A task exited, and nothing says that its image cannot be executed."""

    reason: str
    is_compatible: bool = False
    """Whether the image itself says that it can be, so that nobody has to look again soon."""


class _NotCompatibleError(Exception):
    """The result must not be remembered for the image."""


@dataclass(frozen=True, slots=True)
class StopExplainer:
    """Explains the tasks that stop in one account."""

    clients: Clients
    collector: EvidenceCollector
    reporter: IncidentReporter
    found_compatible: Idempotency
    """Remembers for an hour of which images it is known that they can be executed."""
    context: LambdaContext
    seconds: float
    """How long the gathering of evidence may take."""
    services: ServiceIncidents | None = None
    """None if nobody wants to hear that a service is steady again."""

    def explain(self, stop: TaskStop, failure: PullFailure) -> Reported:
        """Alert about a task that could not pull its image, unless its incident is known."""

        def diagnosis() -> Diagnosis:
            there, evidence = self._collect_evidence(stop, failure)
            return diagnose(there, failure, evidence)

        return self._report(stop, failure, diagnosis)

    def check_exec_format(self, stop: TaskStop, failure: PullFailure) -> Reported | NotExecFormat:
        """Alert about a task that exited, if its image is for another platform.

        A fit image is looked at once an hour: a service in a crash loop exits all the time.
        """
        if self.reporter.is_ongoing(incident_key(stop, failure), stop.task_arn):
            return Reported.ONGOING
        outcome: Reported | NotExecFormat = NotExecFormat(
            "its image was found fit within the hour", is_compatible=True
        )

        def look() -> None:
            nonlocal outcome
            outcome = self._look(stop, failure)
            if not (isinstance(outcome, NotExecFormat) and outcome.is_compatible):
                raise _NotCompatibleError

        try:
            self.found_compatible.run(image_on_host(stop, failure), look, self.context)
        except InProgressError:
            return NotExecFormat("its image is being looked at")
        except _NotCompatibleError:
            pass
        return outcome

    def _look(self, stop: TaskStop, failure: PullFailure) -> Reported | NotExecFormat:
        there, evidence = self._collect_evidence(stop, failure)
        definition = evidence.task_definition
        stated = definition if isinstance(definition, TaskDefinition) else None
        if platform_of_task(there, stated) is None:
            return NotExecFormat("it exited, and the platform that it ran on was not seen")
        diagnosis = diagnose_exec_format(there, failure, evidence)
        if diagnosis is not None:
            return self._report(there, failure, lambda: diagnosis)
        match evidence.image:
            case StoredImage(verdict=verdict):
                reason = f"it exited, and of its image is known: {verdict.reason}"
                return NotExecFormat(reason, is_compatible=True)
            case Unavailable(what, why):
                return NotExecFormat(f"it exited, and {what} was not seen: {why}")
            case None:
                return NotExecFormat("it exited, and ECR has its image no more")

    def _collect_evidence(self, stop: TaskStop, failure: PullFailure) -> tuple[TaskStop, Evidence]:
        return collect_evidence(self.clients, self.collector, stop, failure, self.seconds)

    def _report(
        self, stop: TaskStop, failure: PullFailure, diagnosis: Callable[[], Diagnosis]
    ) -> Reported:
        def make_alert(further_failures: int) -> Alert:
            alert = alert_about_stop(stop, failure, diagnosis())
            return with_further_failures(alert, further_failures)

        key = incident_key(stop, failure)
        reported = self.reporter.report(key, stop.task_arn, make_alert, self.context)
        if reported is Reported.ALERTED and stop.service and self.services is not None:
            notified = NotifiedIncident(key, repository_name(failure), failure.image)
            self.services.note(stop.cluster_arn, stop.service, notified)
        return reported


def collect_evidence(
    clients: Clients,
    collector: EvidenceCollector,
    stop: TaskStop,
    failure: PullFailure,
    seconds: float,
) -> tuple[TaskStop, Evidence]:
    """Gather the evidence, the processor of the instance included, within `seconds` in all."""
    started = collector.clock()
    there = _with_architecture(clients, stop, failure)
    seconds_left = max(seconds - (collector.clock() - started), 0)
    return there, collector.collect(EvidenceRequest(there, failure), seconds_left)


def _with_architecture(clients: Clients, stop: TaskStop, failure: PullFailure) -> TaskStop:
    """Add the architecture of the instance if the evaluation of the image needs it.

    On EC2 a task without a runtime platform runs on whatever processor its instance has.
    """
    if (
        stop.cpu_architecture
        or failure.error.platform
        or not stop.container_instance_arn
        or EvidenceKind.IMAGE not in required_evidence(failure.cause)
    ):
        return stop
    try:
        architecture = look_up_architecture(clients.fast_fail(stop.region).ecs, stop)
    except AWS_ERRORS:
        return stop  # The task definition may say it.
    return replace(stop, cpu_architecture=architecture)


def image_on_host(stop: TaskStop, failure: PullFailure) -> str:
    """Name what is looked at once: an image, and what tells the platform that it ran on."""
    return f"{failure.digest or failure.image} {stop.cpu_architecture or stop.task_definition_arn}"
