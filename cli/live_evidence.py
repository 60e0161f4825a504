"""Evidence from the live account, with the caller's credentials. Reads only."""

import time

from cli.errors import UsageError
from platform_guard.aws.clients import Clients
from platform_guard.aws.evidence_gathering import EvidenceGatherer, Question
from platform_guard.aws.task_definitions import TaskDefinitions
from platform_guard.evidence import Evidence
from platform_guard.pull_failures import PullFailure
from platform_guard.task_stops import TaskStop

_SECONDS = 20.0


def gather_evidence(stop: TaskStop, failure: PullFailure) -> Evidence:
    """Look up what the deployed function would look up; what cannot be had is part of it.

    Raises UsageError where there are no credentials to look with.
    """
    clients = Clients(stop.region)
    if not clients.has_credentials():
        raise UsageError("explain: --live needs AWS credentials; set AWS_PROFILE, or run aws login")
    gatherer = EvidenceGatherer(clients, TaskDefinitions(), time.monotonic)
    return gatherer.gather(Question(stop, failure), _SECONDS)
