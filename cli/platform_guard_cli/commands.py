"""The commands of `platform-guard`."""

import argparse
from importlib.metadata import version

from platform_guard_cli.audit.command import add_audit_command
from platform_guard_cli.demo.command import add_demo_command
from platform_guard_cli.doctor.command import add_doctor_command
from platform_guard_cli.doctor.preflight_command import add_preflight_command
from platform_guard_cli.doctor.send_test_alert import add_test_alert_command
from platform_guard_cli.explain.command import add_explain_command
from platform_guard_cli.history.clear_marks_command import add_clear_marks_command
from platform_guard_cli.history.history_command import add_history_command
from platform_guard_cli.history.undo_command import add_undo_command
from platform_guard_cli.inspect.command import add_inspect_command
from platform_guard_cli.parser import OneLineParser
from platform_guard_cli.policy.command import add_policy_command
from platform_guard_cli.replay.command import add_replay_command
from platform_guard_cli.replay.preview_command import add_preview_command


def command_line() -> argparse.ArgumentParser:
    """Return the parser of the whole command line. Each command sets `run` in its options."""
    parser = OneLineParser(
        prog="platform-guard",
        description="Find container images built for the wrong CPU architecture.",
        epilog="Exit status: 0 nothing to act on, 1 a finding, 2 could not be evaluated.",
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
