"""The deployed guard of an account and region, found with the caller's credentials."""

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
    """The parts of the guard that an operator works with."""

    region: str
    clients: Clients
    ledger: DynamoDbLedger
    schedules: Schedules


def find_deployed_guard(region: str, stack: str) -> DeployedGuard:
    """Find the guard by its stack outputs. Raises UsageError if there is none."""
    clients = Clients(region)
    with user_errors(f"cannot read the stack {stack} in {region}"):
        outputs = stack_outputs(clients.cloudformation, stack)
    if STATE_TABLE_OUTPUT not in outputs:
        raise UsageError(
            f"no guard stack {stack} in {region}; "
            "name its region with --region and its stack with --stack, or deploy it again"
        )
    group = outputs.get(SCHEDULE_GROUP_OUTPUT)
    return DeployedGuard(
        region,
        clients,
        DynamoDbLedger(clients.dynamodb, outputs[STATE_TABLE_OUTPUT]),
        GraceSchedules(clients.scheduler, group) if group else NoSchedules(),
    )


@contextmanager
def user_errors(what: str) -> Iterator[None]:
    """Turn AWS errors into one line for the operator."""
    try:
        yield
    except AWS_ERRORS as error:
        raise UsageError(f"{what}: {' '.join(str(error).split())}") from error
