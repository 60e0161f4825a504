"""Verdicts on indexes by the index rule of the policy."""

import pytest

from platform_guard.policy.policy import IndexRule, Policy
from platform_guard.policy.verdict import Finding
from tests.support.images import (
    Blob,
    config,
    image,
    index,
    listed,
    listed_attestation,
    listed_soci_index,
    manifest,
    read_and_evaluate,
)
from tests.support.sample_images import AMD64, ARM64
from tests.support.verdict_cases import AMD64_CHILD, ARM64_CHILD, WINDOWS, requiring

SINGLE = index(AMD64_CHILD, listed_attestation())
TWICE_THE_SAME = index(AMD64_CHILD, listed(image(), "linux/x86_64"))
TWO_PLATFORMS = index(AMD64_CHILD, ARM64_CHILD)
WITH_ARTIFACT = index(AMD64_CHILD, listed_soci_index("linux/arm64"))
WITH_NYDUS = index(
    AMD64_CHILD,
    listed(
        image(),
        {"os": "linux", "architecture": "amd64", "os.features": ["nydus.remoteimage.v1"]},
    ),
)
TWO_WINDOWS = index(
    *(
        listed(
            manifest(config("windows/amd64", **{"os.version": version})),
            {"os": "windows", "architecture": "amd64", "os.version": version},
        )
        for version in ("10.0.20348.1", "10.0.26100.1")
    )
)


@pytest.mark.parametrize(
    ("root", "policy", "verdict"),
    [
        pytest.param(root, requiring(required, rule=rule), verdict, id=f"{rule}: {name}")
        for name, root, required, verdicts in (
            ("plain image", image(), AMD64, "compliant compliant compliant"),
            ("single platform", SINGLE, AMD64, "compliant index-only index-only"),
            ("one platform twice", TWICE_THE_SAME, AMD64, "compliant index-only index-only"),
            ("an image and an artifact", WITH_ARTIFACT, AMD64, "compliant index-only index-only"),
            ("an image and its nydus form", WITH_NYDUS, AMD64, "compliant index-only index-only"),
            ("two platforms", TWO_PLATFORMS, AMD64, "compliant compliant index-only"),
            ("two versions of Windows", TWO_WINDOWS, WINDOWS, "compliant compliant index-only"),
            (
                "another platform",
                SINGLE,
                ARM64,
                "missing-platform missing-platform missing-platform",
            ),
        )
        for rule, verdict in zip(
            (IndexRule.ALLOW, IndexRule.MULTI_PLATFORM, IndexRule.FORBID),
            verdicts.split(),
            strict=True,
        )
    ],
)
def test_an_index_is_evaluated_by_the_index_rule(root: Blob, policy: Policy, verdict: str) -> None:
    _, found = read_and_evaluate(root, policy)

    assert found.name == verdict


@pytest.mark.parametrize(
    ("root", "reason"),
    [
        pytest.param(
            index(AMD64_CHILD, listed_attestation()),
            "its linux/amd64 image is wrapped in an index, usually for provenance; "
            "Lambda and SageMaker reject indexes",
            id="attestation",
        ),
        pytest.param(
            index(AMD64_CHILD, listed_soci_index("linux/amd64"), listed_attestation()),
            "its linux/amd64 image shares an index with an artifact, such as a SOCI index; "
            "Lambda and SageMaker reject indexes",
            id="SOCI index",
        ),
        pytest.param(
            WITH_NYDUS,
            "its linux/amd64 image is listed in an index in several forms; "
            "Lambda and SageMaker reject indexes",
            id="nydus form",
        ),
    ],
)
def test_an_index_only_reason_names_the_content_of_the_index(root: Blob, reason: str) -> None:
    _, verdict = read_and_evaluate(root)

    assert verdict.name is Finding.INDEX_ONLY
    assert verdict.reason == reason
