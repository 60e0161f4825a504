"""How an audit ends: output is complete or absent, and old results are shown only on request."""

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
def closed_pipe() -> Iterator[TextIO]:
    """A pipe without a reader."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        yield pipe


@pytest.mark.parametrize("output_format", FORMATS)
@pytest.mark.parametrize(("fail_on", "status"), [("mislabeled", 0), ("missing-platform", 1)])
def test_a_closed_standard_output_does_not_change_the_exit_status(
    aws: LocalAws,
    audit: Audit,
    closed_pipe: TextIO,
    monkeypatch: pytest.MonkeyPatch,
    output_format: str,
    fail_on: str,
    status: int,
) -> None:
    fill_repository(aws, "shop/api", MAC_BUILD)
    monkeypatch.setattr(sys, "stdout", closed_pipe)

    assert audit("--format", output_format, "--fail-on", fail_on) == status

    assert audit.errors == ""
    assert audit.journals() == []


@pytest.mark.parametrize(
    ("file", "reason"),
    [("none/audit.html", "No such file or directory"), (".", "it is a folder")],
)
def test_an_unwritable_output_file_is_reported_before_the_audit(
    aws: LocalAws, audit: Audit, tmp_path: Path, file: str, reason: str
) -> None:
    assert audit("--output", str(tmp_path / file)) == 2

    (line,) = audit.errors.splitlines()
    assert "audit: Cannot write " in line
    assert line.endswith(f": {reason}.")
    assert list(aws.calls) == []


def test_results_that_could_not_be_written_are_evaluated_again(
    aws: LocalAws, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_repository(aws, "shop/api", PLAIN_AMD64)
    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", _no_space)
        assert audit("--output", str(audit.folder / "audit.txt")) == 2
    assert (
        "No space left on device. The results are kept: run audit again with --resume."
        in audit.errors
    )
    fill_repository(aws, "shop/new", MAC_BUILD)

    lines = audit.lines()

    assert {line["reference"].split("/", 1)[1] for line in lines} == {
        f"shop/api:{PLAIN_AMD64}",
        f"shop/new:{MAC_BUILD}",
    }
    assert audit.errors == ""


def test_resume_writes_results_that_could_not_be_written_with_their_age(
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
    assert "resuming the audit started 3.0 h ago; use --restart to start over" in audit.errors


@pytest.mark.parametrize("patterns", [["typo"], ["shop/*", "typo"], ["shop/api", "typ?", "*"]])
def test_a_pattern_without_a_match_is_named_although_others_match(
    aws: LocalAws, audit: Audit, patterns: list[str]
) -> None:
    fill_repository(aws, "shop/api", MAC_BUILD)

    assert audit(*patterns, "--fail-on", "mislabeled") == 2

    (line,) = audit.errors.splitlines()
    unmatched = next(pattern for pattern in patterns if pattern.startswith("typ"))
    assert f"No repository matches {unmatched} in account 123456789012, eu-central-1." in line


def test_a_named_repository_may_exist_in_only_one_region(aws: LocalAws, audit: Audit) -> None:
    fill_repository(aws, "shop/api", MAC_BUILD)

    assert len(audit.lines("shop/api", "--region", "eu-central-1", "--region", "us-east-1")) == 1


def test_image_and_listing_errors_of_a_repository_are_both_reported(
    aws: LocalAws, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_repository(aws, "shop/api", PLAIN_AMD64, PLAIN_ARM64)
    monkeypatch.setattr("platform_guard.registry.listing.PAGE_SIZE", 1)

    def fail(operation: str, params: dict[str, object]) -> str | None:
        is_second_page = operation == "DescribeImages" and "nextToken" in params
        is_denied = is_second_page or operation == "GetDownloadUrlForLayer"
        return "AccessDeniedException" if is_denied else None

    with before_each_call(fail):
        assert audit("--fail-on", "unseen") == 1

    (line,) = [line for line in audit.errors.splitlines() if "shop/api" in line]
    assert "1 image could not be read: its config could not be fetched" in line
    assert line.endswith("; the rest could not be read: access denied")


def test_an_invalid_fail_on_value_lists_the_valid_ones(
    capsys: pytest.CaptureFixture[str], audit: Audit
) -> None:
    with pytest.raises(SystemExit, match="2"):
        audit("--fail-on", "foo")

    (line,) = capsys.readouterr().err.splitlines()
    assert "missing-platform" in line
    assert "<" not in line


def _no_space(*_: object) -> None:
    raise OSError(28, "No space left on device")
