"""Evidence from the live account, read with the caller's credentials."""

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
    """The records of the guard in the region of the task; empty if none is deployed there.

    Looked up on demand, so that a caller who may not read them still gets the other evidence.
    """

    clients: Clients
    stack: str

    def entries(self, repository: str = "") -> Iterable[Entry]:
        """Return the entries of a repository, newest first. Raises the AWS error of the lookup."""
        table = stack_outputs(self.clients.cloudformation, self.stack).get(STATE_TABLE_OUTPUT)
        if table is None:
            return ()
        return DynamoDbLedger(self.clients.dynamodb, table).entries(repository)


def collect_evidence(stop: TaskStop, failure: PullFailure, stack: str) -> Evidence:
    """Collect the evidence that the deployed function collects, failed lookups included.

    `stack` is the guard's stack. Raises UsageError if there are no AWS credentials.
    """
    clients = Clients(stop.region)
    check_caller(clients, "explain: --live")
    records = DeployedRecords(clients.fast_fail(stop.region), stack)
    collector = EvidenceCollector(clients, TaskDefinitions(), time.monotonic, records)
    return collector.collect(EvidenceRequest(stop, failure), _SECONDS)
