"""ECS tasks that cannot pull or execute their image: explained once per incident.

    ECS ─ STOPPED ─▶ rules ─▶ queue ─▶ handler ─▶ classify ─▶ collect evidence ─▶ diagnose ─▶ alert

The queue delivers at least once, and a failing service stops a task every few seconds. The first
stopped task of an incident is explained; each further one costs a single call that counts it.
"""

import os
import time
from functools import partial
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from platform_guard.aws.clients import Clients
from platform_guard.aws.sqs_batch import count, handle_each, logger, metrics, seconds_before
from platform_guard.diagnosis.evidence.task import TaskDefinitions
from platform_guard.diagnosis.failure import PullFailure, exec_format_candidates, pull_failure
from platform_guard.diagnosis.steady_service import (
    SteadyService,
    is_service_event,
    parse_steady_service,
)
from platform_guard.diagnosis.task_event import TaskStop, parse_task_stop
from platform_guard.environment import environment_variable
from platform_guard.event import Ignored, parse_json
from platform_guard.settings import deployed_settings

if TYPE_CHECKING:
    from platform_guard.diagnosis.explainer import StopExplainer
    from platform_guard.diagnosis.incident_reporter import Reported

# Left at the end of the function's timeout for the state table and the alert.
_RESERVED_SECONDS = 15

# A prompt diagnosis with less evidence is worth more than a late one.
_EVIDENCE_SECONDS = 15.0

# How long the image of an exited container is not checked again: a compatible one, and one that
# could not be read.
_COMPATIBLE_SECONDS = 3600
_UNKNOWN_SECONDS = 60
_MAX_CACHED_IMAGES = 10_000

settings = deployed_settings()
topic_arn = environment_variable(os.environ, "GUARD_TOPIC_ARN")
state_table = environment_variable(os.environ, "GUARD_STATE_TABLE")
region = environment_variable(os.environ, "AWS_REGION")

clients = Clients()
task_definitions = TaskDefinitions()

not_exec_format_until: dict[str, float] = {}
"""Images of exited tasks that need no check until then, in seconds of `time.monotonic`."""


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, object], context: LambdaContext) -> PartialItemFailureResponse:
    """Explain a batch of stopped tasks and return the failed ones, which are redelivered."""
    return handle_each(
        event,
        context,
        _handle,
        failure="could not explain a stopped task",
        counted_as="stops_failed",
    )


def _handle(record: SQSRecord, context: LambdaContext) -> None:
    event = parse_json(record.body)
    if is_service_event(event):
        _handle_service(event, context)
        return
    match parse_task_stop(event):
        case Ignored(reason):
            _ignore(reason)
        case TaskStop() as stop:
            with logger.append_context_keys(
                cluster=stop.cluster, group=stop.group, task=stop.task_id
            ):
                count("stops_seen")
                _explain(stop, context)


def _handle_service(event: object, context: LambdaContext) -> None:
    match parse_steady_service(event):
        case Ignored(reason):
            _ignore(reason)
        case SteadyService() as steady:
            count("steady_services_seen")
            _notify_if_resolved(steady, context)


def _notify_if_resolved(steady: SteadyService, context: LambdaContext) -> None:
    """Report that a service is steady again, if it had an incident."""
    from platform_guard.alerts.sns import AlertTopic
    from platform_guard.aws.idempotency import Idempotency
    from platform_guard.diagnosis.incident_store import Incidents, ServiceIncidents
    from platform_guard.diagnosis.steady_service import alerts_about_steady_service

    database = clients.dynamodb
    services = ServiceIncidents(database, state_table, time.time)
    known = services.incidents_of(steady.cluster_arn, steady.service)
    if not known:
        _ignore("the service has no reported incident")
        return

    topic = AlertTopic(clients.sns, topic_arn)
    idempotency = Idempotency(database, state_table, scope="steady")
    for alert in alerts_about_steady_service(steady, known):
        key = f"{steady.event_id} {alert.repository}"
        idempotency.run(key, partial(topic.publish, alert), context)
    incidents = Incidents(database, state_table, time.time)
    for incident in known:
        incidents.end(incident.key)
    services.forget(steady.cluster_arn, steady.service)
    logger.info("resolved", cluster=steady.cluster, service=steady.service)
    count("incidents_resolved")


def _explain(stop: TaskStop, context: LambdaContext) -> None:
    failure = pull_failure(stop)
    if failure is not None:
        _log(failure, _explainer(context).explain(stop, failure))
        return
    candidates = exec_format_candidates(stop) if settings.exec_format else ()
    if not candidates:
        _ignore("the task did not stop because of its image")
    for candidate in candidates:
        _check(stop, candidate, context)


def _check(stop: TaskStop, candidate: PullFailure, context: LambdaContext) -> None:
    """Check the image of an exited container unless this process did so recently."""
    # Imported here to keep cold starts short: only failed pulls need it.
    from platform_guard.diagnosis.explainer import NotExecFormat, image_check_key

    key = image_check_key(stop, candidate)
    if not_exec_format_until.get(key, 0) > time.monotonic():
        _ignore("the image of the exited container was checked recently")
        return
    match _explainer(context).check_exec_format(stop, candidate):
        case NotExecFormat(reason, is_compatible):
            if len(not_exec_format_until) >= _MAX_CACHED_IMAGES:
                not_exec_format_until.clear()
            seconds = _COMPATIBLE_SECONDS if is_compatible else _UNKNOWN_SECONDS
            not_exec_format_until[key] = time.monotonic() + seconds
            _ignore(reason)
        case reported:
            _log(candidate, reported)


def _explainer(context: LambdaContext) -> "StopExplainer":
    from platform_guard.alerts.sns import AlertTopic
    from platform_guard.aws.idempotency import Idempotency
    from platform_guard.diagnosis.evidence.collector import EvidenceCollector
    from platform_guard.diagnosis.explainer import StopExplainer
    from platform_guard.diagnosis.incident_reporter import IncidentReporter
    from platform_guard.diagnosis.incident_store import Incidents, ServiceIncidents
    from platform_guard.remediation.ledger_dynamodb import DynamoDbLedger

    database, seconds = clients.dynamodb, settings.incident_minutes * 60
    return StopExplainer(
        clients,
        EvidenceCollector(
            clients,
            task_definitions,
            time.monotonic,
            DynamoDbLedger(clients.fast_fail(region).dynamodb, state_table),
        ),
        IncidentReporter(
            Incidents(database, state_table, time.time),
            Idempotency(database, state_table, "incident", seconds),
            AlertTopic(clients.sns, topic_arn),
            seconds,
        ),
        Idempotency(database, state_table, "exited-image", _COMPATIBLE_SECONDS),
        context,
        _evidence_seconds(context),
        ServiceIncidents(database, state_table, time.time) if settings.alerts.resolved else None,
    )


def _evidence_seconds(context: LambdaContext) -> float:
    return min(_EVIDENCE_SECONDS, seconds_before(_RESERVED_SECONDS, context))


def _log(failure: PullFailure, reported: "Reported") -> None:
    count(f"cause.{failure.cause}")
    count(f"incidents_{reported}")
    logger.info("explained", outcome=reported.value, cause=failure.cause, image=failure.image)


def _ignore(reason: str) -> None:
    logger.info("event ignored", outcome="ignored", reason=reason)
    count("stops_ignored")
