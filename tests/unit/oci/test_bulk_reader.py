"""Images that are read many at once are read as each would be alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from platform_guard.oci.bulk_reader import ToRead, Unseen, read_images
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

WANTED = ReadRequest((parse_platform("linux/amd64"),))


@dataclass
class BulkMemory:
    """A store that is asked for many things at once, and notes how often."""

    store: MemoryStore
    unseen: frozenset[str] = frozenset()
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def documents(self, digests: Sequence[str]) -> Mapping[str, StoredDocument | Unseen]:
        self.asked.append(("documents", *digests))
        found: dict[str, StoredDocument | Unseen] = dict(self.store.documents(digests))
        return found | {digest: Unseen("denied") for digest in digests if digest in self.unseen}

    def configs(self, digests: Sequence[str], size_limit: int) -> Mapping[str, bytes | Unseen]:
        self.asked.append(("configs", *digests))
        found = {digest: self.store.config(digest, size_limit) for digest in digests}
        there: dict[str, bytes | Unseen] = {
            digest: content for digest, content in found.items() if content is not None
        }
        return there | {digest: Unseen("denied") for digest in digests if digest in self.unseen}


def bulk(*roots: Blob, without: Sequence[Blob] = ()) -> BulkMemory:
    return BulkMemory(MemoryStore.of(*roots, without=without))


def read_all(roots: Sequence[Blob], store: BulkMemory) -> list[Image | Unseen]:
    return read_images([ToRead(root.stored, WANTED) for root in roots], store)


def nested(depth: int) -> Blob:
    inner = index(listed_image("linux/amd64"))
    for _ in range(depth):
        inner = index(listed(inner))
    return inner


def test_real_images_are_read_as_each_alone() -> None:
    contents: dict[str, StoredDocument] = {}
    roots: list[StoredDocument] = []
    alone: list[Image] = []
    for known in known_images():
        layout = OciLayout(known.layout)
        (reference,) = layout.references()
        root = layout.document(reference.digest, reference.media_type)
        assert root is not None
        roots.append(root)
        alone.append(read_image(root, layout, WANTED, lambda: 0.0))
        for blob in (known.layout / "blobs/sha256").iterdir():
            digest = f"sha256:{blob.name}"
            contents[digest] = StoredDocument(digest, blob.read_bytes())

    together = read_images(
        [ToRead(root, WANTED) for root in roots], BulkMemory(MemoryStore(contents))
    )

    assert together == alone


HARD_CASES = {
    "a nested index": nested(2),
    "an index nested too deep": nested(6),
    "an index of attestations": index(listed_attestation()),
    "an attestation": attestation(),
    "descriptors without platforms": index(listed(image("linux/arm64")), listed(image())),
    "a config that contradicts its index": index(listed(image("linux/arm64"), "linux/amd64")),
    "a config that is no JSON": manifest(Blob(b"{", config().media_type)),
    "no manifest at all": Blob(b"[]", "application/vnd.oci.image.manifest.v1+json"),
}


@pytest.mark.parametrize("name", HARD_CASES)
def test_a_hard_case_is_read_as_it_is_alone(name: str) -> None:
    root = HARD_CASES[name]

    (together,) = read_all([root], bulk(root))

    assert together == read_image(root.stored, MemoryStore.of(root), WANTED, lambda: 0.0)


@pytest.mark.parametrize("part", ["child", "config"])
def test_what_is_not_there_is_read_as_it_is_alone(part: str) -> None:
    child = image()
    root = index(listed(child, "linux/amd64"), listed_image("linux/arm64"))
    absent = child if part == "child" else child.parts[0]

    (together,) = read_all([root], bulk(root, without=[absent]))

    store = MemoryStore.of(root, without=[absent])
    assert together == read_image(root.stored, store, WANTED, lambda: 0.0)


def test_what_many_images_need_is_asked_for_together_and_once() -> None:
    shared = config("linux/amd64")
    images = [
        manifest(shared),
        manifest(shared, [], annotations={"a": "b"}),
        index(listed_image("linux/amd64"), listed_image("linux/arm64")),
        index(listed(manifest(config(author="x")), "linux/amd64")),
    ]
    store = bulk(*images)

    read_all(images, store)

    kinds = [kind for kind, *_ in store.asked]
    digests = [digest for _, *batch in store.asked for digest in batch]
    assert kinds == ["documents", "configs", "configs"]
    assert len(digests) == len(set(digests))


def test_what_could_not_be_looked_at_spoils_no_other_image() -> None:
    denied, good = image("linux/arm64"), image()
    store = bulk(denied, good)
    store.unseen = frozenset({denied.parts[0].digest})

    assert [type(found) for found in read_all([denied, good], store)] == [Unseen, Image]


def test_an_image_past_a_bound_is_unreadable() -> None:
    root = image()

    (found,) = read_images([ToRead(root.stored, WANTED)], bulk(root), Bounds(config_bytes=3))

    assert isinstance(found, Image)
    assert found.kind is Kind.UNREADABLE


def test_a_hostile_index_is_not_fetched_whole() -> None:
    def children() -> Iterator[Blob]:
        yield from (manifest(config(author=str(number))) for number in range(300))

    root = index(*map(listed, children()))
    store = bulk(root)

    (found,) = read_all([root], store)

    assert isinstance(found, Image)
    assert found.kind is Kind.UNREADABLE
    assert store.asked == []
