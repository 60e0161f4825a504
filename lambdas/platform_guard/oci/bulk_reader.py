"""Reading many images at once, so that what they need is asked for together.

Each image is read by the code that reads a single one, over what has been fetched so far. Where
that does not suffice, the reading is given up, and done anew after the next fetch: parsing twice is
cheaper than one more call, and a verdict cannot differ from that of a single image.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, Protocol, TypeVar

from platform_guard.oci.image import Image
from platform_guard.oci.reader import Bounds, ReadRequest, StoredDocument, read_image

_BOUNDS = Bounds()

_Fetched = TypeVar("_Fetched")


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something that could not be looked at, and why."""

    reason: str


class BulkStore(Protocol):
    """A repository that is asked for many things at once. What is not there is left out."""

    def documents(self, digests: Sequence[str]) -> Mapping[str, StoredDocument | Unseen]:
        """Fetch manifests and indexes by digest."""

    def configs(self, digests: Sequence[str], size_limit: int) -> Mapping[str, bytes | Unseen]:
        """Fetch config blobs by digest, each at most one byte more than `size_limit`."""


@dataclass(frozen=True, slots=True)
class ToRead:
    """An image to read, and what for."""

    root: StoredDocument
    wanted: ReadRequest


def read_images(
    images: Sequence[ToRead], store: BulkStore, bounds: Bounds = _BOUNDS
) -> list[Image | Unseen]:
    """Read images, in their order. The bound on time does not hold: time passes between reads."""
    source = _FetchedStore()
    found: dict[int, Image | Unseen] = {}
    waiting = list(enumerate(images))
    while waiting:
        unread = []
        for place, image in waiting:
            try:
                found[place] = read_image(image.root, source, image.wanted, _no_time, bounds)
            except _NotFetchedError:
                unread.append((place, image))
            except _UnseenError as error:
                found[place] = Unseen(str(error))
        source.fetch(store, bounds.config_bytes)
        waiting = unread
    return [found[place] for place in range(len(images))]


class _NotFetchedError(Exception):
    """The reading needs something that was not fetched yet."""


class _UnseenError(Exception):
    """The reading needs something that could not be looked at."""


@dataclass
class _FetchedStore:
    """What was fetched so far, and what was asked for in vain."""

    _documents: dict[str, StoredDocument | Unseen | None] = field(default_factory=dict)
    _configs: dict[str, bytes | Unseen | None] = field(default_factory=dict)
    _missing_documents: dict[str, None] = field(default_factory=dict)
    _missing_configs: dict[str, None] = field(default_factory=dict)

    def documents(self, digests: Sequence[str]) -> Mapping[str, StoredDocument]:
        missing = [digest for digest in digests if digest not in self._documents]
        if missing:
            self._missing_documents |= dict.fromkeys(missing)
            raise _NotFetchedError
        found = {digest: _seen(self._documents[digest]) for digest in digests}
        return {digest: document for digest, document in found.items() if document is not None}

    def config(self, digest: str, _: int) -> bytes | None:
        if digest not in self._configs:
            self._missing_configs[digest] = None
            raise _NotFetchedError
        return _seen(self._configs[digest])

    def fetch(self, store: BulkStore, config_bytes: int) -> None:
        """Fetch what was asked for in vain."""
        documents, configs = list(self._missing_documents), list(self._missing_configs)
        self._missing_documents.clear()
        self._missing_configs.clear()
        if documents:
            found = store.documents(documents)
            self._documents |= {digest: found.get(digest) for digest in documents}
        if configs:
            contents = store.configs(configs, config_bytes)
            self._configs |= {digest: contents.get(digest) for digest in configs}


def _seen(fetched: _Fetched | Unseen) -> _Fetched:
    if isinstance(fetched, Unseen):
        _refuse(fetched)
    return fetched


def _refuse(unseen: Unseen) -> NoReturn:
    raise _UnseenError(unseen.reason)


def _no_time() -> float:
    return 0.0
