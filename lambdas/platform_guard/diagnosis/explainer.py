"""Explains a stopped task: evidence, diagnosis, and one alert per incident."""

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
    """A container exited, but its image is not known to be the cause."""

    reason: str
    is_compatible: bool = False
    """Whether the image matches the platform, so that it need not be checked again soon."""


class _NotCompatibleError(Exception):
    """Raised so that `Idempotency` does not remember the image as compatible."""


@dataclass(frozen=True, slots=True)
class StopExplainer:
    """Explains stopped tasks of one account."""

    clients: Clients
    collector: EvidenceCollector
    reporter: IncidentReporter
    compatible_images: Idempotency
    """Remembers for an hour which images match their platform."""
    context: LambdaContext
    seconds: float
    """The time limit for evidence."""
    services: ServiceIncidents | None = None
    """None if resolutions are not reported."""

    def explain(self, stop: TaskStop, failure: PullFailure) -> Reported:
        """Alert about a task that could not pull its image, unless its incident is known."""

        def diagnosis() -> Diagnosis:
            stop_on_host, evidence = self._collect_evidence(stop, failure)
            return diagnose(stop_on_host, failure, evidence)

        return self._report(stop, failure, diagnosis)

    def check_exec_format(self, stop: TaskStop, failure: PullFailure) -> Reported | NotExecFormat:
        """Alert about a task that exited, if its image is for another platform.

        A compatible image is checked once an hour, because a crash loop keeps exiting.
        """
        if self.reporter.is_ongoing(incident_key(stop, failure), stop.task_arn):
            return Reported.ONGOING
        outcome: Reported | NotExecFormat = NotExecFormat(
            "the image was found compatible within the last hour", is_compatible=True
        )

        def check() -> None:
            nonlocal outcome
            outcome = self._check_image(stop, failure)
            if not (isinstance(outcome, NotExecFormat) and outcome.is_compatible):
                raise _NotCompatibleError

        try:
            self.compatible_images.run(image_check_key(stop, failure), check, self.context)
        except InProgressError:
            return NotExecFormat("another invocation is checking the image")
        except _NotCompatibleError:
            pass
        return outcome

    def _check_image(self, stop: TaskStop, failure: PullFailure) -> Reported | NotExecFormat:
        stop_on_host, evidence = self._collect_evidence(stop, failure)
        found = evidence.task_definition
        definition = found if isinstance(found, TaskDefinition) else None
        if platform_of_task(stop_on_host, definition) is None:
            return NotExecFormat("the platform of the exited task is unknown")
        diagnosis = diagnose_exec_format(stop_on_host, failure, evidence)
        if diagnosis is not None:
            return self._report(stop_on_host, failure, lambda: diagnosis)
        match evidence.image:
            case StoredImage(verdict=verdict):
                reason = f"the image does not explain the exit: {verdict.reason}"
                return NotExecFormat(reason, is_compatible=True)
            case Unavailable(what, why):
                return NotExecFormat(f"could not read {what}: {why}")
            case None:
                return NotExecFormat("the image is no longer in ECR")

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
            self.services.record(stop.cluster_arn, stop.service, notified)
        return reported


def collect_evidence(
    clients: Clients,
    collector: EvidenceCollector,
    stop: TaskStop,
    failure: PullFailure,
    seconds: float,
) -> tuple[TaskStop, Evidence]:
    """Collect the evidence within `seconds`.

    The returned stop includes the architecture of its instance, if that was needed and found.
    """
    started = collector.clock()
    stop_on_host = _with_architecture(clients, stop, failure)
    seconds_left = max(seconds - (collector.clock() - started), 0)
    return stop_on_host, collector.collect(EvidenceRequest(stop_on_host, failure), seconds_left)


def _with_architecture(clients: Clients, stop: TaskStop, failure: PullFailure) -> TaskStop:
    """Add the architecture of the instance if the evaluation of the image needs it.

    On EC2 a task without a runtime platform runs on the architecture of its instance.
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
        return stop  # The task definition may state the architecture.
    return replace(stop, cpu_architecture=architecture)


def image_check_key(stop: TaskStop, failure: PullFailure) -> str:
    """Return the cache key of an image check: the image and what determines the platform."""
    return f"{failure.digest or failure.image} {stop.cpu_architecture or stop.task_definition_arn}"
