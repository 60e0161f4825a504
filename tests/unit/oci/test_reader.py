"""Reading an image: the calls that are made, and the resulting kind and entries."""

import pytest

from platform_guard.oci import media_types
from platform_guard.oci.classification import ManifestKind
from platform_guard.oci.image import Kind
from platform_guard.policy.policy import Policy
from tests.support.images import (
    Blob,
    MemoryStore,
    artifact,
    attestation,
    config,
    config_call,
    documents_call,
    image,
    index,
    listed,
    listed_attestation,
    listed_image,
    manifest,
    read,
)
from tests.support.sample_images import (
    AMD64,
    AMD64_CONFIG,
    AMD64_IMAGE,
    ARM64,
    ARM64_CONFIG,
    ARM64_IMAGE,
    MULTI_PLATFORM,
)

UNVERIFIED = Policy(verify_config=False)
FOR_BOTH = Policy(required_platforms=(AMD64, ARM64))


UNLISTED = index(listed(AMD64_IMAGE), listed(ARM64_IMAGE))
NESTED = index(listed(MULTI_PLATFORM))
FALLING_BACK = index(
    listed(artifact(), "linux/amd64"),
    listed(attestation(), "linux/amd64"),
    listed_image("linux/386"),
)


READS = {
    "a plain image: its config": (
        AMD64_IMAGE,
        Policy(),
        [config_call(AMD64_CONFIG)],
    ),
    "a plain image, unverified: its config as well": (
        AMD64_IMAGE,
        UNVERIFIED,
        [config_call(AMD64_CONFIG)],
    ),
    "an artifact: nothing": (artifact(), Policy(), []),
    "an attestation: nothing": (attestation(), Policy(), []),
    "an index that is an artifact: nothing": (
        index(listed(AMD64_IMAGE), artifactType="text/example"),
        Policy(),
        [],
    ),
    "an index, unverified: nothing": (MULTI_PLATFORM, UNVERIFIED, []),
    "an index: the image for the required platform": (
        MULTI_PLATFORM,
        Policy(),
        [documents_call(AMD64_IMAGE), config_call(AMD64_CONFIG)],
    ),
    "an index for two required platforms: both images at once": (
        MULTI_PLATFORM,
        FOR_BOTH,
        [
            documents_call(AMD64_IMAGE, ARM64_IMAGE),
            config_call(AMD64_CONFIG),
            config_call(ARM64_CONFIG),
        ],
    ),
    "an index without the required platform: nothing": (
        index(listed_image("linux/arm64"), listed_attestation()),
        Policy(),
        [],
    ),
    "an index of attestations: nothing": (index(listed_attestation()), Policy(), []),
    "children without a platform: all at once": (
        UNLISTED,
        UNVERIFIED,
        [
            documents_call(AMD64_IMAGE, ARM64_IMAGE),
            config_call(AMD64_CONFIG),
            config_call(ARM64_CONFIG),
        ],
    ),
    "children without a platform, verified: nothing twice": (
        UNLISTED,
        Policy(),
        [
            documents_call(AMD64_IMAGE, ARM64_IMAGE),
            config_call(AMD64_CONFIG),
            config_call(ARM64_CONFIG),
        ],
    ),
    "two children with one config: it once": (
        index(listed(AMD64_IMAGE), listed(manifest(AMD64_CONFIG, [])), listed(AMD64_IMAGE)),
        UNVERIFIED,
        [documents_call(AMD64_IMAGE, manifest(AMD64_CONFIG, [])), config_call(AMD64_CONFIG)],
    ),
    "a nested index, unverified: that index": (
        NESTED,
        UNVERIFIED,
        [documents_call(MULTI_PLATFORM)],
    ),
    "a nested index: that index, then the image": (
        NESTED,
        Policy(),
        [documents_call(MULTI_PLATFORM), documents_call(AMD64_IMAGE), config_call(AMD64_CONFIG)],
    ),
    "children that turn out to be artifacts: the next best match": (
        FALLING_BACK,
        Policy(),
        [
            documents_call(artifact()),
            documents_call(attestation()),
            documents_call(image("linux/386")),
            config_call(config("linux/386")),
        ],
    ),
}


@pytest.mark.parametrize(("root", "policy", "calls"), READS.values(), ids=READS)
def test_the_reader_makes_only_the_necessary_calls(
    root: Blob, policy: Policy, calls: list[tuple[str, ...]]
) -> None:
    store = MemoryStore.of(root)

    read(root, store, policy)

    assert store.calls == calls


def test_a_plain_image_is_its_own_entry() -> None:
    found = read(ARM64_IMAGE)

    assert (found.kind, found.digest) == (Kind.IMAGE, ARM64_IMAGE.digest)
    assert found.platforms == ("linux/arm64",)
    (entry,) = found.entries
    assert (entry.digest, entry.kind, entry.platform) == (
        ARM64_IMAGE.digest,
        ManifestKind.IMAGE,
        ARM64,
    )


def test_entries_keep_the_order_of_the_index() -> None:
    found = read(MULTI_PLATFORM)

    assert found.kind is Kind.INDEX
    assert [(entry.kind, str(entry.platform)) for entry in found.entries] == [
        (ManifestKind.IMAGE, "linux/amd64"),
        (ManifestKind.IMAGE, "linux/arm64"),
        (ManifestKind.ATTESTATION, "unknown/unknown"),
    ]


@pytest.mark.parametrize(
    ("root", "kind"),
    [
        pytest.param(artifact(), Kind.ARTIFACT, id="Helm chart"),
        pytest.param(attestation(), Kind.ATTESTATION, id="attestation"),
        pytest.param(
            manifest(
                Blob(b"{}", "application/vnd.oci.empty.v1+json"),
                artifactType=media_types.BUILDKIT_ATTESTATION,
            ),
            Kind.ATTESTATION,
            id="attestation, newer form",
        ),
        pytest.param(
            Blob(b"{}", media_types.OCI_ARTIFACT_MANIFEST), Kind.ARTIFACT, id="artifact manifest"
        ),
        pytest.param(
            index(listed(AMD64_IMAGE), artifactType="text/example"),
            Kind.ARTIFACT,
            id="index with an artifact type",
        ),
        pytest.param(
            index(
                listed(artifact(), mediaType="application/vnd.oci.image.layer.v1.tar+gzip"),
                listed(artifact(), mediaType="application/vnd.buildkit.cacheconfig.v0"),
            ),
            Kind.ARTIFACT,
            id="BuildKit cache, older form",
        ),
        pytest.param(
            index(listed(artifact(), artifactType="application/spdx+json")),
            Kind.ARTIFACT,
            id="referrers index",
        ),
        pytest.param(index(listed(artifact())), Kind.ARTIFACT, id="index of a Helm chart"),
        pytest.param(index(listed_attestation()), Kind.INDEX, id="index of attestations"),
        pytest.param(index(), Kind.INDEX, id="empty index"),
        pytest.param(
            index(listed(artifact()), listed_image("linux/arm64")),
            Kind.INDEX,
            id="index of an image and an artifact",
        ),
    ],
)
def test_the_kind_of_an_image(root: Blob, kind: Kind) -> None:
    assert read(root).kind is kind


def test_exceptions_of_the_store_propagate() -> None:
    def fail() -> None:
        raise ConnectionError("the network is down")

    store = MemoryStore.of(MULTI_PLATFORM)
    store.on_call = fail

    with pytest.raises(ConnectionError, match="the network is down"):
        read(MULTI_PLATFORM, store)
