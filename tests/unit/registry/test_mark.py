import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_guard.policy.verdict import Finding
from platform_guard.registry.mark import MARK_PREFIX, is_mark, mark_for

# Distribution specification, "Pulling manifests".
TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")

DIGEST = "sha256:" + "0123456789abcdef" * 4

FINDINGS = st.sampled_from(Finding)
TAGS = st.from_regex(TAG, fullmatch=True)
LONG_TAGS = st.text("aZ0_.-", min_size=90, max_size=127).map("v".__add__)


def test_a_mark_contains_finding_tag_and_digest() -> None:
    mark = mark_for(Finding.MISSING_PLATFORM, "v1.2", DIGEST)

    assert mark == "platform-guard.missing-platform.v1.2.0123456789ab"


def test_a_long_tag_is_cut_and_gets_a_hash() -> None:
    mark = mark_for(Finding.MISSING_PLATFORM, "a" * 128, DIGEST)

    assert mark == f"platform-guard.missing-platform.{'a' * 74}.6836cf13.0123456789ab"


@given(FINDINGS, TAGS | LONG_TAGS)
def test_every_mark_is_a_valid_tag_and_recognized_as_a_mark(finding: Finding, tag: str) -> None:
    mark = mark_for(finding, tag, DIGEST)

    assert TAG.fullmatch(mark)
    assert is_mark(mark)


@pytest.mark.parametrize("tag", ["v1", "v" * 128], ids=["short", "long"])
def test_a_mark_of_a_sha512_digest_is_a_valid_tag(tag: str) -> None:
    assert TAG.fullmatch(mark_for(Finding.MISSING_PLATFORM, tag, "sha512:" + "0a" * 64))


@given(FINDINGS, LONG_TAGS, LONG_TAGS)
def test_different_long_tags_have_different_marks(finding: Finding, one: str, other: str) -> None:
    marks = {mark_for(finding, tag, DIGEST) for tag in (one, other)}

    assert len(marks) == len({one, other})


@given(st.from_regex(r"[a-z]{100}", fullmatch=True), st.sampled_from("01"))
def test_tags_that_differ_only_where_they_are_cut_have_different_marks(
    start: str, end: str
) -> None:
    first = mark_for(Finding.DANGLING, f"{start}-{end}", DIGEST)

    assert first != mark_for(Finding.DANGLING, f"{start}-2", DIGEST)


@given(TAGS)
def test_a_tag_without_the_prefix_is_not_a_mark(tag: str) -> None:
    assert is_mark(tag) is tag.startswith(MARK_PREFIX)
    assert not is_mark(f"x{tag}")
