"""The diagnosis of a task that could not pull or execute its image, and the alert about it."""

from dataclasses import dataclass

from platform_guard.alerts.alert import Alert, Fix, Link, Severity
from platform_guard.alerts.console import links_to_image, service_page, task_logs_page, task_page
from platform_guard.diagnosis.context import PullContext
from platform_guard.diagnosis.evidence.model import NO_EVIDENCE, Evidence
from platform_guard.diagnosis.evidence_text import evidence_lines
from platform_guard.diagnosis.failure import PullFailure
from platform_guard.diagnosis.fixes.by_cause import fixes_for
from platform_guard.diagnosis.fixes.network import runbook_link
from platform_guard.diagnosis.fixes.target import target_of
from platform_guard.diagnosis.pull_error.classifier import Cause
from platform_guard.diagnosis.summary import headline, summary
from platform_guard.diagnosis.task_event import TaskStop

_MAX_ERROR_LENGTH = 1024  # the limit of the EC2 agent, so longer texts are rare

_WITH_RUNBOOK = frozenset(
    {
        Cause.NETWORK_REGISTRY,
        Cause.NETWORK_LAYERS,
        Cause.NETWORK_DNS,
        Cause.REGISTRY_AUTH,
        Cause.CANCELED,
        Cause.UNKNOWN,
    }
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why a task did not start, and how to fix it."""

    cause: Cause
    image: str
    """As written; empty if unknown."""
    platform: str
    """The required platform, as `os/arch[/variant]`; empty if unknown."""
    headline: str
    """The problem in a few words."""
    summary: str
    """The problem in a sentence or two."""
    facts: tuple[tuple[str, str], ...]
    evidence: tuple[str, ...]
    fixes: tuple[Fix, ...]
    """Most likely first."""
    truncated: bool
    """Whether the error text was truncated."""


def diagnose(
    stop: TaskStop | None, failure: PullFailure, evidence: Evidence = NO_EVIDENCE
) -> Diagnosis:
    """Diagnose a pull failure; without `stop` only from the error text."""
    case = PullContext(failure, stop, evidence)
    return Diagnosis(
        cause=case.cause,
        image=failure.image,
        platform=str(case.platform or ""),
        headline=headline(case),
        summary=summary(case),
        facts=tuple((name, value) for name, value in _facts(case) if value),
        evidence=evidence_lines(case),
        fixes=fixes_for(case),
        truncated=failure.error.truncated,
    )


def diagnose_exec_format(
    stop: TaskStop, candidate: PullFailure, evidence: Evidence
) -> Diagnosis | None:
    """Diagnose an immediate exit; None unless ECR shows an image for another platform."""
    if not PullContext(candidate, stop, evidence).cannot_run:
        return None
    return diagnose(stop, candidate, evidence)


def alert_about_stop(stop: TaskStop, failure: PullFailure, diagnosis: Diagnosis) -> Alert:
    """Build the alert about a stopped task."""
    who = stop.service or stop.family
    return Alert(
        severity=Severity.WARNING,
        code=diagnosis.cause,
        repository=repository_name(failure),
        title=f"{who}: {diagnosis.headline} ({diagnosis.cause})",
        summary=diagnosis.summary,
        facts=diagnosis.facts,
        evidence=diagnosis.evidence,
        fixes=diagnosis.fixes,
        group=incident_key(stop, failure),
        links=_links(stop, failure),
        account=stop.account,
        region=stop.region,
        image=failure.image,
        service=stop.service,
    )


def _links(stop: TaskStop, failure: PullFailure) -> tuple[Link, ...]:
    where, task = (stop.region, stop.cluster), stop.task_id
    service = [Link("Service", service_page(*where, stop.service))] if stop.service else []
    return (
        *service,
        Link("Task", task_page(*where, task)),
        Link("Logs", task_logs_page(*where, task)),
        *(links_to_image(failure.reference) if failure.reference else ()),
    )


def incident_key(stop: TaskStop, failure: PullFailure) -> str:
    """Return the key of the incident, equal for all tasks that fail in the same way.

    It contains cluster, service or family, image (by digest if known), and cause.
    """
    who = f"service:{stop.service}" if stop.service else f"family:{stop.family}"
    return " ".join([stop.cluster_arn, who, failure.digest or failure.image or "-", failure.cause])


def _facts(case: PullContext) -> list[tuple[str, str]]:
    stop, failure = case.stop, case.failure
    return [
        *(_task_facts(stop) if stop else []),
        ("Container", failure.container.name if failure.container else ""),
        ("Image", failure.image),
        ("Digest", failure.digest if failure.digest not in failure.image else ""),
        ("Holds", case.stored.image.platform_summary if case.stored else ""),
        ("Wanted", str(case.platform or "")),
        ("ECS says", _ecs_error(case)),
        ("Runbook", runbook_link(target_of(case)) if stop and case.cause in _WITH_RUNBOOK else ""),
    ]


def _task_facts(stop: TaskStop) -> list[tuple[str, str]]:
    return [
        ("Service", stop.service),
        ("Definition", stop.task_definition),
        ("Cluster", stop.cluster),
        ("Account", f"{stop.account}, {stop.region}"),
        ("Task", stop.task_id),
        ("Stopped", stop.stopped_at or stop.time),
    ]


def _ecs_error(case: PullContext) -> str:
    text = " ".join(case.failure.error.text.split())
    shown = text if len(text) <= _MAX_ERROR_LENGTH else f"{text[:_MAX_ERROR_LENGTH]} …"
    exit_code = case.failure.container.exit_code if case.failure.container else None
    return shown if exit_code is None else f"{shown} (exit code {exit_code})".strip()


def repository_name(failure: PullFailure) -> str:
    """Return the name of the repository, in ECR or elsewhere; `unknown` if there is none."""
    if failure.reference is not None:
        return failure.reference.repository.name
    name = failure.image.partition("@")[0]
    head, slash, last = name.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}" or "unknown"
