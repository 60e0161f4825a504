"""Where the guard is deployed, as the caller of a command says it."""

import argparse

_STACK = "ecr-platform-guard"


def add_deployment_options(parser: argparse.ArgumentParser) -> None:
    """Let the caller say where the guard is deployed."""
    parser.add_argument(
        "--region",
        metavar="REGION",
        help="where it is deployed (default: that of your credentials)",
    )
    parser.add_argument(
        "--stack", metavar="NAME", default=_STACK, help=f"its stack (default: {_STACK})"
    )
