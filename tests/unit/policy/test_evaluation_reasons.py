"""The reason and the evidence of a verdict."""

import pytest

from platform_guard.oci.classification import ManifestKind
from platform_guard.policy.verdict import Evidence
from tests.support.images import (
    Blob,
    attestation,
    image,
    index,
    listed,
    listed_attestation,
    listed_image,
    read_and_evaluate,
)
from tests.support.sample_images import AMD64
from tests.support.verdict_cases import AMD64_CHILD, ARM64_CHILD, BROKEN, mislabeled, requiring


@pytest.mark.parametrize(
    ("root", "reason"),
    [
        (
            index(ARM64_CHILD, listed_image("linux/arm/v7")),
            "it contains only linux/arm/v7, linux/arm64; linux/amd64 is required",
        ),
        (image("linux/arm64"), "it contains only linux/arm64; linux/amd64 is required"),
        (
            image("linux/amd64/v3"),
            "it contains only linux/amd64/v3, which not every linux/amd64 host can run",
        ),
        (
            index(listed_image("linux/amd64/v3")),
            "it contains only linux/amd64/v3; linux/amd64 is required",
        ),
        (image(), "it is an image for linux/amd64"),
        (index(AMD64_CHILD, ARM64_CHILD), "it is an index for linux/amd64, linux/arm64"),
        (image(""), "its config states no platform"),
        (
            index(mislabeled("linux/amd64", "linux/arm64")),
            "its index entry for linux/amd64 is an image for linux/arm64, "
            "which can be pulled but not executed",
        ),
        (index(listed(BROKEN)), f"its index entry {BROKEN.digest} cannot be read: it is not JSON"),
    ],
)
def test_a_reason_names_the_content_and_the_requirement(root: Blob, reason: str) -> None:
    _, verdict = read_and_evaluate(root, requiring(AMD64))

    assert verdict.reason == reason


def test_every_entry_is_evidence() -> None:
    wrong = mislabeled("linux/amd64", "linux/arm64")
    unknown = listed(image("linux/s390x"), "unknown/unknown")
    root = index(wrong, listed_attestation(), unknown, listed(BROKEN))

    _, verdict = read_and_evaluate(root)

    assert verdict.evidence == (
        Evidence(
            wrong.blob.digest, ManifestKind.IMAGE, "linux/amd64", "its config says linux/arm64"
        ),
        Evidence(attestation().digest, ManifestKind.ATTESTATION),
        Evidence(unknown.blob.digest, ManifestKind.NO_PLATFORM),
        Evidence(BROKEN.digest, ManifestKind.UNREADABLE, "", "it is not JSON"),
    )
