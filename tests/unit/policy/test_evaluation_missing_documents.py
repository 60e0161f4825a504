"""Verdicts on an index whose children are missing."""

import pytest

from platform_guard.policy.policy import Policy
from platform_guard.policy.verdict import Finding, NoFinding
from tests.support.images import Blob, image, index, listed, listed_image, read_and_evaluate
from tests.support.sample_images import AMD64, ARM64
from tests.support.verdict_cases import AMD64_CHILD, ARM64_CHILD, mislabeled, requiring

MISSING = {
    "its only child": (index(AMD64_CHILD), [image()], requiring(AMD64), Finding.DANGLING),
    "the child for it": (
        index(ARM64_CHILD, AMD64_CHILD),
        [image()],
        requiring(AMD64),
        Finding.DANGLING,
    ),
    "the child for another platform": (
        index(ARM64_CHILD, AMD64_CHILD),
        [image("linux/arm64")],
        requiring(AMD64),
        NoFinding.COMPLIANT,
    ),
    "a child that may be for any platform": (
        index(listed(image()), ARM64_CHILD),
        [image()],
        requiring(AMD64),
        NoFinding.UNREADABLE,
    ),
    "every child, without a platform": (
        index(listed(image())),
        [image()],
        requiring(AMD64),
        NoFinding.UNREADABLE,
    ),
    "one of two, the other is mislabeled": (
        index(AMD64_CHILD, mislabeled("linux/arm64", "linux/386")),
        [image()],
        requiring(AMD64, ARM64),
        Finding.DANGLING,
    ),
    "one of two, the other is missing": (
        index(AMD64_CHILD, listed_image("linux/s390x")),
        [image()],
        requiring(AMD64, ARM64),
        Finding.MISSING_PLATFORM,
    ),
    "one of two, and no other child": (
        index(ARM64_CHILD),
        [image("linux/arm64")],
        requiring(AMD64, ARM64),
        Finding.DANGLING,
    ),
}


@pytest.mark.parametrize(("root", "without", "policy", "verdict"), MISSING.values(), ids=MISSING)
def test_the_verdict_on_an_index_with_missing_children(
    root: Blob, without: list[Blob], policy: Policy, verdict: Finding | NoFinding
) -> None:
    _, found = read_and_evaluate(root, policy, without)

    assert found.name is verdict
