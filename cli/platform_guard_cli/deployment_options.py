"""Options that say where the guard is deployed."""

import argparse

from platform_guard_cdk.naming import STACK_NAME
from platform_guard_settings.deploy import partition_of


def add_regions_option(parser: argparse.ArgumentParser, action: str) -> None:
    """Add `--region`, which limits a command to some regions. `action` begins its help text."""
    parser.add_argument(
        "--region",
        metavar="REGION",
        action="append",
        type=region_argument,
        default=[],
        help=f"{action} in this region; repeatable (default: [deploy] regions of guard.toml, or "
        "the region of your AWS credentials)",
    )


def add_stack_option(
    parser: argparse.ArgumentParser, help_text: str = "the CloudFormation stack of the guard"
) -> None:
    """Add `--stack`, the name of the guard's stack. `help_text` says which."""
    parser.add_argument(
        "--stack", metavar="NAME", default=STACK_NAME, help=f"{help_text} (default: %(default)s)"
    )


def region_argument(text: str) -> str:
    """Return the region of an option. Raises ArgumentTypeError, also for an empty string.

    An unset shell variable passes an empty string.
    """
    try:
        partition_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text
