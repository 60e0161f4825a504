"""What is read of an image, how much of it at most, and what becomes of what cannot be read."""

import hashlib
import json
from dataclasses import dataclass

import pytest

from platform_guard import media_types
from platform_guard.images import Image, Kind
from platform_guard.platforms import Platform
from platform_guard.policy import Policy
from platform_guard.reading import Bounds, StoredDocument, Wanted, read_image
from platform_guard.roles import Role
from tests.support.images import (
    OMIT,
    Blob,
    Json,
    MemoryStore,
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
)

AMD64 = Platform("linux", "amd64")
ARM64 = Platform("linux", "arm64")
UNVERIFIED = Policy(verify_config=False)
FOR_BOTH = Policy(required_platforms=(AMD64, ARM64))

ARTIFACT_MANIFEST = Blob(
    json.dumps({"mediaType": media_types.OCI_ARTIFACT_MANIFEST}).encode(),
    media_types.OCI_ARTIFACT_MANIFEST,
)
AMD64_IMAGE, ARM64_IMAGE = image("linux/amd64"), image("linux/arm64")
AMD64_CONFIG, ARM64_CONFIG = config("linux/amd64"), config("linux/arm64")
MULTI_PLATFORM = index(
    listed_image("linux/amd64"), listed_image("linux/arm64"), listed_attestation()
)
UNLISTED = index(listed(AMD64_IMAGE), listed(ARM64_IMAGE))
NESTED = index(listed(MULTI_PLATFORM))
FALLING_BACK = index(
    listed(artifact(), "linux/amd64"),
    listed(attestation(), "linux/amd64"),
    listed_image("linux/386"),
)


def documents(*blobs: Blob) -> tuple[str, ...]:
    return ("documents", *(blob.digest for blob in blobs))


def config_of(blob: Blob) -> tuple[str, ...]:
    return ("config", blob.digest)


READS = {
    "a plain image: its config": (
        AMD64_IMAGE,
        Policy(),
        [config_of(AMD64_CONFIG)],
    ),
    "a plain image, unverified: its config as well": (
        AMD64_IMAGE,
        UNVERIFIED,
        [config_of(AMD64_CONFIG)],
    ),
    "an artifact: nothing": (artifact(), Policy(), []),
    "an attestation: nothing": (attestation(), Policy(), []),
    "an index that is an artifact: nothing": (
        index(listed(AMD64_IMAGE), artifactType="text/example"),
        Policy(),
        [],
    ),
    "an index, unverified: nothing": (MULTI_PLATFORM, UNVERIFIED, []),
    "an index: the image for the wanted platform": (
        MULTI_PLATFORM,
        Policy(),
        [documents(AMD64_IMAGE), config_of(AMD64_CONFIG)],
    ),
    "an index for two wanted platforms: both images at once": (
        MULTI_PLATFORM,
        FOR_BOTH,
        [
            documents(AMD64_IMAGE, ARM64_IMAGE),
            config_of(AMD64_CONFIG),
            config_of(ARM64_CONFIG),
        ],
    ),
    "an index without the wanted platform: nothing": (
        index(listed_image("linux/arm64"), listed_attestation()),
        Policy(),
        [],
    ),
    "an index of attestations: nothing": (index(listed_attestation()), Policy(), []),
    "children without a platform: all at once": (
        UNLISTED,
        UNVERIFIED,
        [
            documents(AMD64_IMAGE, ARM64_IMAGE),
            config_of(AMD64_CONFIG),
            config_of(ARM64_CONFIG),
        ],
    ),
    "children without a platform, verified: nothing twice": (
        UNLISTED,
        Policy(),
        [
            documents(AMD64_IMAGE, ARM64_IMAGE),
            config_of(AMD64_CONFIG),
            config_of(ARM64_CONFIG),
        ],
    ),
    "two children of one config: it once": (
        index(listed(AMD64_IMAGE), listed(manifest(AMD64_CONFIG, [])), listed(AMD64_IMAGE)),
        UNVERIFIED,
        [documents(AMD64_IMAGE, manifest(AMD64_CONFIG, [])), config_of(AMD64_CONFIG)],
    ),
    "a nested index, unverified: that index": (
        NESTED,
        UNVERIFIED,
        [documents(MULTI_PLATFORM)],
    ),
    "a nested index: that index, then the image": (
        NESTED,
        Policy(),
        [documents(MULTI_PLATFORM), documents(AMD64_IMAGE), config_of(AMD64_CONFIG)],
    ),
    "children that turn out to be no image: the next best": (
        FALLING_BACK,
        Policy(),
        [
            documents(artifact()),
            documents(attestation()),
            documents(image("linux/386")),
            config_of(config("linux/386")),
        ],
    ),
}


@pytest.mark.parametrize(("root", "policy", "calls"), READS.values(), ids=READS)
def test_no_more_is_read_than_is_needed(
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
    assert (entry.digest, entry.role, entry.platform) == (ARM64_IMAGE.digest, Role.IMAGE, ARM64)


def test_entries_keep_the_order_of_the_index() -> None:
    found = read(MULTI_PLATFORM)

    assert found.kind is Kind.INDEX
    assert [(entry.role, str(entry.platform)) for entry in found.entries] == [
        (Role.IMAGE, "linux/amd64"),
        (Role.IMAGE, "linux/arm64"),
        (Role.ATTESTATION, "unknown/unknown"),
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
def test_a_kind_is_told(root: Blob, kind: Kind) -> None:
    assert read(root).kind is kind


def unreadable_because(found: Image) -> str:
    assert found.kind is Kind.UNREADABLE
    assert found.entries == ()
    return found.unreadable_because


def test_the_bounds_are_those_of_the_registry_and_of_patience() -> None:
    assert Bounds() == Bounds(
        manifest_bytes=4 * 2**20,
        config_bytes=8 * 2**20,
        nesting_depth=4,
        documents=200,
        seconds=60,
    )


def test_a_manifest_larger_than_the_bound_is_not_read() -> None:
    fitting = Bounds(manifest_bytes=len(ARM64_IMAGE.content))
    too_small = Bounds(manifest_bytes=len(ARM64_IMAGE.content) - 1)

    assert read(ARM64_IMAGE, bounds=fitting).kind is Kind.IMAGE
    reason = unreadable_because(read(ARM64_IMAGE, bounds=too_small))
    assert reason == f"a manifest is larger than {too_small.manifest_bytes} bytes"


def test_a_child_larger_than_the_bound_is_not_read() -> None:
    big = manifest(AMD64_CONFIG, annotations={"padding": "x" * 5_000})
    root = index(listed(big, "linux/amd64"))

    reason = unreadable_because(read(root, bounds=Bounds(manifest_bytes=5_000)))

    assert reason == "a manifest is larger than 5000 bytes"


def test_a_config_whose_descriptor_passes_the_bound_is_not_fetched() -> None:
    store = MemoryStore.of(AMD64_IMAGE)
    bounds = Bounds(config_bytes=len(AMD64_CONFIG.content) - 1)

    reason = unreadable_because(read(AMD64_IMAGE, store, bounds=bounds))

    assert reason == f"its config is larger than {bounds.config_bytes} bytes"
    assert store.calls == []


@pytest.mark.parametrize("claimed_size", [10, OMIT], ids=["too small", "left out"])
def test_the_size_of_a_config_is_not_taken_on_trust(claimed_size: object) -> None:
    big = config("linux/amd64", padding="x" * 5_000)
    root = manifest(big, config=big.descriptor(size=claimed_size))

    reason = unreadable_because(read(root, MemoryStore.of(big), bounds=Bounds(config_bytes=5_000)))

    assert reason == "its config is larger than 5000 bytes"


def nested(levels: int) -> Blob:
    root = MULTI_PLATFORM
    for level in range(levels):
        root = index(listed(root), annotations={"level": str(level)})
    return root


@pytest.mark.parametrize("platform", [None, "linux/amd64"], ids=["unlisted", "listed"])
def test_a_nested_index_is_followed(platform: str | None) -> None:
    found = read(index(listed(MULTI_PLATFORM, platform)))

    assert found.kind is Kind.INDEX
    assert found.platforms == ("linux/amd64", "linux/arm64")


def test_indexes_nested_four_levels_deep_are_followed() -> None:
    assert read(nested(4)).platforms == ("linux/amd64", "linux/arm64")


def test_indexes_nested_five_levels_deep_are_not() -> None:
    assert unreadable_because(read(nested(5))) == "indexes are nested deeper than 4 levels"


@pytest.mark.parametrize(
    ("children", "kind"),
    [
        pytest.param(99, Kind.INDEX, id="the index, 99 children and their configs"),
        pytest.param(100, Kind.UNREADABLE, id="the index, 100 children and their configs"),
    ],
)
def test_an_image_consists_of_at_most_200_documents(children: int, kind: Kind) -> None:
    configs = [config("linux/arm64", number=number) for number in range(children)]
    root = index(*(listed(manifest(item)) for item in configs))

    found = read(root)

    assert found.kind is kind
    if kind is Kind.UNREADABLE:
        assert found.unreadable_because == "it consists of more than 200 documents"


def test_more_children_than_the_bound_are_not_even_asked_for() -> None:
    configs = [config("linux/arm64", number=number) for number in range(200)]
    root = index(*(listed(manifest(item)) for item in configs))
    store = MemoryStore.of(root)

    assert unreadable_because(read(root, store)) == "it consists of more than 200 documents"
    assert store.calls == []


def test_an_index_that_multiplies_ends_at_a_bound() -> None:
    root = index(listed(AMD64_IMAGE))
    for _ in range(4):
        root = index(*[listed(root)] * 100)
    store = MemoryStore.of(root)

    assert unreadable_because(read(root, store)) == "it consists of more than 200 documents"
    assert len(store.calls) <= 5


def test_an_index_that_leads_to_very_many_images_ends_at_a_bound() -> None:
    many = index(*[listed_image("linux/arm64")] * 1_000)
    root = index(*[listed(many)] * 150)

    assert unreadable_because(read(root))


@dataclass
class Clock:
    """Seconds that pass only when somebody says so."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("seconds_a_call", "kind"),
    [(59, Kind.INDEX), (60, Kind.INDEX), (61, Kind.UNREADABLE)],
)
def test_reading_ends_after_a_minute(seconds_a_call: float, kind: Kind) -> None:
    clock = Clock()
    store = MemoryStore.of(MULTI_PLATFORM)

    def let_time_pass() -> None:
        if len(store.calls) == 1:
            clock.now += seconds_a_call

    store.on_call = let_time_pass

    found = read_image(MULTI_PLATFORM.stored, store, Wanted((AMD64,)), clock)

    assert found.kind is kind
    if kind is Kind.UNREADABLE:
        assert found.unreadable_because == "reading it took longer than 60 seconds"
        assert len(store.calls) == 1


@pytest.mark.parametrize(
    ("root", "reason"),
    [
        pytest.param(Blob(b"<html>", media_types.OCI_INDEX), "it is not JSON", id="not JSON"),
        pytest.param(
            Blob(MULTI_PLATFORM.content, media_types.OCI_MANIFEST),
            "it is a manifest by one sign and an index by another",
            id="media type of another kind",
        ),
        pytest.param(
            Blob(b'{"schemaVersion": 1, "fsLayers": []}', ""),
            "it is a Docker schema 1 manifest, which current engines refuse",
            id="schema 1",
        ),
        pytest.param(
            manifest(Blob(b"[]", "application/vnd.oci.image.config.v1+json")),
            "its config cannot be read: it is not a JSON object",
            id="config that is no object",
        ),
        pytest.param(
            manifest(config("linux/amd64", variant=7)),
            "its config cannot be read: variant is not a text",
            id="config of numbers",
        ),
    ],
)
def test_a_malformed_image_is_unreadable(root: Blob, reason: str) -> None:
    assert unreadable_because(read(root)) == reason


def test_an_image_whose_config_is_not_there_is_unreadable() -> None:
    store = MemoryStore.of(AMD64_IMAGE, without=[AMD64_CONFIG])

    assert unreadable_because(read(AMD64_IMAGE, store)) == "its config is not there"


@pytest.mark.parametrize(
    "overrides",
    [
        pytest.param({"size": len(AMD64_CONFIG.content) + 1}, id="another size"),
        pytest.param({"size": 0}, id="no size at all"),
    ],
)
def test_a_config_other_than_its_descriptor_names_is_not_trusted(overrides: Json) -> None:
    root = manifest(AMD64_CONFIG, config=AMD64_CONFIG.descriptor(**overrides))

    reason = unreadable_because(read(root))

    assert reason == "its config is not what its descriptor names"


def test_a_config_of_another_digest_is_not_trusted() -> None:
    store = MemoryStore.of(AMD64_IMAGE)
    store.contents[AMD64_CONFIG.digest] = StoredDocument(
        AMD64_CONFIG.digest, AMD64_CONFIG.content.replace(b"amd64", b"arm64")
    )

    reason = unreadable_because(read(AMD64_IMAGE, store))

    assert reason == "its config is not what its descriptor names"


def test_an_image_of_another_digest_is_not_trusted() -> None:
    root = StoredDocument(ARM64_IMAGE.digest, AMD64_IMAGE.content)

    found = read_image(root, MemoryStore.of(AMD64_IMAGE), Wanted((AMD64,)), lambda: 0.0)

    assert unreadable_because(found) == "its content is not what names it"


def test_a_digest_of_sha512_is_checked_as_well() -> None:
    content = AMD64_IMAGE.content
    named = StoredDocument("sha512:" + hashlib.sha512(content).hexdigest(), content)
    misnamed = StoredDocument("sha512:" + "0" * 128, content)
    store = MemoryStore.of(AMD64_IMAGE)

    assert read_image(named, store, Wanted((AMD64,)), lambda: 0.0).kind is Kind.IMAGE
    assert read_image(misnamed, store, Wanted((AMD64,)), lambda: 0.0).kind is Kind.UNREADABLE


def amd64_child(root: Blob, store: MemoryStore | None = None) -> tuple[Role, str]:
    """Read an index and give what became of its first entry, and the note on it."""
    found = read(root, store)
    assert found.kind is Kind.INDEX
    return found.entries[0].role, found.entries[0].note


LISTED_OR_NOT = pytest.mark.parametrize(
    "platform", ["linux/amd64", None], ids=["listed", "unlisted"]
)


@LISTED_OR_NOT
def test_a_child_that_is_not_there_is_absent(platform: str | None) -> None:
    root = index(listed(AMD64_IMAGE, platform))
    store = MemoryStore.of(root, without=[AMD64_IMAGE])

    assert amd64_child(root, store) == (Role.ABSENT, "it is not there")


@LISTED_OR_NOT
def test_a_child_of_another_digest_is_unreadable(platform: str | None) -> None:
    root = index(listed(AMD64_IMAGE, platform))
    store = MemoryStore.of(root)
    store.contents[AMD64_IMAGE.digest] = StoredDocument(AMD64_IMAGE.digest, ARM64_IMAGE.content)

    note = "its content is not what names it"
    assert amd64_child(root, store) == (Role.UNREADABLE, note)


@LISTED_OR_NOT
def test_a_child_of_another_size_is_unreadable(platform: str | None) -> None:
    root = index(listed(AMD64_IMAGE, platform, size=len(AMD64_IMAGE.content) + 1))

    assert amd64_child(root)[0] is Role.UNREADABLE


@LISTED_OR_NOT
def test_a_child_listed_as_a_manifest_that_is_an_index_is_unreadable(platform: str | None) -> None:
    child = Blob(MULTI_PLATFORM.content, "", MULTI_PLATFORM.parts)
    root = index(listed(child, platform, mediaType=media_types.OCI_MANIFEST))

    assert amd64_child(root)[0] is Role.UNREADABLE


@LISTED_OR_NOT
def test_a_child_listed_as_an_index_that_is_a_manifest_is_unreadable(platform: str | None) -> None:
    child = Blob(AMD64_IMAGE.content, "", AMD64_IMAGE.parts)
    root = index(listed(child, platform, mediaType=media_types.OCI_INDEX))

    assert amd64_child(root)[0] is Role.UNREADABLE


@pytest.mark.parametrize("platform", [{}, "unknown/unknown"], ids=["empty", "unknown"])
def test_a_child_without_a_stated_platform_is_never_runnable(platform: str | Json) -> None:
    child = Blob(AMD64_IMAGE.content, "", AMD64_IMAGE.parts)
    root = index(listed(child, platform, mediaType=media_types.OCI_INDEX))

    assert read(root).platforms == ()


@LISTED_OR_NOT
def test_a_malformed_child_is_unreadable(platform: str | None) -> None:
    root = index(listed(Blob(b"oops", media_types.OCI_MANIFEST), platform))

    assert amd64_child(root) == (Role.UNREADABLE, "it is not JSON")


@LISTED_OR_NOT
def test_a_child_without_its_config_is_unreadable(platform: str | None) -> None:
    root = index(listed(AMD64_IMAGE, platform))
    store = MemoryStore.of(root, without=[AMD64_CONFIG])

    assert amd64_child(root, store) == (Role.UNREADABLE, "its config is not there")


@LISTED_OR_NOT
@pytest.mark.parametrize(
    ("child", "role"),
    [
        pytest.param(artifact(), Role.ARTIFACT, id="artifact"),
        pytest.param(attestation(), Role.ATTESTATION, id="attestation"),
        pytest.param(ARTIFACT_MANIFEST, Role.ARTIFACT, id="artifact manifest"),
    ],
)
def test_a_child_that_turns_out_to_be_no_image_makes_way_for_the_next(
    child: Blob, role: Role, platform: str | None
) -> None:
    root = index(
        listed(child, platform, mediaType=media_types.OCI_MANIFEST), listed_image("linux/amd64")
    )

    found = read(root)

    assert [entry.role for entry in found.entries] == [role, Role.IMAGE]
    assert found.entries[1].config_is_read


def test_one_image_may_be_listed_for_several_platforms() -> None:
    root = index(listed(ARM64_IMAGE, "linux/amd64"), listed(ARM64_IMAGE, "linux/arm64"))
    store = MemoryStore.of(root)

    found = read(root, store, FOR_BOTH)

    assert [entry.platform for entry in found.entries] == [AMD64, ARM64]
    assert [entry.config_platform for entry in found.entries] == [ARM64, ARM64]
    assert store.calls == [documents(ARM64_IMAGE), config_of(ARM64_CONFIG)]


def test_an_index_that_claims_to_list_itself_is_unreadable() -> None:
    # No index can hold its own digest, so it takes a store that lies about what it has.
    claimed = "sha256:" + "c" * 64
    fields = json.loads(MULTI_PLATFORM.content)
    fields["manifests"] = [{"mediaType": media_types.OCI_INDEX, "digest": claimed, "size": 1}]
    lie = StoredDocument(claimed, json.dumps(fields).encode())
    store = MemoryStore({claimed: lie})
    outer = index(listed(MULTI_PLATFORM, digest=claimed))

    assert read_image(lie, store, Wanted((AMD64,)), lambda: 0.0).kind is Kind.UNREADABLE
    (entry,) = read(outer, store).entries
    assert entry.role is Role.UNREADABLE


def test_what_the_store_raises_passes_through() -> None:
    def fail() -> None:
        raise ConnectionError("the network is down")

    store = MemoryStore.of(MULTI_PLATFORM)
    store.on_call = fail

    with pytest.raises(ConnectionError, match="the network is down"):
        read(MULTI_PLATFORM, store)
