"""Standard output whose reader has exited, as in `| head`."""

import os
import sys


def discard_output() -> None:
    """Discard all further output, so that Python does not report the broken pipe at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
