"""`platform-guard history`: what the guard has done to which image."""

import argparse
from datetime import UTC, datetime
from itertools import islice

from cli.deployment_options import add_deployment_options
from cli.history_rendering import as_json, for_people
from cli.parser import Commands

_SHOWN = 50


def add_history_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "history",
        help="show what the deployed guard has done to images",
        description="Shows what the deployed guard has done, the newest first: when, to which "
        "image, why, and the ID that `platform-guard undo` takes. Reads only.",
        epilog="Exit status: 0 shown, also where there is nothing; 2 bad usage.",
    )
    parser.add_argument("repository", metavar="REPO", nargs="?", default="", help="of one alone")
    parser.add_argument(
        "--limit", metavar="N", type=_a_count, default=_SHOWN, help=f"at most (default: {_SHOWN})"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    add_deployment_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # Importing the AWS SDK takes a while, which other commands have no use for.
    from cli.deployed_guard import find_deployed_guard, told_in_one_line

    guard = find_deployed_guard(options)
    with told_in_one_line("the ledger cannot be read"):
        entries = tuple(islice(guard.ledger.entries(options.repository), options.limit))
    now = datetime.now(UTC)
    if options.json:
        for entry in entries:
            print(as_json(entry, now))
        return 0
    shown = [for_people(entry, now) for entry in entries]
    print("\n\n".join(shown) or "The guard has changed nothing yet.")
    return 0


def _a_count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("write a number from 1 up")
    return number
