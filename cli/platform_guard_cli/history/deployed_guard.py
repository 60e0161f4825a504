"""Opens the ledger of the deployed guard with the caller's credentials."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from platform_guard.aws.clients import Clients
from platform_guard.aws.cloudformation import stack_outputs
from platform_guard.aws.errors import AWS_ERRORS
from platform_guard.remediation.grace_schedule import GraceSchedules, NoSchedules, Schedules
from platform_guard.remediation.ledger import SCHEDULE_GROUP_OUTPUT, STATE_TABLE_OUTPUT
from platform_guard.remediation.ledger_dynamodb import DynamoDbLedger
from platform_guard_cli.errors import UsageError


@dataclass(frozen=True, slots=True)
class DeployedGuard:
    """The resources of the guard that `history` and `undo` use."""

    region: str
    clients: Clients
    ledger: DynamoDbLedger
    schedules: Schedules


def find_deployed_guard(region: str, stack: str) -> DeployedGuard:
    """Find the guard by its stack outputs. Raises UsageError if it is not deployed."""
    clients = Clients(region)
    with user_errors(f"Cannot read stack {stack} in {region}"):
        outputs = stack_outputs(clients.cloudformation, stack)
    if STATE_TABLE_OUTPUT not in outputs:
        raise UsageError(
            f"Stack {stack} in {region} is not a guard, or not deployed. "
            "Name its region with --region and its stack with --stack, or run make deploy."
        )
    group = outputs.get(SCHEDULE_GROUP_OUTPUT)
    return DeployedGuard(
        region,
        clients,
        DynamoDbLedger(clients.dynamodb, outputs[STATE_TABLE_OUTPUT]),
        GraceSchedules(clients.scheduler, group) if group else NoSchedules(),
    )


@contextmanager
def user_errors(problem: str) -> Iterator[None]:
    """Turn an AWS error into a UsageError. `problem` begins its message."""
    try:
        yield
    except AWS_ERRORS as error:
        raise UsageError(f"{problem}: {' '.join(str(error).split())}") from error
