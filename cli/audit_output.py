"""Writing what an audit found to a file or to standard output."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

from cli.audit_formats import write_csv, write_json_lines, write_table
from cli.audit_journal import AuditJournal
from cli.audit_report import write_report
from cli.errors import UsageError

_WRITERS: Mapping[str, Callable[[AuditJournal, TextIO], None]] = {
    "table": write_table,
    "jsonl": write_json_lines,
    "csv": write_csv,
    "html": write_report,
}


def write_output(journal: AuditJournal, output_format: str, file: Path | None) -> None:
    """Write the output whole or not at all. Raises UsageError where the file cannot be written."""
    write = _WRITERS[output_format]
    if file is None:
        write(journal, sys.stdout)
        return
    partial = file.with_name(f".{file.name}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as target:
            write(journal, target)
        partial.replace(file)
    except OSError as error:
        raise UsageError(f"audit: {file} cannot be written ({error.strerror})") from error
    finally:
        partial.unlink(missing_ok=True)
