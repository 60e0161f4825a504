"""Where the guard is deployed, as the caller of a command says it."""

import argparse

from platform_guard.deploy_settings import partition_of
from platform_guard_cdk.naming import STACK_NAME


def add_regions_option(parser: argparse.ArgumentParser, action: str) -> None:
    """Let the caller narrow what is done in every region. `action` is what is done there."""
    parser.add_argument(
        "--region",
        metavar="REGION",
        action="append",
        type=a_region,
        default=[],
        help=f"{action} in this region; repeatable (default: [deploy] regions of guard.toml, or "
        "the region of your AWS credentials)",
    )


def add_stack_option(
    parser: argparse.ArgumentParser, what: str = "the stack that holds the guard"
) -> None:
    """Let the caller name the stack of the guard. `what` says what it is needed for."""
    parser.add_argument(
        "--stack", metavar="NAME", default=STACK_NAME, help=f"{what} (default: %(default)s)"
    )


def a_region(text: str) -> str:
    """Read the region of an option, which an unset variable of the shell leaves empty."""
    try:
        partition_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text
