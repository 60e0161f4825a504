"""What a command needs of whoever runs it: AWS credentials and a region."""

from cli.errors import UsageError
from platform_guard.aws.clients import Clients
from platform_guard.aws.errors import AWS_ERRORS


def check_caller(clients: Clients, what: str) -> None:
    """Raise UsageError with what to set where `what`, such as `audit`, cannot call AWS at all."""
    try:
        if not clients.has_credentials():
            raise UsageError(f"{what} needs AWS credentials; set AWS_PROFILE, or run aws login")
        if clients.region is None:
            raise UsageError(f"{what} needs a region; set AWS_REGION")
    except AWS_ERRORS as error:  # such as a profile that does not exist
        raise UsageError(" ".join(str(error).split())) from error
