"""Bulk reads return the same results as single reads, with batched calls."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from platform_guard.oci.bulk_reader import BulkRequest, UnavailableContent, read_images
from platform_guard.oci.image import Image, Kind
from platform_guard.oci.platforms import parse_platform
from platform_guard.oci.reader import Bounds, ReadRequest, StoredDocument, read_image
from platform_guard_cli.inspect.oci_layout import OciLayout
from tests.support.images import (
    Blob,
    MemoryStore,
    attestation,
    config,
    image,
    index,
    listed,
    listed_attestation,
    listed_image,
    manifest,
)
from tests.support.known_images import known_images

REQUEST = ReadRequest((parse_platform("linux/amd64"),))


@dataclass
class BulkMemory:
    """A bulk store that records its calls."""

    store: MemoryStore
    denied: frozenset[str] = frozenset()
    calls: list[tuple[str, ...]] = field(default_factory=list)

    def documents(
        self, digests: Sequence[str]
    ) -> Mapping[str, StoredDocument | UnavailableContent]:
        self.calls.append(("documents", *digests))
        found: dict[str, StoredDocument | UnavailableContent] = dict(self.store.documents(digests))
        return found | {
            digest: UnavailableContent("denied") for digest in digests if digest in self.denied
        }

    def configs(
        self, digests: Sequence[str], size_limit: int
    ) -> Mapping[str, bytes | UnavailableContent]:
        self.calls.append(("configs", *digests))
        found = {digest: self.store.config(digest, size_limit) for digest in digests}
        there: dict[str, bytes | UnavailableContent] = {
            digest: content for digest, content in found.items() if content is not None
        }
        return there | {
            digest: UnavailableContent("denied") for digest in digests if digest in self.denied
        }


def bulk(*roots: Blob, without: Sequence[Blob] = ()) -> BulkMemory:
    return BulkMemory(MemoryStore.of(*roots, without=without))


def read_all(roots: Sequence[Blob], store: BulkMemory) -> list[Image | UnavailableContent]:
    return read_images([BulkRequest(root.stored, REQUEST) for root in roots], store)


def nested(depth: int) -> Blob:
    inner = index(listed_image("linux/amd64"))
    for _ in range(depth):
        inner = index(listed(inner))
    return inner


def test_real_images_read_in_bulk_equal_single_reads() -> None:
    contents: dict[str, StoredDocument] = {}
    roots: list[StoredDocument] = []
    single: list[Image] = []
    for known in known_images():
        layout = OciLayout(known.layout)
        (reference,) = layout.references()
        root = layout.document(reference.digest, reference.media_type)
        assert root is not None
        roots.append(root)
        single.append(read_image(root, layout, REQUEST, lambda: 0.0))
        for blob in (known.layout / "blobs/sha256").iterdir():
            digest = f"sha256:{blob.name}"
            contents[digest] = StoredDocument(digest, blob.read_bytes())

    bulk_results = read_images(
        [BulkRequest(root, REQUEST) for root in roots], BulkMemory(MemoryStore(contents))
    )

    assert bulk_results == single


HARD_CASES = {
    "a nested index": nested(2),
    "an index nested too deep": nested(6),
    "an index of attestations": index(listed_attestation()),
    "an attestation": attestation(),
    "descriptors without platforms": index(listed(image("linux/arm64")), listed(image())),
    "a config that contradicts its index": index(listed(image("linux/arm64"), "linux/amd64")),
    "a config that is not JSON": manifest(Blob(b"{", config().media_type)),
    "content that is not a manifest": Blob(b"[]", "application/vnd.oci.image.manifest.v1+json"),
}


@pytest.mark.parametrize("name", HARD_CASES)
def test_a_hard_case_read_in_bulk_equals_a_single_read(name: str) -> None:
    root = HARD_CASES[name]

    (result,) = read_all([root], bulk(root))

    assert result == read_image(root.stored, MemoryStore.of(root), REQUEST, lambda: 0.0)


@pytest.mark.parametrize("part", ["child", "config"])
def test_an_image_with_a_missing_part_read_in_bulk_equals_a_single_read(part: str) -> None:
    child = image()
    root = index(listed(child, "linux/amd64"), listed_image("linux/arm64"))
    missing = child if part == "child" else child.parts[0]

    (result,) = read_all([root], bulk(root, without=[missing]))

    store = MemoryStore.of(root, without=[missing])
    assert result == read_image(root.stored, store, REQUEST, lambda: 0.0)


def test_the_content_of_many_images_is_fetched_in_batches_and_once() -> None:
    shared = config("linux/amd64")
    images = [
        manifest(shared),
        manifest(shared, [], annotations={"a": "b"}),
        index(listed_image("linux/amd64"), listed_image("linux/arm64")),
        index(listed(manifest(config(author="x")), "linux/amd64")),
    ]
    store = bulk(*images)

    read_all(images, store)

    kinds = [kind for kind, *_ in store.calls]
    digests = [digest for _, *batch in store.calls for digest in batch]
    assert kinds == ["documents", "configs", "configs"]
    assert len(digests) == len(set(digests))


def test_unavailable_content_does_not_affect_other_images() -> None:
    denied, good = image("linux/arm64"), image()
    store = bulk(denied, good)
    store.denied = frozenset({denied.parts[0].digest})

    assert [type(found) for found in read_all([denied, good], store)] == [UnavailableContent, Image]


def test_an_image_beyond_a_bound_is_unreadable() -> None:
    root = image()

    (found,) = read_images([BulkRequest(root.stored, REQUEST)], bulk(root), Bounds(config_bytes=3))

    assert isinstance(found, Image)
    assert found.kind is Kind.UNREADABLE


def test_the_children_of_a_hostile_index_are_not_fetched() -> None:
    def children() -> Iterator[Blob]:
        yield from (manifest(config(author=str(number))) for number in range(300))

    root = index(*map(listed, children()))
    store = bulk(root)

    (found,) = read_all([root], store)

    assert isinstance(found, Image)
    assert found.kind is Kind.UNREADABLE
    assert store.calls == []
