"""Runs the command line."""

from dataclasses import dataclass

import pytest

from platform_guard_cli.main import main


@dataclass(frozen=True, slots=True)
class CommandResult:
    """Exit status, standard output and standard error."""

    status: int
    output: str
    errors: str


def run_command(capsys: pytest.CaptureFixture[str], *arguments: str) -> CommandResult:
    """Run a command and capture its output, also if argparse exits."""
    try:
        status = main(arguments)
    except SystemExit as exit_:
        status = exit_.code if isinstance(exit_.code, int) else 1
    output, errors = capsys.readouterr()
    return CommandResult(status, output, errors)
