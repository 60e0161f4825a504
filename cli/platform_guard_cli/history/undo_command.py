"""`platform-guard undo`: undoes a remedy."""

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
    """Add the command to the command line."""
    parser = commands.add_parser(
        "undo",
        help="undo what the deployed guard did to an image",
        description="Undoes what the guard did, with your own credentials: removes a mark, "
        "restores a tag, restores the image from the archive, or stores a deleted image again "
        "while its layers exist. The guard then leaves the image alone until it is pushed again.",
        epilog="Exit status: 0 undone, 1 it cannot be undone, 2 bad usage.",
    )
    parser.add_argument(
        "id", metavar="ID", help="the ID in the alert or in `platform-guard history`"
    )
    parser.add_argument("--yes", action="store_true", help="skip the confirmation")
    add_regions_option(parser, "work")
    add_stack_option(parser)
    add_settings_option(parser, "that was deployed")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # Importing the AWS SDK takes a while, which other commands have no use for.
    from platform_guard.remediation.ledger import EntryChangedError
    from platform_guard.remediation.undo import CannotUndoError, announce_undo
    from platform_guard_cli.history.deployed_guard import user_errors

    found = _find(options)
    if found is None:
        return EXIT_ERROR
    guard, entry = found
    try:
        print(f"{entry.image.short_name}: undo will {announce_undo(entry)}.")
        if not (options.yes or _agreed()):
            print("Nothing was changed.")
            return 0
        with user_errors("it cannot be undone"):
            undone = _undo(guard, entry)
    except (CannotUndoError, EntryChangedError) as error:
        print(f"platform-guard: cannot undo {entry.id}: {error}", file=sys.stderr)
        return _EXIT_IMPOSSIBLE
    print(undone.sentence.rpartition("Undone: ")[2].capitalize() + ".")
    return 0


def _find(options: argparse.Namespace) -> "tuple[DeployedGuard, Entry] | None":
    """Return the entry; None if an error about the ledgers was already printed.

    Raises UsageError if no ledger contains it.
    """
    from platform_guard_cli.history.deployed_guard import find_deployed_guard, user_errors
    from platform_guard_cli.regions import for_each_region, resolve_regions

    def look(region: str) -> "tuple[DeployedGuard, Entry | None]":
        guard = find_deployed_guard(region, options.stack)
        with user_errors(f"the ledger in {region} cannot be read"):
            return guard, guard.ledger.find(options.id)

    looked, _ = for_each_region(resolve_regions(selected_regions(options)), look)
    found = [(guard, entry) for guard, entry in looked if entry is not None]
    if looked and not found:
        where = ", ".join(guard.region for guard, _ in looked)
        raise UsageError(
            f"the ledger in {where} has no entry {options.id}; platform-guard history shows what "
            "there is, and --region names another region"
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


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise UsageError("undo: there is nobody to ask; say --yes if that is what you want")
    try:
        return input("Go on? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:  # Ctrl-D
        print()
        return False
