"""Runs `platform-guard inspect`."""

import pytest

from tests.support.command_line import CommandResult, run_command


class Command:
    """Runs the command and captures its output."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: str) -> CommandResult:
        return run_command(self.capsys, "inspect", *arguments)


def error_line(ran: CommandResult) -> str:
    """Assert that the only output is one error line, and return it."""
    assert ran.status == 2
    assert ran.output == ""
    assert "Traceback" not in ran.errors
    (line,) = ran.errors.splitlines()
    assert line.startswith("platform-guard")
    return line
