"""Auditing registries into a journal, with progress on standard error."""

import time
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from cli.audit_formats import trouble_lines
from cli.audit_journal import AuditJournal
from cli.audit_progress import AuditProgress, shown_progress
from cli.audit_registry import Registries
from cli.audit_run import run_audit
from cli.errors import UsageError
from platform_guard.aws.repository_audit import AuditedPage
from platform_guard.policies import Policies
from platform_guard.references import Repository


def audit(
    journal: AuditJournal, registries: Registries, patterns: Sequence[str], policies: Policies
) -> None:
    """Judge what the journal does not have yet, and name what could not be seen.

    Raises UsageError where there is nothing to audit.
    """
    console = Console(stderr=True)
    if not journal.is_listed:
        _list(journal, registries, patterns)
    done, count = journal.repositories()
    if done:
        _say(console, "audit: goes on with an interrupted audit; --restart begins anew")

    policy_for = registries.policies(policies)

    def audit_repository(repository: Repository) -> Iterator[AuditedPage]:
        return registries.audit(repository, policy_for)

    progress = AuditProgress(count, done, journal.images(), started=time.monotonic())
    with shown_progress(progress, console) as report:
        run_audit(journal, audit_repository, report)
    for line in trouble_lines(journal.tallies()):
        _say(console, f"audit: {line}")


def _list(journal: AuditJournal, registries: Registries, patterns: Sequence[str]) -> None:
    for page in registries.repositories(patterns):
        journal.add_repositories(page)
    if patterns and journal.repositories() == (0, 0):
        where = f"account {registries.account} in {', '.join(registries.regions)}"
        raise UsageError(f"audit: there is no repository {' or '.join(patterns)} in {where}")
    journal.note_listed()


def _say(console: Console, line: str) -> None:
    console.print(Text(line), soft_wrap=True)
