"""Reading many images at once, with batched requests.

The single-image reader runs over the documents that have been fetched so far. If one is missing,
the read is abandoned and repeated after the next batch: parsing twice is cheaper than another call,
and the result is always that of the single-image reader.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from platform_guard.oci.image import Image
from platform_guard.oci.reader import Bounds, ReadRequest, StoredDocument, read_image

_BOUNDS = Bounds()

_Fetched = TypeVar("_Fetched")


@dataclass(frozen=True, slots=True)
class UnavailableContent:
    """A document or config that could not be fetched, and why."""

    reason: str


class BulkStore(Protocol):
    """A repository with batched reads; results omit content that does not exist."""

    def documents(
        self, digests: Sequence[str]
    ) -> Mapping[str, StoredDocument | UnavailableContent]:
        """Fetch manifests and indexes by digest."""

    def configs(
        self, digests: Sequence[str], size_limit: int
    ) -> Mapping[str, bytes | UnavailableContent]:
        """Fetch config blobs by digest, each at most one byte more than `size_limit`."""


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """An image to read, and what to read of it."""

    root: StoredDocument
    request: ReadRequest


def read_images(
    images: Sequence[BulkRequest], store: BulkStore, bounds: Bounds = _BOUNDS
) -> list[Image | UnavailableContent]:
    """Read images and return them in order. The time bound does not apply to batched reads."""
    source = _FetchedStore()
    results: dict[int, Image | UnavailableContent] = {}
    pending = list(enumerate(images))
    while pending:
        unread = []
        for place, image in pending:
            try:
                results[place] = read_image(image.root, source, image.request, _no_time, bounds)
            except _NotFetchedError:
                unread.append((place, image))
            except _UnavailableError as error:
                results[place] = UnavailableContent(str(error))
        source.fetch(store, bounds.config_bytes)
        pending = unread
    return [results[place] for place in range(len(images))]


class _NotFetchedError(Exception):
    """The read needs content that has not been fetched yet."""


class _UnavailableError(Exception):
    """The read needs content that could not be fetched."""


@dataclass
class _FetchedStore:
    """The content fetched so far, and the digests to fetch next."""

    _documents: dict[str, StoredDocument | UnavailableContent | None] = field(default_factory=dict)
    _configs: dict[str, bytes | UnavailableContent | None] = field(default_factory=dict)
    _missing_documents: dict[str, None] = field(default_factory=dict)
    _missing_configs: dict[str, None] = field(default_factory=dict)

    def documents(self, digests: Sequence[str]) -> Mapping[str, StoredDocument]:
        missing = [digest for digest in digests if digest not in self._documents]
        if missing:
            self._missing_documents |= dict.fromkeys(missing)
            raise _NotFetchedError
        found = {digest: _available(self._documents[digest]) for digest in digests}
        return {digest: document for digest, document in found.items() if document is not None}

    def config(self, digest: str, _: int) -> bytes | None:
        if digest not in self._configs:
            self._missing_configs[digest] = None
            raise _NotFetchedError
        return _available(self._configs[digest])

    def fetch(self, store: BulkStore, config_bytes: int) -> None:
        """Fetch the content that the last reads lacked."""
        documents, configs = list(self._missing_documents), list(self._missing_configs)
        self._missing_documents.clear()
        self._missing_configs.clear()
        if documents:
            found = store.documents(documents)
            self._documents |= {digest: found.get(digest) for digest in documents}
        if configs:
            contents = store.configs(configs, config_bytes)
            self._configs |= {digest: contents.get(digest) for digest in configs}


def _available(fetched: _Fetched | UnavailableContent) -> _Fetched:
    if isinstance(fetched, UnavailableContent):
        raise _UnavailableError(fetched.reason)
    return fetched


def _no_time() -> float:
    return 0.0
