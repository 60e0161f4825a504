import pytest

from platform_guard import media_types
from platform_guard.judging import judge
from platform_guard.platforms import Platform
from platform_guard.policy import IndexRule, Policy
from platform_guard.roles import Role
from platform_guard.verdicts import Evidence, Finding, NoFinding
from tests.support.images import (
    Blob,
    Listed,
    artifact,
    attestation,
    config,
    image,
    index,
    listed,
    listed_attestation,
    listed_image,
    listed_soci_index,
    manifest,
    read,
    read_and_judge,
)

AMD64, ARM64 = Platform("linux", "amd64"), Platform("linux", "arm64")
WINDOWS = Platform("windows", "amd64", os_version="10.0.20348")


def requiring(*platforms: Platform, rule: IndexRule = IndexRule.ALLOW) -> Policy:
    return Policy(required_platforms=platforms, index_rule=rule)


def mislabeled(listed_as: str, config_says: str) -> Listed:
    return listed(image(config_says), listed_as)


AMD64_CHILD, ARM64_CHILD = listed_image("linux/amd64"), listed_image("linux/arm64")
BROKEN = Blob(b"oops", media_types.OCI_MANIFEST)
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
    # containerd follows the best child of an index alone: images.LimitManifests and
    # images.Manifest, whose limit is 1.
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
def test_a_verdict(root: Blob, policy: Policy, verdict: Finding | NoFinding) -> None:
    _, found = read_and_judge(root, policy)

    assert found.name is verdict
    assert found.reason


ABSENT = {
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
    "all that it lists, without a platform": (
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
    "one of two, and it lists nothing else": (
        index(ARM64_CHILD),
        [image("linux/arm64")],
        requiring(AMD64, ARM64),
        Finding.DANGLING,
    ),
}


@pytest.mark.parametrize(("root", "without", "policy", "verdict"), ABSENT.values(), ids=ABSENT)
def test_an_index_lists_what_is_not_there(
    root: Blob, without: list[Blob], policy: Policy, verdict: Finding | NoFinding
) -> None:
    _, found = read_and_judge(root, policy, without)

    assert found.name is verdict


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
                "no such platform",
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
def test_an_index_is_accepted_by_rule(root: Blob, policy: Policy, verdict: str) -> None:
    _, found = read_and_judge(root, policy)

    assert found.name == verdict


def test_a_config_nobody_verified_convicts_nobody() -> None:
    root = index(mislabeled("linux/amd64", "linux/arm64"))
    policy = Policy(index_rule=IndexRule.ALLOW, verify_config=False)

    assert judge(read(root, policy=policy), policy).name is NoFinding.COMPLIANT


@pytest.mark.parametrize(
    ("root", "reason"),
    [
        (
            index(ARM64_CHILD, listed_image("linux/arm/v7")),
            "it holds linux/arm/v7, linux/arm64, but nothing that runs on linux/amd64",
        ),
        (image("linux/arm64"), "it holds linux/arm64, but nothing that runs on linux/amd64"),
        (
            image("linux/amd64/v3"),
            "it holds linux/amd64/v3, which not every machine for linux/amd64 runs",
        ),
        (
            index(listed_image("linux/amd64/v3")),
            "it holds linux/amd64/v3, but nothing that runs on linux/amd64",
        ),
        (image(), "it is an image for linux/amd64"),
        (index(AMD64_CHILD, ARM64_CHILD), "it is an index for linux/amd64, linux/arm64"),
        (image(""), "its config states no platform"),
        (
            index(mislabeled("linux/amd64", "linux/arm64")),
            "its index says linux/amd64, but the config of that image says linux/arm64: "
            "it is pulled and then cannot be executed",
        ),
        (index(listed(BROKEN)), f"what it lists as {BROKEN.digest} cannot be read: it is not JSON"),
    ],
)
def test_a_reason_says_what_is_there_and_what_is_not(root: Blob, reason: str) -> None:
    _, verdict = read_and_judge(root, requiring(AMD64))

    assert verdict.reason == reason


@pytest.mark.parametrize(
    ("root", "reason"),
    [
        pytest.param(
            index(AMD64_CHILD, listed_attestation()),
            "it is an index for linux/amd64 alone: Lambda and SageMaker refuse an image behind an "
            "index, and one platform needs none",
            id="attestation",
        ),
        pytest.param(
            index(AMD64_CHILD, listed_soci_index("linux/amd64"), listed_attestation()),
            "it is an index for linux/amd64 and an artifact, such as a SOCI index: Lambda and "
            "SageMaker refuse an image behind an index",
            id="SOCI index",
        ),
        pytest.param(
            WITH_NYDUS,
            "it is an index for linux/amd64 alone: Lambda and SageMaker refuse an image behind an "
            "index",
            id="nydus form",
        ),
    ],
)
def test_no_index_is_called_needless_that_holds_more_than_an_image(root: Blob, reason: str) -> None:
    _, verdict = read_and_judge(root)

    assert verdict.name is Finding.INDEX_ONLY
    assert verdict.reason == reason


def test_every_entry_is_evidence() -> None:
    wrong = mislabeled("linux/amd64", "linux/arm64")
    unknown = listed(image("linux/s390x"), "unknown/unknown")
    root = index(wrong, listed_attestation(), unknown, listed(BROKEN))

    _, verdict = read_and_judge(root)

    assert verdict.evidence == (
        Evidence(wrong.blob.digest, Role.IMAGE, "linux/amd64", "its config says linux/arm64"),
        Evidence(attestation().digest, Role.ATTESTATION),
        Evidence(unknown.blob.digest, Role.NO_PLATFORM),
        Evidence(BROKEN.digest, Role.UNREADABLE, "", "it is not JSON"),
    )


def test_an_arm_config_that_leaves_out_its_variant_is_not_mislabeled() -> None:
    # Older builders write no variant into the config of arm/v5 and arm/v6 images.
    root = index(listed(image("linux/arm"), "linux/arm/v6"))

    _, verdict = read_and_judge(root, requiring(Platform("linux", "arm", "v6")))

    assert verdict.name is NoFinding.COMPLIANT
