"""What a command needs of whoever runs it: AWS credentials and a region."""

from platform_guard.aws.clients import Clients
from platform_guard.aws.errors import AWS_ERRORS
from platform_guard.deploy_settings import partition_of
from platform_guard_cli.errors import UsageError

GET_CREDENTIALS = "set AWS_PROFILE, or run aws configure"
"""What whoever has no AWS credentials is told to do."""


def check_caller(clients: Clients, what: str) -> None:
    """Raise UsageError with what to set where `what`, such as `audit`, cannot call AWS at all."""
    try:
        if not clients.has_credentials():
            raise UsageError(f"{what} needs AWS credentials; {GET_CREDENTIALS}")
        region = clients.region
    except AWS_ERRORS as error:  # such as a profile that does not exist
        raise UsageError(" ".join(str(error).split())) from error
    if region is None:
        raise UsageError(f"{what} needs a region; set AWS_REGION")
    check_region(region, what)


def check_region(region: str, where: str) -> None:
    """Raise UsageError where a region is none. `where` says where it was found."""
    try:
        partition_of(region)
    except ValueError as error:
        raise UsageError(f"{where}: {error}") from error
