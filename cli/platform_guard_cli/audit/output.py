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
    """Raise UsageError if the output file cannot be written. Called before the audit starts."""
    if file.is_dir():
        raise UsageError(f"audit: Cannot write {file}: it is a folder.")
    partial = _partial_file(file)
    try:
        partial.touch()
        partial.unlink()
    except OSError as error:
        raise _write_error(file, error) from error


def write_output(journal: AuditJournal, output_format: str, file: Path | None) -> None:
    """Write the results. The file is replaced only when the output is complete.

    A reader may close standard output early, as `head` does. Raises UsageError if the file cannot
    be written.
    """
    write = _WRITERS[output_format]
    if file is None:
        try:
            write(journal, sys.stdout)
            sys.stdout.flush()
        except BrokenPipeError:
            discard_output()
        return
    partial = _partial_file(file)
    try:
        with partial.open("w", encoding="utf-8", newline="") as target:
            write(journal, target)
        partial.replace(file)
    except OSError as error:
        raise _write_error(file, error) from error
    finally:
        partial.unlink(missing_ok=True)


def _partial_file(file: Path) -> Path:
    return file.with_name(f".{file.name}.partial")


def _write_error(file: Path, error: OSError) -> UsageError:
    return UsageError(f"audit: Cannot write {file}: {error.strerror}.")
