"""How the reader resolves the entries of an index."""

import json
from collections.abc import Mapping, Sequence

import pytest

from platform_guard.oci import media_types
from platform_guard.oci.classification import ManifestKind
from platform_guard.oci.image import Kind
from platform_guard.oci.reader import Inaccessible, ReadRequest, StoredDocument, read_image
from platform_guard.policy.policy import Policy
from tests.support.images import (
    Blob,
    Json,
    MemoryStore,
    artifact,
    attestation,
    config_call,
    documents_call,
    index,
    listed,
    listed_image,
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

FOR_BOTH = Policy(required_platforms=(AMD64, ARM64))

ARTIFACT_MANIFEST = Blob(
    json.dumps({"mediaType": media_types.OCI_ARTIFACT_MANIFEST}).encode(),
    media_types.OCI_ARTIFACT_MANIFEST,
)


def amd64_child(root: Blob, store: MemoryStore | None = None) -> tuple[ManifestKind, str]:
    """Read an index and return the kind and the note of its first entry."""
    found = read(root, store)
    assert found.kind is Kind.INDEX
    return found.entries[0].kind, found.entries[0].note


LISTED_OR_NOT = pytest.mark.parametrize(
    "platform", ["linux/amd64", None], ids=["listed", "unlisted"]
)


@LISTED_OR_NOT
def test_a_child_that_does_not_exist_is_missing(platform: str | None) -> None:
    root = index(listed(AMD64_IMAGE, platform))
    store = MemoryStore.of(root, without=[AMD64_IMAGE])

    assert amd64_child(root, store) == (ManifestKind.MISSING, "it is missing")


@LISTED_OR_NOT
def test_a_child_that_cannot_be_fetched_now_is_unreadable(platform: str | None) -> None:
    class Archive:
        def documents(self, digests: Sequence[str]) -> Mapping[str, Inaccessible]:
            return dict.fromkeys(digests, Inaccessible("it is archived"))

        def config(self, digest: str, size_limit: int) -> None:
            raise AssertionError(f"unexpected request for {digest}, up to {size_limit} bytes")

    root = index(listed(AMD64_IMAGE, platform))
    (entry,) = read_image(root.stored, Archive(), ReadRequest((AMD64,)), lambda: 0.0).entries

    assert (entry.kind, entry.note) == (ManifestKind.UNREADABLE, "it is archived")


@LISTED_OR_NOT
def test_a_child_of_another_digest_is_unreadable(platform: str | None) -> None:
    root = index(listed(AMD64_IMAGE, platform))
    store = MemoryStore.of(root)
    store.contents[AMD64_IMAGE.digest] = StoredDocument(AMD64_IMAGE.digest, ARM64_IMAGE.content)

    note = "its content does not match its digest or size"
    assert amd64_child(root, store) == (ManifestKind.UNREADABLE, note)


@LISTED_OR_NOT
def test_a_child_of_another_size_is_unreadable(platform: str | None) -> None:
    root = index(listed(AMD64_IMAGE, platform, size=len(AMD64_IMAGE.content) + 1))

    assert amd64_child(root)[0] is ManifestKind.UNREADABLE


@LISTED_OR_NOT
def test_a_child_listed_as_a_manifest_that_is_an_index_is_unreadable(platform: str | None) -> None:
    child = Blob(MULTI_PLATFORM.content, "", MULTI_PLATFORM.parts)
    root = index(listed(child, platform, mediaType=media_types.OCI_MANIFEST))

    assert amd64_child(root)[0] is ManifestKind.UNREADABLE


@LISTED_OR_NOT
def test_a_child_listed_as_an_index_that_is_a_manifest_is_unreadable(platform: str | None) -> None:
    child = Blob(AMD64_IMAGE.content, "", AMD64_IMAGE.parts)
    root = index(listed(child, platform, mediaType=media_types.OCI_INDEX))

    assert amd64_child(root)[0] is ManifestKind.UNREADABLE


@pytest.mark.parametrize("platform", [{}, "unknown/unknown"], ids=["empty", "unknown"])
def test_a_child_without_a_stated_platform_is_never_runnable(platform: str | Json) -> None:
    child = Blob(AMD64_IMAGE.content, "", AMD64_IMAGE.parts)
    root = index(listed(child, platform, mediaType=media_types.OCI_INDEX))

    assert read(root).platforms == ()


@LISTED_OR_NOT
def test_a_malformed_child_is_unreadable(platform: str | None) -> None:
    root = index(listed(Blob(b"oops", media_types.OCI_MANIFEST), platform))

    assert amd64_child(root) == (ManifestKind.UNREADABLE, "it is not JSON")


@LISTED_OR_NOT
def test_a_child_without_its_config_is_unreadable(platform: str | None) -> None:
    root = index(listed(AMD64_IMAGE, platform))
    store = MemoryStore.of(root, without=[AMD64_CONFIG])

    assert amd64_child(root, store) == (ManifestKind.UNREADABLE, "its config is missing")


@LISTED_OR_NOT
@pytest.mark.parametrize(
    ("child", "kind"),
    [
        pytest.param(artifact(), ManifestKind.ARTIFACT, id="artifact"),
        pytest.param(attestation(), ManifestKind.ATTESTATION, id="attestation"),
        pytest.param(ARTIFACT_MANIFEST, ManifestKind.ARTIFACT, id="artifact manifest"),
    ],
)
def test_a_child_that_turns_out_to_be_an_artifact_is_skipped(
    child: Blob, kind: ManifestKind, platform: str | None
) -> None:
    root = index(
        listed(child, platform, mediaType=media_types.OCI_MANIFEST), listed_image("linux/amd64")
    )

    found = read(root)

    assert [entry.kind for entry in found.entries] == [kind, ManifestKind.IMAGE]
    assert found.entries[1].config_is_read


def test_one_image_may_be_listed_for_several_platforms() -> None:
    root = index(listed(ARM64_IMAGE, "linux/amd64"), listed(ARM64_IMAGE, "linux/arm64"))
    store = MemoryStore.of(root)

    found = read(root, store, FOR_BOTH)

    assert [entry.platform for entry in found.entries] == [AMD64, ARM64]
    assert [entry.config_platform for entry in found.entries] == [ARM64, ARM64]
    assert store.calls == [documents_call(ARM64_IMAGE), config_call(ARM64_CONFIG)]


def test_an_index_that_claims_to_list_itself_is_unreadable() -> None:
    # No index can contain its own digest, so this needs a store that returns wrong content.
    claimed = "sha256:" + "c" * 64
    fields = json.loads(MULTI_PLATFORM.content)
    fields["manifests"] = [{"mediaType": media_types.OCI_INDEX, "digest": claimed, "size": 1}]
    forged = StoredDocument(claimed, json.dumps(fields).encode())
    store = MemoryStore({claimed: forged})
    outer = index(listed(MULTI_PLATFORM, digest=claimed))

    assert read_image(forged, store, ReadRequest((AMD64,)), lambda: 0.0).kind is Kind.UNREADABLE
    (entry,) = read(outer, store).entries
    assert entry.kind is ManifestKind.UNREADABLE
