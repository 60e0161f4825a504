"""The regions that a command works in, one after the other."""

import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from platform_guard.aws.clients import Clients
from platform_guard.aws.errors import AWS_ERRORS
from platform_guard_cli.caller import GET_CREDENTIALS, check_region
from platform_guard_cli.errors import UsageError
from platform_guard_cli.parser import EXIT_UNUSABLE

_NO_REGION = (
    'no region: write regions = ["eu-central-1"] under [deploy] in guard.toml, or set AWS_REGION'
)

Found = TypeVar("Found")


def regions_to_use(
    wanted: Sequence[str], clients_in: Callable[[str | None], Clients] = Clients
) -> tuple[str, ...]:
    """Give the regions that are wanted, each once; none: that of the environment.

    Raises UsageError where there is none, or there are no credentials.
    """
    try:
        here = clients_in(None)
        regions = tuple(dict.fromkeys(wanted)) or (_region_of_environment(here),)
        if not here.has_credentials():
            raise UsageError(f"no AWS credentials: {GET_CREDENTIALS}")
    except AWS_ERRORS as error:  # such as a profile that does not exist
        raise UsageError(" ".join(str(error).split())) from error
    return regions


def _region_of_environment(clients: Clients) -> str:
    region = clients.region
    if region is None:
        raise UsageError(_NO_REGION)
    check_region(region, "region of your AWS credentials")
    return region


def for_each_region(
    regions: Sequence[str], action: Callable[[str], Found]
) -> tuple[list[Found], int]:
    """Do something in each region, and give what it gave with an exit status.

    Where it cannot be done in one, as UsageError tells, that is said on standard error, the others
    have their turn, and the status is not 0.
    """
    found, status = [], 0
    for region in regions:
        try:
            found.append(action(region))
        except UsageError as error:
            print(f"platform-guard: {error}", file=sys.stderr)
            status = EXIT_UNUSABLE
    return found, status
