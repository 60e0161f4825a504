"""`platform-guard undo`: undoes a remedy of the guard."""

import argparse
import sys
from typing import TYPE_CHECKING

from platform_guard_cli.deployment_options import add_regions_option, add_stack_option
from platform_guard_cli.errors import UsageError
from platform_guard_cli.parser import EXIT_ERROR, Commands
from platform_guard_cli.settings_options import add_settings_option, selected_regions

if TYPE_CHECKING:
    from platform_guard.remediation.ledger import Entry
    from platform_guard_cli.history.deployed_guard import DeployedGuard

_EXIT_IMPOSSIBLE = 1


def add_undo_command(commands: Commands) -> None:
    """Add `undo` to the command line."""
    parser = commands.add_parser(
        "undo",
        help="undo an action of the deployed guard on an image",
        description="Undo an action of the guard with your own credentials: remove a mark, restore "
        "a tag, restore an archived image, or restore a deleted image whose layers still exist. "
        "The guard then ignores the image until it is pushed again.",
        epilog="Exit status: 0 undone, or not confirmed; 1 the action cannot be undone; 2 invalid "
        "usage or failed lookup.",
    )
    parser.add_argument(
        "id", metavar="ID", help="the ID from the alert or from `platform-guard history`"
    )
    parser.add_argument("--yes", action="store_true", help="skip the confirmation")
    add_regions_option(parser, "search")
    add_stack_option(parser)
    add_settings_option(parser, "that was deployed")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # Imported here: other commands do not need the AWS SDK, which loads slowly.
    from platform_guard.remediation.ledger import EntryChangedError
    from platform_guard.remediation.undo import CannotUndoError, announce_undo
    from platform_guard_cli.history.deployed_guard import user_errors

    found = _find(options)
    if found is None:
        return EXIT_ERROR
    guard, entry = found
    try:
        print(f"{entry.image.short_name}: undo will {announce_undo(entry)}.")
        if not (options.yes or _is_confirmed()):
            print("Nothing was changed.")
            return 0
        with user_errors(f"Cannot undo {entry.id}"):
            undone = _undo(guard, entry)
    except (CannotUndoError, EntryChangedError) as error:
        print(f"platform-guard: Cannot undo {entry.id}: {error}", file=sys.stderr)
        return _EXIT_IMPOSSIBLE
    result = undone.sentence.rpartition("Undone: ")[2]
    print(f"{result[:1].upper()}{result[1:]}.")
    return 0


def _find(options: argparse.Namespace) -> "tuple[DeployedGuard, Entry] | None":
    """Return the entry with its guard; None if all lookups failed and the errors were printed.

    Raises UsageError if a ledger was read and none contains the entry.
    """
    from platform_guard_cli.history.deployed_guard import find_deployed_guard, user_errors
    from platform_guard_cli.regions import for_each_region, resolve_regions

    def find(region: str) -> "tuple[DeployedGuard, Entry | None]":
        guard = find_deployed_guard(region, options.stack)
        with user_errors(f"Cannot read the ledger in {region}"):
            return guard, guard.ledger.find(options.id)

    results, _ = for_each_region(resolve_regions(selected_regions(options)), find)
    found = [(guard, entry) for guard, entry in results if entry is not None]
    if results and not found:
        where = ", ".join(guard.region for guard, _ in results)
        raise UsageError(
            f"No action {options.id} in the ledger in {where}. Find the ID with platform-guard "
            "history, or name another region with --region."
        )
    return found[0] if found else None


def _undo(guard: "DeployedGuard", entry: "Entry") -> "Entry":
    from datetime import UTC, datetime

    from platform_guard.registry.repository import EcrImages
    from platform_guard.remediation.undo import Undo

    caller = guard.clients.sts.get_caller_identity()["Arn"]
    images = EcrImages(guard.clients.ecr, entry.image.repository)
    undo_operation = Undo(images, guard.ledger, guard.schedules, lambda: datetime.now(UTC), caller)
    return undo_operation.undo(entry)


def _is_confirmed() -> bool:
    if not sys.stdin.isatty():
        raise UsageError(
            "undo: Standard input is not a terminal. Use --yes to skip the confirmation."
        )
    try:
        return input("Continue? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:  # Ctrl-D
        print()
        return False
