"""`platform-guard history`: lists the guard's actions."""

import argparse
import heapq
from datetime import UTC, datetime
from itertools import islice

from platform_guard.remediation.ledger import Entry
from platform_guard.text import printable
from platform_guard_cli.deployment_options import add_regions_option, add_stack_option
from platform_guard_cli.history.rendering import as_json, as_text
from platform_guard_cli.parser import Commands
from platform_guard_cli.settings_options import add_settings_option, selected_regions

_DEFAULT_LIMIT = 50


def add_history_command(commands: Commands) -> None:
    """Add `history` to the command line."""
    parser = commands.add_parser(
        "history",
        help="list the actions of the deployed guard on images",
        description="List the actions of the deployed guard, newest first: time, image, reason "
        "and the ID for `platform-guard undo`. Read-only.",
        epilog="Exit status: 0 success, even without actions; 2 invalid usage or failed lookup.",
    )
    parser.add_argument(
        "repository", metavar="REPO", nargs="?", default="", help="only this repository"
    )
    parser.add_argument(
        "--limit",
        metavar="N",
        type=_positive_integer,
        default=_DEFAULT_LIMIT,
        help=f"maximum number of actions (default: {_DEFAULT_LIMIT})",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    add_regions_option(parser, "search")
    add_stack_option(parser)
    add_settings_option(parser, "that was deployed")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # Imported here: other commands do not need the AWS SDK, which loads slowly.
    from platform_guard_cli.history.deployed_guard import find_deployed_guard, user_errors
    from platform_guard_cli.regions import for_each_region, resolve_regions

    regions = resolve_regions(selected_regions(options))
    limit: int = options.limit

    def read_entries(region: str) -> tuple[str, tuple[Entry, ...]]:
        guard = find_deployed_guard(region, options.stack)
        with user_errors(f"Cannot read the ledger in {region}"):
            return region, tuple(islice(guard.ledger.entries(options.repository), limit))

    found, status = for_each_region(regions, read_entries)
    newest_first = heapq.merge(
        *(entries for _, entries in found), key=lambda entry: entry.at, reverse=True
    )
    now = datetime.now(UTC)
    shown = [
        as_json(entry, now) if options.json else as_text(entry, now)
        for entry in islice(newest_first, limit)
    ]
    if shown:
        print(("\n" if options.json else "\n\n").join(shown))
    elif found and not options.json:
        print(_empty_message(options.repository, [region for region, _ in found]))
    return status


def _empty_message(repository: str, regions: list[str]) -> str:
    scope = f" on {repository}" if repository else ""
    return printable(f"No actions{scope} in {', '.join(regions)}.")


def _positive_integer(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"invalid number {text!r}; use 1 or more")
    return int(text)
