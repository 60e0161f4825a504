"""The outputs of an audit: table, JSON Lines, CSV and HTML report."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TextIO

import pytest

from platform_guard.policy.verdict import Finding
from platform_guard.registry.reference import Repository
from platform_guard_cli.audit.formats import (
    problem_lines,
    spreadsheet_safe,
    write_csv,
    write_json_lines,
    write_table,
)
from platform_guard_cli.audit.html_report import VERDICTS, push_bars, write_report
from platform_guard_cli.audit.journal import AuditJournal
from platform_guard_cli.audit.rows import ImageRow
from tests.support.golden import golden

REGISTRY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
MONDAY = int(datetime(2026, 11, 23, tzinfo=UTC).timestamp())

EVIL = '</script><img src=x onerror="alert(1)">\x1b[2J\u202e=cmd()'


def repository(name: str) -> Repository:
    return Repository("123456789012", "eu-central-1", name)


def row(name: str, verdict: str, **overrides: Any) -> ImageRow:
    fields: dict[str, Any] = {
        "repository": f"{REGISTRY}/{name}",
        "digest": f"sha256:{'ab' * 32}",
        "tags": ("1.0",),
        "pushed_at": MONDAY,
        "kind": "image",
        "platforms": ("linux/arm64",),
        "verdict": verdict,
        "reason": "it contains only linux/arm64",
    }
    return ImageRow(**{**fields, **overrides})


def journal_of(*rows: ImageRow, problems: dict[str, str] | None = None) -> AuditJournal:
    journal = AuditJournal(None)
    problems = problems or {}
    names = [one.repository.partition("/")[2] for one in rows]
    for name in dict.fromkeys([*names, *problems]):
        journal.add_repositories([repository(name)])
        journal.add_images(
            repository(name),
            [one for one in rows if one.repository.endswith(f"/{name}")],
            unavailable=0,
        )
        journal.finish(repository(name), problems.get(name, ""))
    return journal


def written(write: Callable[[AuditJournal, TextIO], None], journal: AuditJournal) -> str:
    target = io.StringIO()
    write(journal, target)
    return target.getvalue()


ROWS = (
    row("shop/web", "compliant"),
    row("shop/web", "index-only"),
    row("shop/api", "missing-platform"),
    row("shop/api", "missing-platform", tags=("2.0",)),
    row("shop/api", "compliant", tags=("3.0",)),
    row("team/app", "mislabeled"),
    row("team/odd", "unreadable"),
    row("team/fine", "compliant"),
)


def test_the_table_shows_the_worst_repositories_first() -> None:
    journal = journal_of(*ROWS)

    table = written(lambda journal, target: write_table(journal, target, width=80), journal)

    assert table == golden("audit-table")


@pytest.mark.parametrize("width", [40, 80])
def test_the_table_shows_all_verdicts_in_80_columns_untruncated(width: int) -> None:
    rows = [row("shop/payments-service", finding) for finding in (*Finding, "unreadable")]
    journal = journal_of(*rows * 1000)

    table = written(lambda journal, target: write_table(journal, target, width=width), journal)

    assert "…" not in table
    assert all(word in table for word in ("repository", "dangling", "mislabeled", "unreadable"))
    assert all(len(line) <= 80 for line in table.splitlines()[:-1])


def test_an_audit_without_findings_prints_only_the_summary() -> None:
    assert written(write_table, journal_of(row("shop/api", "compliant"))) == (
        f"1 image in 1 repository of {REGISTRY}: 0 with a finding, 0 unreadable\n"
    )


def test_json_lines_contain_one_object_per_image() -> None:
    finding = row(
        "shop/api",
        "missing-platform",
        tags=("1.0", "latest"),
        evidence=({"digest": "sha256:1", "role": "image", "platform": "linux/arm64", "note": ""},),
        remedy="tag",
        fix="Build it",
        fix_commands=("docker build .",),
    )

    (line,) = written(write_json_lines, journal_of(finding)).splitlines()

    assert json.loads(line) == {
        "reference": f"{REGISTRY}/shop/api:1.0",
        "digest": finding.digest,
        "tags": ["1.0", "latest"],
        "pushed_at": "2026-11-23T00:00:00Z",
        "kind": "image",
        "platforms": ["linux/arm64"],
        "verdict": "missing-platform",
        "reason": "it contains only linux/arm64",
        "evidence": list(finding.evidence),
        "remedy": "tag",
        "fix": {"title": "Build it", "commands": ["docker build ."]},
    }


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1"])
def test_formulas_are_escaped_for_spreadsheets(text: str) -> None:
    assert spreadsheet_safe(text).startswith("'")


def test_csv_keeps_a_hostile_reason_in_its_cell() -> None:
    text = written(write_csv, journal_of(row("shop/api", "missing-platform", reason=EVIL)))

    header, line = csv.reader(io.StringIO(text))
    found = dict(zip(header, line, strict=True))
    assert found["reason"].startswith("</script>")
    assert "\x1b" not in text
    assert found["verdict"] == "missing-platform"


def embedded(page: str, name: str) -> Any:
    element = rf'<script type="application/json" id="{name}">(.*?)</script>'
    found = re.search(element, page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def report(journal: AuditJournal) -> str:
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    return written(lambda journal, target: write_report(journal, target, lambda: now), journal)


def test_the_report_loads_nothing_and_runs_no_hostile_text() -> None:
    evil = row("shop/api", "missing-platform", reason=EVIL, platforms=(EVIL,), tags=(EVIL,))
    page = report(journal_of(evil, problems={"shop/evil": EVIL}))

    assert "default-src 'none'" in page
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//|url\(|@import""", page)
    assert page.count("</script>") == 3
    assert "<img" not in page
    assert "\x1b" not in page
    assert embedded(page, "findings")[0][1] == [EVIL]


def test_the_report_contains_every_finding_with_its_fix_worst_repository_first() -> None:
    fix = {"fix": "Build it", "fix_commands": ("docker build .",), "remedy": "tag"}
    page = report(journal_of(*ROWS, row("shop/bad", "mislabeled", **fix)))

    (overview,) = embedded(page, "overview")
    names = [name.partition("/")[2] for name, *_ in overview["repositories"]]
    findings = embedded(page, "findings")
    assert names[0] == "shop/api"
    assert names[-1] == "team/fine"
    assert overview["written"] == "2026-11-25 12:00 UTC"
    assert len(findings) == 6
    (bad,) = [finding for finding in findings if names[finding[0]] == "shop/bad"]
    assert overview["texts"][bad[8]] == "Build it"
    assert bad[9] == ["docker build ."]


def test_a_truncated_report_contains_the_findings_of_the_worst_repositories(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("platform_guard_cli.audit.html_report._FINDINGS_SHOWN", 2)
    minor = row("shop/a", "index-only")
    worst = [row("shop/z", "missing-platform", tags=(tag,)) for tag in ("1", "2")]

    page = report(journal_of(minor, *worst))

    assert [finding[1] for finding in embedded(page, "findings")] == [["1"], ["2"]]


def test_an_image_counts_for_each_of_its_platforms_or_for_none() -> None:
    page = report(
        journal_of(
            row("shop/api", "compliant", platforms=("linux/amd64", "linux/arm64")),
            row("shop/api", "no-image", platforms=()),
        )
    )

    (overview,) = embedded(page, "overview")
    assert {name: sum(counts) for name, counts in overview["platforms"]} == {
        "linux/amd64": 1,
        "linux/arm64": 1,
        "none": 1,
    }


@pytest.mark.parametrize(
    ("days", "bars"),
    [
        (["2026-11-23"], ["2026-11-23"]),
        (["2026-11-23", "2026-11-25"], ["2026-11-23", "2026-11-24", "2026-11-25"]),
        (["2026-08-31", "2026-11-25"], [f"2026-{day}" for day in
         ("08-31", "09-07", "09-14", "09-21", "09-28", "10-05", "10-12", "10-19", "10-26",
          "11-02", "11-09", "11-16", "11-23")]),
    ],
)  # fmt: skip
def test_push_bars_cover_days_or_weeks(days: list[str], bars: list[str]) -> None:
    counts = {(day, "compliant"): 2 for day in days}

    found = push_bars(counts)

    assert [bar for bar, _ in found] == bars
    assert sum(sum(values) for _, values in found) == 2 * len(days)


def test_push_bars_over_many_years_fit_the_chart() -> None:
    found = push_bars({("2014-12-01", "compliant"): 1, ("2026-11-25", "mislabeled"): 3})

    assert len(found) <= 49
    assert found[-1][1][VERDICTS.index("mislabeled")] == 3


def test_no_pushes_yield_no_push_bars() -> None:
    assert push_bars({}) == []


def test_a_repository_that_could_not_be_read_is_listed() -> None:
    journal = journal_of(row("shop/api", "compliant"), problems={"shop/secret": "access denied"})

    assert problem_lines(journal.tallies()) == [
        f"{REGISTRY}/shop/secret: could not be read: access denied"
    ]
