"""Standard output whose reader has gone, as that of `| head` does."""

import os
import sys


def discard_output() -> None:
    """Let what is still written vanish. Python would complain once more when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
