"""Runs an audit into a journal, with progress on standard error."""

import time
from collections.abc import Callable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from platform_guard.pattern import matches
from platform_guard.policy.rules import Policies
from platform_guard.registry.reference import Repository
from platform_guard.sweep.auditor import AuditedPage
from platform_guard_cli.audit.formats import problem_lines
from platform_guard_cli.audit.journal import AuditJournal
from platform_guard_cli.audit.progress import AuditProgress, duration, show_progress
from platform_guard_cli.audit.registry import Registries
from platform_guard_cli.audit.workers import run_audit
from platform_guard_cli.errors import UsageError


def audit(
    journal: AuditJournal,
    registries: Registries,
    patterns: Sequence[str],
    policies: Policies,
    clock: Callable[[], float] = time.time,
) -> None:
    """Evaluate the repositories that are not in the journal, and print the failed lookups.

    `clock` returns seconds since 1970. Raises UsageError if a pattern matches no repository.
    """
    console = Console(stderr=True)
    now = clock()
    age = now - journal.started_at(now)
    if not journal.is_listed:
        _list(journal, registries, patterns)
    done, count = journal.repositories()
    if done:
        _print(
            console,
            f"audit: resuming the audit started {duration(age)} ago; use --restart to start over",
        )

    policy_for = registries.policies(policies)

    def audit_repository(repository: Repository) -> Iterator[AuditedPage]:
        return registries.audit(repository, policy_for)

    progress = AuditProgress(count, done, journal.images(), started=time.monotonic())
    with show_progress(progress, console) as report:
        run_audit(journal, audit_repository, report)
    for line in problem_lines(journal.tallies()):
        _print(console, f"audit: {line}")


def _list(journal: AuditJournal, registries: Registries, patterns: Sequence[str]) -> None:
    unmatched = list(dict.fromkeys(patterns))
    for page in registries.repositories(patterns):
        journal.add_repositories(page)
        names = [repository.name for repository in page]
        unmatched = [glob for glob in unmatched if not any(matches(glob, name) for name in names)]
    if unmatched:
        where = f"account {registries.account}, {', '.join(registries.regions)}"
        raise UsageError(f"audit: No repository matches {' or '.join(unmatched)} in {where}.")
    journal.mark_listed()


def _print(console: Console, line: str) -> None:
    console.print(Text(line), soft_wrap=True)
