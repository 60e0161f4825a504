"""Writes the results of an audit to a file or to standard output."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

from platform_guard_cli.audit.formats import write_csv, write_json_lines, write_table
from platform_guard_cli.audit.html_report import write_report
from platform_guard_cli.audit.journal import AuditJournal
from platform_guard_cli.errors import UsageError
from platform_guard_cli.standard_output import discard_output

_WRITERS: Mapping[str, Callable[[AuditJournal, TextIO], None]] = {
    "table": write_table,
    "jsonl": write_json_lines,
    "csv": write_csv,
    "html": write_report,
}


def check_output(file: Path) -> None:
    """Raise UsageError before the audit if the output file cannot be written."""
    if file.is_dir():
        raise UsageError(f"audit: {file} cannot be written (it is a folder)")
    partial = _partial(file)
    try:
        partial.touch()
        partial.unlink()
    except OSError as error:
        raise _unwritable(file, error) from error


def write_output(journal: AuditJournal, output_format: str, file: Path | None) -> None:
    """Write the complete output or nothing. Raises UsageError if the file cannot be written.

    The reader may close standard output early.
    """
    write = _WRITERS[output_format]
    if file is None:
        try:
            write(journal, sys.stdout)
            sys.stdout.flush()
        except BrokenPipeError:
            discard_output()
        return
    partial = _partial(file)
    try:
        with partial.open("w", encoding="utf-8", newline="") as target:
            write(journal, target)
        partial.replace(file)
    except OSError as error:
        raise _unwritable(file, error) from error
    finally:
        partial.unlink(missing_ok=True)


def _partial(file: Path) -> Path:
    return file.with_name(f".{file.name}.partial")


def _unwritable(file: Path, error: OSError) -> UsageError:
    return UsageError(f"audit: {file} cannot be written ({error.strerror})")
