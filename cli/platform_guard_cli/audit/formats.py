"""Renders the results of an audit as a table, JSON Lines and CSV."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from platform_guard.policy.verdict import Finding, NoFinding
from platform_guard.text import printable
from platform_guard_cli.audit.journal import AuditJournal
from platform_guard_cli.audit.rows import ImageRow, Tally

_REPOSITORIES_SHOWN = 40

# Wide enough for one column per verdict.
_MIN_WIDTH = 80

_CSV_HEADER = (
    "reference",
    "digest",
    "tags",
    "pushed",
    "kind",
    "platforms",
    "verdict",
    "reason",
    "remedy",
    "fix",
)


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Raise BrokenPipeError for the caller; rich exits with status 1."""
        raise BrokenPipeError


def write_table(journal: AuditJournal, target: TextIO, *, width: int | None = None) -> None:
    """Write a table of the worst repositories, with a summary of all."""
    tallies = journal.tallies()
    console = _Console(file=target, width=width, highlight=False)
    console.width = max(console.width, _MIN_WIDTH)
    affected = [tally for tally in tallies if any(tally.severity)]
    if affected:
        console.print(_table(affected[:_REPOSITORIES_SHOWN], _registry(tallies)))
    for line in _summary_lines(tallies, len(affected)):
        console.print(Text(line), soft_wrap=True)


def write_json_lines(journal: AuditJournal, target: TextIO) -> None:
    """Write one JSON object per image: the keys of `inspect --json`, tags, push time and fix."""
    target.writelines(
        json.dumps(
            {
                "reference": row.reference,
                "digest": row.digest,
                "tags": list(row.tags),
                "pushed_at": pushed(row),
                "kind": row.kind,
                "platforms": list(row.platforms),
                "verdict": row.verdict,
                "reason": row.reason,
                "evidence": list(row.evidence),
                "remedy": row.remedy or None,
                "fix": {"title": row.fix, "commands": list(row.fix_commands)} if row.fix else None,
            }
        )
        + "\n"
        for row in journal.rows()
    )


def write_csv(journal: AuditJournal, target: TextIO) -> None:
    """Write one line per image (RFC 4180), with formulas escaped for spreadsheets."""
    writer = csv.writer(target)
    writer.writerow(_CSV_HEADER)
    for row in journal.rows():
        writer.writerow(
            map(
                spreadsheet_safe,
                (
                    row.reference,
                    row.digest,
                    " ".join(row.tags),
                    pushed(row),
                    row.kind,
                    " ".join(row.platforms),
                    row.verdict,
                    row.reason,
                    row.remedy,
                    "; ".join(row.fix_commands),
                ),
            )
        )


def spreadsheet_safe(text: str) -> str:
    """Escape a text that a spreadsheet would run as a formula.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    shown = printable(text)
    return f"'{shown}" if shown.lstrip().startswith(("=", "+", "-", "@")) else shown


def pushed(row: ImageRow) -> str:
    """Return the push time (ISO 8601, UTC)."""
    return datetime.fromtimestamp(row.pushed_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def problem_lines(tallies: Sequence[Tally]) -> list[str]:
    """Return one line per repository that could not be read completely."""
    return [
        printable(
            f"{tally.repository}: {_count(tally.unavailable, 'image')} could not be read: "
            f"{tally.problem}"
            if tally.unavailable
            else f"{tally.repository}: could not be read: {tally.problem}"
        )
        for tally in tallies
        if tally.problem or tally.unavailable
    ]


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def _table(tallies: Sequence[Tally], registry: str) -> Table:
    names = [
        name
        for name in (*Finding, NoFinding.UNREADABLE)
        if any(tally.verdicts.get(name) for tally in tallies)
    ]
    # Only the repository names may wrap.
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    table.add_column("repository", overflow="fold")
    table.add_column("images", justify="right", no_wrap=True)
    for name in names:
        is_minor = name in (Finding.INDEX_ONLY, NoFinding.UNREADABLE)
        header = name.replace("-", "-\n")
        style = "yellow" if is_minor else "red"
        table.add_column(header, justify="right", style=style, no_wrap=True)
    for tally in tallies:
        counts = [tally.verdicts.get(name, 0) for name in names]
        table.add_row(
            Text(printable(tally.repository.removeprefix(registry))),
            f"{tally.images:,}",
            *(f"{count:,}" if count else "" for count in counts),
        )
    return table


def _registry(tallies: Sequence[Tally]) -> str:
    """Return the registry, with a slash, if all repositories are in the same one, else ''."""
    registries = {tally.repository.partition("/")[0] for tally in tallies}
    return f"{registries.pop()}/" if len(registries) == 1 else ""


def _summary_lines(tallies: Sequence[Tally], affected: int) -> list[str]:
    images = sum(tally.images for tally in tallies)
    findings = sum(tally.findings for tally in tallies)
    unreadable = sum(tally.verdicts.get(NoFinding.UNREADABLE, 0) for tally in tallies)
    registry = _registry(tallies).rstrip("/")
    lines = []
    if affected > _REPOSITORIES_SHOWN:
        lines.append(
            f"{_count(affected - _REPOSITORIES_SHOWN, 'more repository', 'more repositories')} "
            "with findings or unreadable images: use --format html"
        )
    lines.append(
        f"{_count(images, 'image')} in {_count(len(tallies), 'repository', 'repositories')}"
        f"{f' of {registry}' if registry else ''}: {findings:,} with a finding, "
        f"{unreadable:,} unreadable"
    )
    return lines
