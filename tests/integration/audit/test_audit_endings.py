"""How an audit ends: what it found is shown whole or not at all, and never shown again as news."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from platform_guard_emulator import LocalAws
from tests.support.audit_command import Audit
from tests.support.faults import before_each_call
from tests.support.filled_registry import fill_repository
from tests.support.registry import MAC_BUILD, PLAIN_AMD64, PLAIN_ARM64

FORMATS = ["table", "jsonl", "csv", "html"]


@pytest.fixture
def unread() -> Iterator[TextIO]:
    """A pipe that nobody reads any more."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        yield pipe


@pytest.mark.parametrize("output_format", FORMATS)
@pytest.mark.parametrize(("fail_on", "status"), [("mislabeled", 0), ("missing-platform", 1)])
def test_a_reader_that_has_seen_enough_changes_nothing(
    aws: LocalAws,
    audit: Audit,
    unread: TextIO,
    monkeypatch: pytest.MonkeyPatch,
    output_format: str,
    fail_on: str,
    status: int,
) -> None:
    fill_repository(aws, "shop/api", MAC_BUILD)
    monkeypatch.setattr(sys, "stdout", unread)

    assert audit("--format", output_format, "--fail-on", fail_on) == status

    assert audit.errors == ""
    assert audit.journals() == []


@pytest.mark.parametrize(
    ("file", "reason"),
    [("none/audit.html", "No such file or directory"), (".", "it is a folder")],
)
def test_a_file_that_cannot_be_written_is_told_before_the_audit(
    aws: LocalAws, audit: Audit, tmp_path: Path, file: str, reason: str
) -> None:
    assert audit("--output", str(tmp_path / file)) == 2

    (line,) = audit.errors.splitlines()
    assert line.endswith(f"cannot be written ({reason})")
    assert list(aws.calls) == []


def test_what_was_judged_but_not_shown_is_judged_anew(
    aws: LocalAws, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_repository(aws, "shop/api", PLAIN_AMD64)
    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", _no_space)
        assert audit("--output", str(audit.folder / "audit.txt")) == 2
    assert "No space left on device); --resume continues with the results so far" in audit.errors
    fill_repository(aws, "shop/new", MAC_BUILD)

    lines = audit.lines()

    assert {line["reference"].split("/", 1)[1] for line in lines} == {
        f"shop/api:{PLAIN_AMD64}",
        f"shop/new:{MAC_BUILD}",
    }
    assert audit.errors == ""


def test_what_was_judged_but_not_shown_is_shown_where_it_is_asked_for_with_its_age(
    aws: LocalAws, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_repository(aws, "shop/api", PLAIN_AMD64)
    monkeypatch.setattr("platform_guard_cli.audit.session.audit.__defaults__", (lambda: 1000.0,))
    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", _no_space)
        assert audit("--output", str(audit.folder / "audit.txt")) == 2
    fill_repository(aws, "shop/new", MAC_BUILD)
    monkeypatch.setattr(
        "platform_guard_cli.audit.session.audit.__defaults__", (lambda: 1000.0 + 3 * 3600,)
    )

    lines = audit.lines("--resume")

    assert [line["reference"].split("/", 1)[1] for line in lines] == [f"shop/api:{PLAIN_AMD64}"]
    assert "resuming the audit started 3.0 h ago; --restart starts over" in audit.errors


@pytest.mark.parametrize("patterns", [["typo"], ["shop/*", "typo"], ["shop/api", "typ?", "*"]])
def test_a_pattern_that_fits_nothing_is_named_although_others_fit(
    aws: LocalAws, audit: Audit, patterns: list[str]
) -> None:
    fill_repository(aws, "shop/api", MAC_BUILD)

    assert audit(*patterns, "--fail-on", "mislabeled") == 2

    (line,) = audit.errors.splitlines()
    unfit = next(pattern for pattern in patterns if pattern.startswith("typ"))
    assert f"no repository {unfit} in account 123456789012 in eu-central-1" in line


def test_a_repository_that_one_region_lacks_may_be_in_another(aws: LocalAws, audit: Audit) -> None:
    fill_repository(aws, "shop/api", MAC_BUILD)

    assert len(audit.lines("shop/api", "--region", "eu-central-1", "--region", "us-east-1")) == 1


def test_why_images_were_not_judged_is_told_although_their_listing_broke_after_that(
    aws: LocalAws, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_repository(aws, "shop/api", PLAIN_AMD64, PLAIN_ARM64)
    monkeypatch.setattr("platform_guard.registry.listing.PAGE_SIZE", 1)

    def fail(operation: str, params: dict[str, object]) -> str | None:
        is_second_page = operation == "DescribeImages" and "nextToken" in params
        is_refused = is_second_page or operation == "GetDownloadUrlForLayer"
        return "AccessDeniedException" if is_refused else None

    with before_each_call(fail):
        assert audit("--fail-on", "unseen") == 1

    (line,) = [line for line in audit.errors.splitlines() if "shop/api" in line]
    assert "1 images could not be evaluated: its config could not be fetched" in line
    assert line.endswith("; the rest could not be seen: access is denied")


def test_a_finding_that_there_is_not_is_answered_with_those_there_are(
    capsys: pytest.CaptureFixture[str], audit: Audit
) -> None:
    with pytest.raises(SystemExit, match="2"):
        audit("--fail-on", "foo")

    (line,) = capsys.readouterr().err.splitlines()
    assert "missing-platform" in line
    assert "<" not in line


def _no_space(*_: object) -> None:
    raise OSError(28, "No space left on device")
