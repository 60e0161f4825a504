"""Running the command line as its user does."""

from dataclasses import dataclass

import pytest

from platform_guard_cli.main import main


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command has left behind."""

    status: int
    output: str
    errors: str


def run_command(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ran:
    """Run a command, and catch what it prints; a mistake in its arguments exits as well."""
    try:
        status = main(arguments)
    except SystemExit as exit_:
        status = exit_.code if isinstance(exit_.code, int) else 1
    output, errors = capsys.readouterr()
    return Ran(status, output, errors)
