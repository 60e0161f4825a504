"""Running `platform-guard inspect`."""

import pytest

from tests.support.command_line import Ran, run_command


class Command:
    """Runs the command and catches what it prints."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: str) -> Ran:
        return run_command(self.capsys, "inspect", *arguments)


def error_line(ran: Ran) -> str:
    """Give the one line of an error; nothing else may be printed."""
    assert ran.status == 2
    assert ran.output == ""
    assert "Traceback" not in ran.errors
    (line,) = ran.errors.splitlines()
    assert line.startswith("platform-guard")
    return line
