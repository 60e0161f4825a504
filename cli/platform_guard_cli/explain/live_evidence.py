"""Evidence from the live account, with the caller's credentials. Reads only."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from platform_guard.aws.clients import Clients
from platform_guard.aws.cloudformation import stack_outputs
from platform_guard.diagnosis.evidence.collector import EvidenceCollector, EvidenceRequest
from platform_guard.diagnosis.evidence.model import Evidence
from platform_guard.diagnosis.evidence.task import TaskDefinitions
from platform_guard.diagnosis.failure import PullFailure
from platform_guard.diagnosis.task_event import TaskStop
from platform_guard.remediation.ledger import STATE_TABLE_OUTPUT, Entry
from platform_guard.remediation.ledger_dynamodb import DynamoDbLedger
from platform_guard_cli.caller import check_caller

_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class DeployedRecords:
    """The records of the guard that stands where the task ran; none where no guard does.

    Looked up when they are wanted, so that one who may not see them gets the rest.
    """

    clients: Clients
    stack: str

    def entries(self, repository: str = "") -> Iterable[Entry]:
        """Give the entries of a repository, the newest first. Raises what AWS answers."""
        table = stack_outputs(self.clients.cloudformation, self.stack).get(STATE_TABLE_OUTPUT)
        if table is None:
            return ()
        return DynamoDbLedger(self.clients.dynamodb, table).entries(repository)


def collect_evidence(stop: TaskStop, failure: PullFailure, stack: str) -> Evidence:
    """Look up what the deployed function would look up; what cannot be had is part of it.

    `stack` is that of the guard. Raises UsageError where there are no credentials to look with.
    """
    clients = Clients(stop.region)
    check_caller(clients, "explain: --live")
    records = DeployedRecords(clients.fast_fail(stop.region), stack)
    collector = EvidenceCollector(clients, TaskDefinitions(), time.monotonic, records)
    return collector.collect(EvidenceRequest(stop, failure), _SECONDS)
