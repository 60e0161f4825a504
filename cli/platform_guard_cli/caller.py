"""The AWS credentials and the region that a command runs with."""

from platform_guard.aws.clients import Clients
from platform_guard.aws.errors import AWS_ERRORS
from platform_guard_cli.errors import UsageError
from platform_guard_settings.deploy import partition_of

CREDENTIALS_HINT = "set AWS_PROFILE, or run aws configure"
"""What to do about missing AWS credentials."""


def check_caller(clients: Clients, command: str) -> None:
    """Raise UsageError if AWS credentials or a region are missing.

    `command` is the name in the message, such as `audit`.
    """
    try:
        if not clients.has_credentials():
            raise UsageError(f"{command} needs AWS credentials; {CREDENTIALS_HINT}")
        region = clients.region
    except AWS_ERRORS as error:  # such as a profile that does not exist
        raise UsageError(" ".join(str(error).split())) from error
    if region is None:
        raise UsageError(f"{command} needs a region; set AWS_REGION")
    check_region(region, command)


def check_region(region: str, where: str) -> None:
    """Raise UsageError if AWS has no such region. `where` names the setting that it comes from."""
    try:
        partition_of(region)
    except ValueError as error:
        raise UsageError(f"{where}: {error}") from error
