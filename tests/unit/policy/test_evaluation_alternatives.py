"""Evaluation with `platform_rule = "any"`: one of several platforms is enough."""

import pytest

from platform_guard.oci import media_types
from platform_guard.oci.platforms import Platform
from platform_guard.policy.policy import IndexRule, PlatformRule, Policy
from platform_guard.policy.verdict import Finding, NoFinding
from tests.support.images import (
    Blob,
    Listed,
    image,
    index,
    listed,
    listed_attestation,
    listed_image,
    read_and_evaluate,
)

AMD64, ARM64 = Platform("linux", "amd64"), Platform("linux", "arm64")
EITHER = Policy(
    required_platforms=(AMD64, ARM64),
    platform_rule=PlatformRule.ANY,
    index_rule=IndexRule.ALLOW,
)
AMD64_CHILD, ARM64_CHILD = listed_image("linux/amd64"), listed_image("linux/arm64")
S390X_CHILD = listed_image("linux/s390x")
MISLABELED_AMD64 = listed(image("linux/s390x"), "linux/amd64")
BROKEN = Blob(b"oops", media_types.OCI_MANIFEST)


@pytest.mark.parametrize(
    ("root", "verdict"),
    [
        pytest.param(image("linux/amd64"), NoFinding.COMPLIANT, id="image for the first"),
        pytest.param(image("linux/arm64"), NoFinding.COMPLIANT, id="image for the second"),
        pytest.param(image("linux/s390x"), Finding.MISSING_PLATFORM, id="image for neither"),
        pytest.param(index(ARM64_CHILD), NoFinding.COMPLIANT, id="index with the second"),
        pytest.param(index(AMD64_CHILD, ARM64_CHILD), NoFinding.COMPLIANT, id="index with both"),
        pytest.param(index(S390X_CHILD), Finding.MISSING_PLATFORM, id="index with neither"),
        pytest.param(
            index(MISLABELED_AMD64, ARM64_CHILD),
            NoFinding.COMPLIANT,
            id="the second is right and the first mislabeled",
        ),
        pytest.param(index(MISLABELED_AMD64), Finding.MISLABELED, id="only a mislabeled one"),
        pytest.param(
            index(listed(BROKEN, "linux/amd64"), S390X_CHILD),
            NoFinding.UNREADABLE,
            id="an unreadable one may satisfy the rule",
        ),
        pytest.param(index(listed_attestation()), Finding.NO_IMAGE, id="nothing that runs"),
    ],
)
def test_one_satisfied_platform_is_enough(root: Blob, verdict: Finding | NoFinding) -> None:
    assert read_and_evaluate(root, EITHER)[1].name == verdict


@pytest.mark.parametrize("missing", [AMD64_CHILD, ARM64_CHILD])
def test_a_missing_child_is_a_finding_only_if_no_other_platform_satisfies_the_rule(
    missing: Listed,
) -> None:
    single, both = index(missing, S390X_CHILD), index(AMD64_CHILD, ARM64_CHILD)

    assert read_and_evaluate(single, EITHER, without=[missing.blob])[1].name == Finding.DANGLING
    assert read_and_evaluate(both, EITHER, without=[missing.blob])[1].name == NoFinding.COMPLIANT


@pytest.mark.parametrize(
    ("root", "rule", "verdict"),
    [
        (index(ARM64_CHILD), IndexRule.MULTI_PLATFORM, Finding.INDEX_ONLY),
        (index(AMD64_CHILD, ARM64_CHILD), IndexRule.MULTI_PLATFORM, NoFinding.COMPLIANT),
        (index(AMD64_CHILD, ARM64_CHILD), IndexRule.FORBID, Finding.INDEX_ONLY),
        (image("linux/arm64"), IndexRule.FORBID, NoFinding.COMPLIANT),
    ],
)
def test_the_index_rule_applies_with_alternative_platforms(
    root: Blob, rule: IndexRule, verdict: Finding | NoFinding
) -> None:
    policy = Policy(
        required_platforms=(AMD64, ARM64), platform_rule=PlatformRule.ANY, index_rule=rule
    )

    assert read_and_evaluate(root, policy)[1].name == verdict


@pytest.mark.parametrize(
    ("root", "reason"),
    [
        (
            image("linux/s390x"),
            "it contains only linux/s390x; linux/amd64 or linux/arm64 is required",
        ),
        (
            index(S390X_CHILD),
            "it contains only linux/s390x; linux/amd64 or linux/arm64 is required",
        ),
    ],
)
def test_a_reason_lists_all_alternative_platforms(root: Blob, reason: str) -> None:
    verdict = read_and_evaluate(root, EITHER)[1]

    assert verdict.reason == reason
    assert verdict.fails_on == ("linux/amd64", "linux/arm64")
