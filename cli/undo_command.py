"""`platform-guard undo`: give an image back what the guard took from it."""

import argparse
import sys
from typing import TYPE_CHECKING

from cli.deployment_options import add_deployment_options
from cli.errors import UsageError
from cli.parser import Commands

if TYPE_CHECKING:
    from cli.deployed_guard import DeployedGuard
    from platform_guard.ledger import Entry

_EXIT_IMPOSSIBLE = 1


def add_undo_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "undo",
        help="undo what the deployed guard did to an image",
        description="Undoes what the guard did, with your own credentials: takes a mark away, "
        "gives a tag back, restores from the archive, or stores a deleted image again while its "
        "layers are still there. The guard leaves the image alone then, until it is pushed again.",
        epilog="Exit status: 0 undone, 1 it cannot be undone, 2 bad usage.",
    )
    parser.add_argument("id", metavar="ID", help="as an alert or `platform-guard history` shows it")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    add_deployment_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # Importing the AWS SDK takes a while, which other commands have no use for.
    from cli.deployed_guard import find_deployed_guard, told_in_one_line
    from platform_guard.ledger import EntryChangedError
    from platform_guard.undoing import CannotUndoError, announce_undo

    guard = find_deployed_guard(options)
    with told_in_one_line("the ledger cannot be read"):
        entry = guard.ledger.find(options.id)
    if entry is None:
        raise UsageError(
            f"the ledger has no entry {options.id}; platform-guard history shows what there is"
        )
    try:
        print(f"{entry.image.short_name}: this is going to {announce_undo(entry)}.")
        if not (options.yes or _agreed()):
            print("Nothing was changed.")
            return 0
        with told_in_one_line("it cannot be undone"):
            undone = _undo(guard, entry)
    except (CannotUndoError, EntryChangedError) as error:
        print(f"platform-guard: cannot undo {entry.id}: {error}", file=sys.stderr)
        return _EXIT_IMPOSSIBLE
    print(undone.sentence.rpartition("Undone: ")[2].capitalize() + ".")
    return 0


def _undo(guard: "DeployedGuard", entry: "Entry") -> "Entry":
    from datetime import UTC, datetime

    from platform_guard.aws.ecr_images import EcrImages
    from platform_guard.undoing import Undoing

    caller = guard.clients.sts.get_caller_identity()["Arn"]
    images = EcrImages(guard.clients.ecr, entry.image.repository)
    undoing = Undoing(images, guard.ledger, guard.schedules, lambda: datetime.now(UTC), caller)
    return undoing.undo(entry)


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise UsageError("undo: there is nobody to ask; say --yes if that is what you want")
    return input("Go on? [y/N] ").strip().lower() in ("y", "yes")
