"""The progress and the journal of an audit."""

from pathlib import Path

import pytest

from platform_guard.registry.reference import Repository
from platform_guard_cli.audit.journal_file import open_journal
from platform_guard_cli.audit.progress import AuditProgress
from platform_guard_cli.errors import UsageError


def test_the_progress_line_has_counts_speed_and_remaining_time() -> None:
    progress = AuditProgress(repositories=200, done=0, images=0, started=100.0)
    progress.add(50, 5000)

    assert progress.line(now=110.0) == (
        "50 of 200 repositories, 5,000 images, 500 images/s, about 30 s left"
    )


def test_the_speed_of_a_resumed_audit_counts_only_the_current_run() -> None:
    progress = AuditProgress(repositories=200, done=100, images=10_000, started=0.0)
    progress.add(50, 600)

    assert progress.line(now=60.0) == (
        "150 of 200 repositories, 10,600 images, 10 images/s, about 60 s left"
    )


def test_a_journal_cannot_be_opened_by_two_audits(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "audit.sqlite"

    with open_journal(file, restart=False, resume=False) as journal:
        journal.add_repositories([Repository("123456789012", "eu-central-1", "shop/api")])
        with (
            pytest.raises(UsageError, match="Is the same audit already running"),
            open_journal(file, restart=False, resume=False),
        ):
            pass


def test_a_damaged_journal_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "audit.sqlite"
    file.write_text("not a database, " * 100)

    with (
        pytest.raises(UsageError, match="Use --restart to start over"),
        open_journal(file, restart=False, resume=False),
    ):
        pass
