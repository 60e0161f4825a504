"""`platform-guard history`: shows what the guard has done."""

import argparse
import heapq
from datetime import UTC, datetime
from itertools import islice

from platform_guard.remediation.ledger import Entry
from platform_guard.text import printable
from platform_guard_cli.deployment_options import add_regions_option, add_stack_option
from platform_guard_cli.history.rendering import as_json, for_people
from platform_guard_cli.parser import Commands
from platform_guard_cli.settings_options import add_settings_option, selected_regions

_SHOWN = 50


def add_history_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "history",
        help="show what the deployed guard has done to images",
        description="Shows what the deployed guard has done, newest first: when, to which image, "
        "why, and the ID that `platform-guard undo` takes. Read-only.",
        epilog="Exit status: 0 success, even without entries; 2 bad usage, or a lookup failed.",
    )
    parser.add_argument(
        "repository", metavar="REPO", nargs="?", default="", help="only this repository"
    )
    parser.add_argument(
        "--limit",
        metavar="N",
        type=_a_count,
        default=_SHOWN,
        help=f"maximum number of entries (default: {_SHOWN})",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    add_regions_option(parser, "work")
    add_stack_option(parser)
    add_settings_option(parser, "that was deployed")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # Importing the AWS SDK takes a while, which other commands have no use for.
    from platform_guard_cli.history.deployed_guard import find_deployed_guard, user_errors
    from platform_guard_cli.regions import for_each_region, resolve_regions

    regions = resolve_regions(selected_regions(options))
    limit: int = options.limit

    def look(region: str) -> tuple[str, tuple[Entry, ...]]:
        guard = find_deployed_guard(region, options.stack)
        with user_errors(f"cannot read the ledger in {region}"):
            return region, tuple(islice(guard.ledger.entries(options.repository), limit))

    found, status = for_each_region(regions, look)
    newest_first = heapq.merge(
        *(entries for _, entries in found), key=lambda entry: entry.at, reverse=True
    )
    now = datetime.now(UTC)
    shown = [
        as_json(entry, now) if options.json else for_people(entry, now)
        for entry in islice(newest_first, limit)
    ]
    if shown:
        print(("\n" if options.json else "\n\n").join(shown))
    elif found and not options.json:
        print(_nothing(options.repository, [region for region, _ in found]))
    return status


def _nothing(repository: str, regions: list[str]) -> str:
    what = f"nothing in {repository}" if repository else "nothing"
    return printable(f"The guard has changed {what} yet (regions: {', '.join(regions)}).")


def _a_count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"invalid number {text!r}; use 1 or more")
    return int(text)
