"""Where the guard is deployed, as the caller of a command says it."""

import argparse

from stacks.naming import STACK_NAME


def add_deployment_options(parser: argparse.ArgumentParser) -> None:
    """Let the caller say where the one guard is that the command works with."""
    parser.add_argument(
        "--region",
        metavar="REGION",
        help="where it is deployed (default: that of your credentials)",
    )
    add_stack_option(parser, "its stack")


def add_regions_option(parser: argparse.ArgumentParser, deed: str) -> None:
    """Let the caller narrow what is done in every region. `deed` is what is done there."""
    parser.add_argument(
        "--region",
        metavar="REGION",
        action="append",
        default=[],
        help=f"{deed} here; may be given several times (default: [deploy] regions of the settings, "
        "or the region of your AWS credentials)",
    )


def add_stack_option(
    parser: argparse.ArgumentParser, what: str = "the stack that holds the guard"
) -> None:
    """Let the caller name the stack of the guard. `what` says what it is needed for."""
    parser.add_argument(
        "--stack", metavar="NAME", default=STACK_NAME, help=f"{what} (default: %(default)s)"
    )
