"""The entry point of the `platform-guard` command."""

import argparse
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from cli.audit_command import add_audit_command
from cli.clear_marks_command import add_clear_marks_command
from cli.demo_command import add_demo_command
from cli.doctor_command import add_doctor_command
from cli.errors import UsageError
from cli.explain_command import add_explain_command
from cli.history_command import add_history_command
from cli.inspect_command import add_inspect_command
from cli.parser import EXIT_UNUSABLE, OneLineParser
from cli.policy_command import add_policy_command
from cli.preflight_command import add_preflight_command
from cli.preview_command import add_preview_command
from cli.replay_command import add_replay_command
from cli.standard_output import discard_output
from cli.try_alert_command import add_test_alert_command
from cli.undo_command import add_undo_command

_EXIT_BUG = 70  # EX_SOFTWARE of sysexits.h


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit status."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except UsageError as error:
        print(f"platform-guard: {error}", file=sys.stderr)
        return EXIT_UNUSABLE
    except KeyboardInterrupt:
        print("platform-guard: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read the output has seen enough.
        discard_output()
        return 0
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        print(
            f"platform-guard: a bug of its own, please report it: {type(error).__name__}: "
            f"{' '.join(str(error).split())} ({Path(place.filename).name}:{place.lineno})",
            file=sys.stderr,
        )
        return _EXIT_BUG


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(
        prog="platform-guard",
        description="Find container images that cannot run where they are meant to.",
        epilog="Exit status: 0 nothing to act on, 1 a finding, 2 could not be judged.",
    )
    parser.add_argument(
        "--version", action="version", version=f"%(prog)s {version('ecr-platform-guard')}"
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_audit_command(commands)
    add_clear_marks_command(commands)
    add_demo_command(commands)
    add_doctor_command(commands)
    add_explain_command(commands)
    add_history_command(commands)
    add_inspect_command(commands)
    add_policy_command(commands)
    add_preflight_command(commands)
    add_preview_command(commands)
    add_replay_command(commands)
    add_test_alert_command(commands)
    add_undo_command(commands)
    return parser
