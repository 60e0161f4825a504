"""Opens the journal file of an audit."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from platform_guard.fingerprint import fingerprint
from platform_guard.policy.rules import Policies
from platform_guard_cli.audit.journal import AuditJournal
from platform_guard_cli.errors import UsageError

_NAME_LENGTH = 16


def journal_file(
    account: str,
    regions: Sequence[str],
    patterns: Sequence[str],
    policies: Policies,
    environment: Mapping[str, str],
) -> Path:
    """Return the path of the journal, one per account, regions, patterns and policies."""
    cache = Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    scope = fingerprint([account, sorted(regions), sorted(patterns), policies])
    return cache / "ecr-platform-guard" / f"audit-{scope[:_NAME_LENGTH]}.sqlite"


@contextmanager
def open_journal(file: Path, *, restart: bool, resume: bool) -> Iterator[AuditJournal]:
    """Open the journal of an audit. Delete it if the body raises no exception.

    An interrupted audit is resumed. A complete one starts over without `resume`, because the
    registry has changed since. Raises UsageError if there is nothing to resume, or if the journal
    cannot be opened.
    """
    if resume and not file.exists():
        raise UsageError("audit: No interrupted audit to resume. Omit --resume.")
    try:
        if restart:
            file.unlink(missing_ok=True)
        file.parent.mkdir(parents=True, exist_ok=True)
        journal = AuditJournal(file)
        if journal.is_complete and not resume:
            journal.start_over()
    except OSError as error:
        raise UsageError(
            f"audit: Cannot write {error.filename}: {error.strerror}. "
            "Set XDG_CACHE_HOME to another folder."
        ) from error
    except sqlite3.OperationalError as error:
        raise UsageError(
            f"audit: Cannot open {file} ({error}). Is the same audit already running?"
        ) from error
    except sqlite3.DatabaseError as error:
        raise UsageError(
            f"audit: {file} is damaged ({error}). Use --restart to start over."
        ) from error
    try:
        yield journal
    except BaseException:
        journal.close()
        raise
    journal.close()
    file.unlink()
