"""The entry point of the `platform-guard` command."""

import sys
from collections.abc import Sequence

_EXIT_BUG = 70  # EX_SOFTWARE of sysexits.h
_EXIT_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return _fail("interrupted", _EXIT_INTERRUPTED)


def _run(arguments: Sequence[str] | None) -> int:
    # Imported here so that Ctrl-C during startup prints no traceback either.
    from platform_guard_cli.commands import command_line
    from platform_guard_cli.errors import UsageError
    from platform_guard_cli.parser import EXIT_ERROR
    from platform_guard_cli.standard_output import discard_output

    try:
        try:
            options = command_line().parse_args(arguments)
            status: int = options.run(options)
        finally:
            # Otherwise Python flushes at exit and prints an error of its own.
            sys.stdout.flush()
    except UsageError as error:
        return _fail(str(error), EXIT_ERROR)
    except BrokenPipeError:
        # The reader, such as head, has closed the pipe.
        discard_output()
        return 0
    except Exception as error:
        if _is_full(error):
            discard_output()
            return _fail(f"cannot write: {error}", EXIT_ERROR)
        return _fail(_bug(error), _EXIT_BUG)
    return status


def _fail(message: str, status: int) -> int:
    print(f"platform-guard: {message}", file=sys.stderr)
    return status


def _is_full(error: Exception) -> bool:
    import errno

    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _bug(error: Exception) -> str:
    import traceback
    from pathlib import Path

    place = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"internal error, please report it: {type(error).__name__}: "
        f"{' '.join(str(error).split())} ({Path(place.filename).name}:{place.lineno})"
    )
