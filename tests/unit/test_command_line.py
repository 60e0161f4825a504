"""The command line as a whole."""

import subprocess
import sys

SLOW = ("aws_cdk", "botocore", "moto", "rich")


def test_a_command_that_needs_none_of_it_waits_for_no_slow_import() -> None:
    code = f"import sys, cli.main; print([name for name in {SLOW} if name in sys.modules])"

    ran = subprocess.run(  # noqa: S603 - imports this repository
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert ran.stdout == "[]\n"
