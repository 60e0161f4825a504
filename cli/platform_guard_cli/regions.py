"""The regions that a command runs in, one after the other."""

import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from platform_guard.aws.clients import Clients
from platform_guard.aws.errors import AWS_ERRORS
from platform_guard_cli.caller import CREDENTIALS_HINT, check_region
from platform_guard_cli.errors import UsageError
from platform_guard_cli.parser import EXIT_ERROR

_NO_REGION = (
    'no region: write regions = ["eu-central-1"] under [deploy] in guard.toml, or set AWS_REGION'
)

Result = TypeVar("Result")


def resolve_regions(
    requested: Sequence[str], clients_in: Callable[[str | None], Clients] = Clients
) -> tuple[str, ...]:
    """Return the requested regions without duplicates, or else the region of the environment.

    Raises UsageError if no region is known, or if there are no AWS credentials.
    """
    try:
        here = clients_in(None)
        regions = tuple(dict.fromkeys(requested)) or (_region_of_environment(here),)
        if not here.has_credentials():
            raise UsageError(f"no AWS credentials: {CREDENTIALS_HINT}")
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
    regions: Sequence[str], action: Callable[[str], Result]
) -> tuple[list[Result], int]:
    """Run an action in each region and return its results with an exit status.

    A UsageError in one region is printed on standard error and makes the status nonzero. The
    action still runs in the other regions.
    """
    results, status = [], 0
    for region in regions:
        try:
            results.append(action(region))
        except UsageError as error:
            print(f"platform-guard: {error}", file=sys.stderr)
            status = EXIT_ERROR
    return results, status
