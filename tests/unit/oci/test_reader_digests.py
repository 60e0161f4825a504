"""Content that does not match its digest or size is unreadable."""

import hashlib

import pytest

from platform_guard.oci import media_types
from platform_guard.oci.image import Kind
from platform_guard.oci.reader import ReadRequest, StoredDocument, read_image
from tests.support.images import Blob, Json, MemoryStore, config, manifest, read, unreadable_reason
from tests.support.sample_images import (
    AMD64,
    AMD64_CONFIG,
    AMD64_IMAGE,
    ARM64_IMAGE,
    MULTI_PLATFORM,
)


@pytest.mark.parametrize(
    ("root", "reason"),
    [
        pytest.param(Blob(b"<html>", media_types.OCI_INDEX), "it is not JSON", id="not JSON"),
        pytest.param(
            Blob(MULTI_PLATFORM.content, media_types.OCI_MANIFEST),
            "it is ambiguous: both a manifest and an index",
            id="media type of another kind",
        ),
        pytest.param(
            Blob(b'{"schemaVersion": 1, "fsLayers": []}', ""),
            "it is a Docker schema 1 manifest, which current container engines reject",
            id="schema 1",
        ),
        pytest.param(
            manifest(Blob(b"[]", "application/vnd.oci.image.config.v1+json")),
            "its config cannot be read: it is not a JSON object",
            id="config that is not an object",
        ),
        pytest.param(
            manifest(config("linux/amd64", variant=7)),
            "its config cannot be read: variant is not a string",
            id="config of numbers",
        ),
    ],
)
def test_a_malformed_image_is_unreadable(root: Blob, reason: str) -> None:
    assert unreadable_reason(read(root)) == reason


def test_an_image_whose_config_is_missing_is_unreadable() -> None:
    store = MemoryStore.of(AMD64_IMAGE, without=[AMD64_CONFIG])

    assert unreadable_reason(read(AMD64_IMAGE, store)) == "its config is missing"


@pytest.mark.parametrize(
    "overrides",
    [
        pytest.param({"size": len(AMD64_CONFIG.content) + 1}, id="another size"),
        pytest.param({"size": 0}, id="size zero"),
    ],
)
def test_a_config_that_does_not_match_its_descriptor_is_not_trusted(overrides: Json) -> None:
    root = manifest(AMD64_CONFIG, config=AMD64_CONFIG.descriptor(**overrides))

    reason = unreadable_reason(read(root))

    assert reason == "its config does not match its descriptor"


def test_a_config_of_another_digest_is_not_trusted() -> None:
    store = MemoryStore.of(AMD64_IMAGE)
    store.contents[AMD64_CONFIG.digest] = StoredDocument(
        AMD64_CONFIG.digest, AMD64_CONFIG.content.replace(b"amd64", b"arm64")
    )

    reason = unreadable_reason(read(AMD64_IMAGE, store))

    assert reason == "its config does not match its descriptor"


def test_an_image_of_another_digest_is_not_trusted() -> None:
    root = StoredDocument(ARM64_IMAGE.digest, AMD64_IMAGE.content)

    found = read_image(root, MemoryStore.of(AMD64_IMAGE), ReadRequest((AMD64,)), lambda: 0.0)

    assert unreadable_reason(found) == "its content does not match its digest or size"


def test_a_sha512_digest_is_verified() -> None:
    content = AMD64_IMAGE.content
    named = StoredDocument("sha512:" + hashlib.sha512(content).hexdigest(), content)
    misnamed = StoredDocument("sha512:" + "0" * 128, content)
    store = MemoryStore.of(AMD64_IMAGE)

    assert read_image(named, store, ReadRequest((AMD64,)), lambda: 0.0).kind is Kind.IMAGE
    assert read_image(misnamed, store, ReadRequest((AMD64,)), lambda: 0.0).kind is Kind.UNREADABLE
