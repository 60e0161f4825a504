"""The command line as a whole."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from platform_guard_cli.main import main

SLOW = ("aws_cdk", "botocore", "moto", "rich")
RUN = "import sys; from platform_guard_cli.main import main; sys.exit(main(sys.argv[1:]))"


def test_the_command_line_imports_no_slow_package() -> None:
    code = (
        "import sys, platform_guard_cli.commands; "
        f"print([name for name in {SLOW} if name in sys.modules])"
    )

    ran = subprocess.run(  # noqa: S603 - imports this repository
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert ran.stdout == "[]\n"


def test_an_interrupt_during_startup_prints_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The interrupt comes while the modules of the commands are imported."""
    (tmp_path / "commands.py").write_text("raise KeyboardInterrupt\n")
    monkeypatch.delitem(sys.modules, "platform_guard_cli.commands", raising=False)
    monkeypatch.setattr("platform_guard_cli.__path__", [str(tmp_path)])

    assert main(["policy"]) == 130

    assert capsys.readouterr().err == "platform-guard: interrupted\n"


@pytest.mark.parametrize("command", [["policy"], ["policy", "check"]])
def test_a_full_disk_is_reported_in_one_line(command: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(  # noqa: S603 - runs this repository
            [sys.executable, "-c", RUN, *command],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": ""},
            check=False,
        )

    assert ran.returncode == 2
    assert ran.stderr == "platform-guard: cannot write: [Errno 28] No space left on device\n"
