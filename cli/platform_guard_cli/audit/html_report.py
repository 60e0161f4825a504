"""Renders the results of an audit as one self-contained HTML file."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TextIO

from platform_guard.policy.verdict import Finding, NoFinding
from platform_guard.text import printable
from platform_guard_cli.audit.formats import pushed
from platform_guard_cli.audit.journal import AuditJournal
from platform_guard_cli.audit.rows import ImageRow, Tally

VERDICTS = (*Finding, NoFinding.UNREADABLE, NoFinding.NOT_AN_IMAGE, NoFinding.COMPLIANT)

_SHOWN_VERDICTS = (*Finding, NoFinding.UNREADABLE)
_FINDINGS_SHOWN = 50_000
_BARS = 48

_PAGE = Path(__file__).parent / "page"

Counts = Mapping[tuple[str, str], int]
"""Image counts by a key, such as the platform, and verdict."""


def write_report(
    journal: AuditJournal,
    target: TextIO,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Write the HTML report. Memory use does not grow with the number of images."""
    tallies = journal.tallies()
    head, foot = _template()
    target.write(head)
    texts: dict[str, int] = {}
    positions = {tally.repository: number for number, tally in enumerate(tallies)}
    _write_json(target, "findings", _findings(journal, positions, texts))
    overview = {
        "written": now().strftime("%Y-%m-%d %H:%M UTC"),
        "verdicts": VERDICTS,
        "findings_shown": _FINDINGS_SHOWN,
        "repositories": [_repository(tally) for tally in tallies],
        "platforms": _platforms(journal.by_platform()),
        "pushes": push_bars(journal.by_push_day()),
        "texts": list(texts),
    }
    _write_json(target, "overview", [overview])
    target.write(foot)


def push_bars(by_day: Counts) -> list[tuple[str, list[int]]]:
    """Sum counts per day into bars of days, weeks or months, about `_BARS` at most.

    Return the first day of each bar and its counts in the order of `VERDICTS`. Empty bars are
    included.
    """
    days = sorted({date.fromisoformat(day) for day, _ in by_day})
    if not days:
        return []
    bar_start = _bar_start(days[0], days[-1])
    bars: dict[date, list[int]] = {}
    day = days[0]
    while day <= days[-1]:
        bars.setdefault(bar_start(day), [0] * len(VERDICTS))
        day += timedelta(days=1)
    for (day_text, verdict), count in by_day.items():
        bars[bar_start(date.fromisoformat(day_text))][VERDICTS.index(verdict)] += count
    return [(bar.isoformat(), counts) for bar, counts in sorted(bars.items())]


def _bar_start(first: date, last: date) -> Callable[[date], date]:
    span = (last - first).days + 1
    if span <= _BARS:
        return lambda day: day
    if span <= _BARS * 7:
        return lambda day: day - timedelta(days=day.weekday())
    months = -(-span // (_BARS * 30))
    return lambda day: _month_bar(day, months)


def _month_bar(day: date, months: int) -> date:
    number = (day.year * 12 + day.month - 1) // months * months
    return date(number // 12, number % 12 + 1, 1)


def _platforms(counts: Counts) -> list[tuple[str, list[int]]]:
    names = sorted(
        {platform for platform, _ in counts},
        key=lambda name: -sum(counts.get((name, verdict), 0) for verdict in VERDICTS),
    )
    return [
        (printable(name) or "none", [counts.get((name, verdict), 0) for verdict in VERDICTS])
        for name in names
    ]


def _repository(tally: Tally) -> list[object]:
    counts = [tally.verdicts.get(verdict, 0) for verdict in VERDICTS]
    return [tally.repository, counts, tally.unavailable, printable(tally.problem)]


def _findings(
    journal: AuditJournal, positions: Mapping[str, int], texts: dict[str, int]
) -> Iterator[list[object]]:
    """Yield the images with findings, in the order of `positions`.

    Repeated texts are replaced with indexes into `texts`.
    """

    def text_index(text: str) -> int:
        return texts.setdefault(printable(text), len(texts))

    rows = journal.rows(verdicts=_SHOWN_VERDICTS, positions=positions)
    for row in islice(rows, _FINDINGS_SHOWN):
        yield _finding(row, positions[row.repository], text_index)


def _finding(row: ImageRow, position: int, text_index: Callable[[str], int]) -> list[object]:
    return [
        position,
        list(row.tags),
        row.digest,
        pushed(row),
        text_index(", ".join(row.platforms)),
        [*map(str, VERDICTS)].index(row.verdict),
        text_index(row.reason),
        text_index(row.remedy),
        text_index(row.fix),
        list(row.fix_commands),
    ]


def _write_json(target: TextIO, name: str, items: Iterator[list[object]] | list[object]) -> None:
    """Write a list as JSON in a script element. `<` is escaped: a text could close the element."""
    target.write(f'<script type="application/json" id="{name}">[')
    for number, item in enumerate(items):
        text = json.dumps(item, separators=(",", ":")).replace("<", "\\u003c")
        target.write(f"{',' if number else ''}\n{text}")
    target.write("]</script>\n")


def _template() -> tuple[str, str]:
    page, style, script = (
        (_PAGE / name).read_text(encoding="utf-8")
        for name in ("page.html", "style.css", "script.js")
    )
    head, foot = page.split("<!-- data -->\n")
    return head.replace("/* style */", style), foot.replace("/* script */", script)
