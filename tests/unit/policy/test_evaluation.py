"""Verdicts by image content and required platforms."""

import pytest

from platform_guard.oci.platforms import Platform
from platform_guard.policy.evaluation import evaluate
from platform_guard.policy.policy import IndexRule, Policy
from platform_guard.policy.verdict import Finding, NoFinding
from tests.support.images import (
    Blob,
    artifact,
    attestation,
    config,
    image,
    index,
    listed,
    listed_attestation,
    listed_image,
    manifest,
    read,
    read_and_evaluate,
)
from tests.support.sample_images import AMD64, ARM64
from tests.support.verdict_cases import (
    AMD64_CHILD,
    ARM64_CHILD,
    BROKEN,
    WINDOWS,
    mislabeled,
    requiring,
)

CACHE = index(listed(artifact(), mediaType="application/vnd.oci.image.layer.v1.tar+gzip"))

VERDICTS = {
    "amd64 image": (image(), requiring(AMD64), NoFinding.COMPLIANT),
    "386 image, which amd64 runs": (image("linux/386"), requiring(AMD64), NoFinding.COMPLIANT),
    "arm64 image": (image("linux/arm64"), requiring(AMD64), Finding.MISSING_PLATFORM),
    "amd64/v3 image": (image("linux/amd64/v3"), requiring(AMD64), Finding.MISSING_PLATFORM),
    "Windows image": (image("windows/amd64"), requiring(AMD64), Finding.MISSING_PLATFORM),
    "WASM image": (image("wasi/wasm"), requiring(AMD64), Finding.MISSING_PLATFORM),
    "amd64 image where two platforms are required": (
        image(),
        requiring(AMD64, ARM64),
        Finding.MISSING_PLATFORM,
    ),
    "arm/v7 image for arm64 and arm/v7": (
        image("linux/arm/v7"),
        requiring(ARM64, Platform("linux", "arm", "v7")),
        NoFinding.COMPLIANT,
    ),
    "image for an older Windows": (
        manifest(config("windows/amd64", **{"os.version": "10.0.17763.1"})),
        requiring(WINDOWS),
        Finding.MISSING_PLATFORM,
    ),
    "image without a platform": (image(""), requiring(AMD64), NoFinding.UNREADABLE),
    "image for unknown/unknown": (
        image("unknown/unknown"),
        requiring(AMD64),
        NoFinding.UNREADABLE,
    ),
    "attestation": (attestation(), requiring(AMD64), Finding.NO_IMAGE),
    "artifact": (artifact(), requiring(AMD64), NoFinding.NOT_AN_IMAGE),
    "not JSON": (BROKEN, requiring(AMD64), NoFinding.UNREADABLE),
    "index with the platform": (
        index(ARM64_CHILD, AMD64_CHILD),
        requiring(AMD64),
        NoFinding.COMPLIANT,
    ),
    "index with both platforms": (
        index(ARM64_CHILD, AMD64_CHILD),
        requiring(AMD64, ARM64),
        NoFinding.COMPLIANT,
    ),
    "index without the platform": (
        index(ARM64_CHILD, listed_attestation()),
        requiring(AMD64),
        Finding.MISSING_PLATFORM,
    ),
    "index with one of two platforms": (
        index(AMD64_CHILD),
        requiring(AMD64, ARM64),
        Finding.MISSING_PLATFORM,
    ),
    "index of attestations": (
        index(listed_attestation(), listed_attestation()),
        requiring(AMD64),
        Finding.NO_IMAGE,
    ),
    "empty index": (index(), requiring(AMD64), Finding.NO_IMAGE),
    "index of a child with an empty platform": (
        index(listed(image(), {})),
        requiring(AMD64),
        Finding.NO_IMAGE,
    ),
    "index of an unknown platform": (
        index(listed(image(), "unknown/unknown")),
        requiring(AMD64),
        Finding.NO_IMAGE,
    ),
    "index of images whose configs state no platform": (
        index(listed(image(""))),
        requiring(AMD64),
        Finding.NO_IMAGE,
    ),
    "referrers index": (
        index(listed(artifact(), artifactType="application/spdx+json")),
        requiring(AMD64),
        NoFinding.NOT_AN_IMAGE,
    ),
    "cache index": (CACHE, requiring(AMD64), NoFinding.NOT_AN_IMAGE),
    "index with an artifact type": (
        index(ARM64_CHILD, artifactType="text/example"),
        requiring(AMD64),
        NoFinding.NOT_AN_IMAGE,
    ),
    "index whose child for the platform has another config": (
        index(mislabeled("linux/amd64", "linux/arm64")),
        requiring(AMD64),
        Finding.MISLABELED,
    ),
    "index whose child for another platform has the right config": (
        index(mislabeled("linux/arm64", "linux/amd64")),
        requiring(AMD64),
        Finding.MISSING_PLATFORM,
    ),
    "index whose child for the platform states none itself": (
        index(listed(image(""), "linux/amd64")),
        requiring(AMD64),
        NoFinding.COMPLIANT,
    ),
    "index whose child is 386 and says so": (
        index(listed_image("linux/386")),
        requiring(AMD64),
        NoFinding.COMPLIANT,
    ),
    "index that lists a mislabeled child before a right one": (
        index(mislabeled("linux/amd64", "linux/arm64"), AMD64_CHILD),
        requiring(AMD64),
        Finding.MISLABELED,
    ),
    "index that lists a mislabeled child after a right one": (
        index(AMD64_CHILD, mislabeled("linux/amd64", "linux/arm64")),
        requiring(AMD64),
        NoFinding.COMPLIANT,
    ),
    "child without a platform that is for it": (
        index(listed(image())),
        requiring(AMD64),
        NoFinding.COMPLIANT,
    ),
    "child without a platform that is for another": (
        index(listed(image("linux/arm64"))),
        requiring(AMD64),
        Finding.MISSING_PLATFORM,
    ),
    "child with the platform before one without": (
        index(listed(image()), mislabeled("linux/amd64", "linux/arm64")),
        requiring(AMD64),
        Finding.MISLABELED,
    ),
    "child whose platform is without its operating system": (
        index(listed(image(), {"architecture": "amd64"})),
        requiring(AMD64),
        NoFinding.COMPLIANT,
    ),
    # containerd follows only the best child of an index: images.LimitManifests and
    # images.Manifest, with limit 1.
    "two children without a platform, the second of which is for it": (
        index(listed(image("linux/arm64")), listed(image())),
        requiring(AMD64),
        Finding.MISSING_PLATFORM,
    ),
    "two nested indexes without a platform, the second of which is for it": (
        index(listed(index(ARM64_CHILD)), listed(index(AMD64_CHILD))),
        requiring(AMD64),
        Finding.MISSING_PLATFORM,
    ),
    "nested index with the platform": (
        index(listed(index(ARM64_CHILD, AMD64_CHILD))),
        requiring(AMD64),
        NoFinding.COMPLIANT,
    ),
    "nested index that is listed for another platform": (
        index(listed(index(AMD64_CHILD), "linux/arm64")),
        requiring(AMD64),
        Finding.MISSING_PLATFORM,
    ),
    "child that is malformed": (
        index(listed(BROKEN, "linux/amd64")),
        requiring(AMD64),
        NoFinding.UNREADABLE,
    ),
    "child of any platform that is malformed": (
        index(ARM64_CHILD, listed(BROKEN)),
        requiring(AMD64),
        NoFinding.UNREADABLE,
    ),
    "child for another platform that is malformed": (
        index(listed(BROKEN, "linux/arm64"), AMD64_CHILD),
        requiring(AMD64),
        NoFinding.COMPLIANT,
    ),
    "one platform mislabeled, one missing": (
        index(mislabeled("linux/amd64", "linux/386/v9")),
        requiring(AMD64, ARM64),
        Finding.MISSING_PLATFORM,
    ),
    "one platform mislabeled, one malformed": (
        index(mislabeled("linux/amd64", "linux/arm64"), listed(BROKEN, "linux/arm64")),
        requiring(AMD64, ARM64),
        Finding.MISLABELED,
    ),
    "one platform missing, one malformed, and nothing else": (
        index(listed(BROKEN, "linux/arm64")),
        requiring(AMD64, ARM64),
        NoFinding.UNREADABLE,
    ),
    "one platform missing, one malformed": (
        index(listed(BROKEN, "linux/amd64"), listed_image("linux/s390x")),
        requiring(AMD64, ARM64),
        Finding.MISSING_PLATFORM,
    ),
}


@pytest.mark.parametrize(("root", "policy", "verdict"), VERDICTS.values(), ids=VERDICTS)
def test_the_verdict_on_an_image(root: Blob, policy: Policy, verdict: Finding | NoFinding) -> None:
    _, found = read_and_evaluate(root, policy)

    assert found.name is verdict
    assert found.reason


def test_an_unverified_config_causes_no_finding() -> None:
    root = index(mislabeled("linux/amd64", "linux/arm64"))
    policy = Policy(index_rule=IndexRule.ALLOW, verify_config=False)

    assert evaluate(read(root, policy=policy), policy).name is NoFinding.COMPLIANT


def test_an_arm_config_that_leaves_out_its_variant_is_not_mislabeled() -> None:
    # Older build tools omit the variant from the config of arm/v5 and arm/v6 images.
    root = index(listed(image("linux/arm"), "linux/arm/v6"))

    _, verdict = read_and_evaluate(root, requiring(Platform("linux", "arm", "v6")))

    assert verdict.name is NoFinding.COMPLIANT
