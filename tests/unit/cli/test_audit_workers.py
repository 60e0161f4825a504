"""What is told while an audit runs, and the journal that it keeps."""

from pathlib import Path

import pytest

from platform_guard.registry.reference import Repository
from platform_guard_cli.audit.journal_file import open_journal
from platform_guard_cli.audit.progress import AuditProgress
from platform_guard_cli.errors import UsageError


def test_progress_says_how_far_how_fast_and_how_long_it_takes() -> None:
    progress = AuditProgress(repositories=200, done=0, images=0, started=100.0)
    progress.add(50, 5000)

    assert progress.line(now=110.0) == (
        "50 of 200 repositories, 5,000 images, 500 images/s, about 30 s left"
    )


def test_progress_of_a_resumed_audit_takes_the_rate_of_this_run_alone() -> None:
    progress = AuditProgress(repositories=200, done=100, images=10_000, started=0.0)
    progress.add(50, 600)

    assert progress.line(now=60.0) == (
        "150 of 200 repositories, 10,600 images, 10 images/s, about 60 s left"
    )


def test_two_audits_of_the_same_do_not_write_into_one_journal(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "audit.sqlite"

    with open_journal(file, restart=False, resume=False) as journal:
        journal.add_repositories([Repository("123456789012", "eu-central-1", "shop/api")])
        with (
            pytest.raises(UsageError, match="is another audit of the same running"),
            open_journal(file, restart=False, resume=False),
        ):
            pass


def test_a_journal_that_is_none_is_told_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "audit.sqlite"
    file.write_text("no database, " * 100)

    with (
        pytest.raises(UsageError, match="start over with --restart"),
        open_journal(file, restart=False, resume=False),
    ):
        pass
