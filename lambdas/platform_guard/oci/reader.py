"""Reading an image from a registry or an image layout, within bounds.

The content of an image never causes an exception: unreadable parts are part of the result.
Exceptions of the store, such as network errors, propagate.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from platform_guard.oci.classification import ManifestKind, kind_of_descriptor, kind_of_manifest
from platform_guard.oci.image import (
    Entry,
    Image,
    IndexPosition,
    Kind,
    image_from_index,
    select_manifest,
)
from platform_guard.oci.manifest import (
    ArtifactManifest,
    Descriptor,
    Document,
    ImageIndex,
    ImageManifest,
    Malformed,
    matches_descriptor,
    parse_config_platform,
    parse_document,
)
from platform_guard.oci.platforms import Platform


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """The exact bytes of a manifest or an index, with its digest and media type in the store."""

    digest: str
    content: bytes
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Inaccessible:
    """Stored content that cannot be fetched now, such as an archived image."""

    reason: str


class Store(Protocol):
    """A repository in a registry, or an image layout on disk."""

    def documents(self, digests: Sequence[str]) -> Mapping[str, StoredDocument | Inaccessible]:
        """Fetch manifests and indexes by digest; omit those that do not exist."""

    def config(self, digest: str, size_limit: int) -> bytes | None:
        """Fetch a config blob; None if it does not exist.

        Read at most one byte more than `size_limit`, so that the caller can detect a larger blob.
        """


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits on reading one image."""

    manifest_bytes: int = 4 * 1024 * 1024
    config_bytes: int = 8 * 1024 * 1024
    total_bytes: int = 64 * 1024 * 1024
    nesting_depth: int = 4
    documents: int = 200
    entries: int = 20_000
    seconds: float = 60


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """The required platforms, which determine the configs to read."""

    platforms: tuple[Platform, ...]
    verify_config: bool = True


class _BoundExceededError(Exception):
    """An image is larger, deeper or slower to read than the bounds allow."""


def read_image(
    root: StoredDocument,
    store: Store,
    request: ReadRequest,
    clock: Callable[[], float],
    bounds: Bounds = Bounds(),
) -> Image:
    """Read the image at `root` with the children and configs that `request` needs.

    `clock` counts seconds. If a bound is exceeded, the image is unreadable.
    """
    reader = _ImageReader(store, request, clock, bounds, deadline=clock() + bounds.seconds)
    try:
        return reader.read(root)
    except _BoundExceededError as error:
        return Image(root.digest, Kind.UNREADABLE, unreadable_reason=str(error))


# The number of documents per fetch. It keeps a hostile index from exhausting memory.
_FETCH_BATCH = 20


@dataclass
class _ImageReader:
    store: Store
    request: ReadRequest
    clock: Callable[[], float]
    bounds: Bounds
    deadline: float
    document_count: int = 0
    entry_count: int = 0
    bytes_read: int = 0
    documents: dict[str, StoredDocument | Inaccessible | None] = field(default_factory=dict)
    configs: dict[str, Platform | Malformed | None] = field(default_factory=dict)

    def read(self, root: StoredDocument) -> Image:
        self._count_documents(1)
        document = self._parse(root, root.media_type, size=None)
        match document:
            case Malformed(reason):
                return Image(root.digest, Kind.UNREADABLE, unreadable_reason=reason)
            case ArtifactManifest():
                return Image(root.digest, Kind.ARTIFACT)
            case ImageManifest():
                return self._plain_image(root.digest, document)
            case ImageIndex(artifact_type="") as index:
                return image_from_index(root.digest, self._verified(self._entries(index, path=())))
            case ImageIndex():
                return Image(root.digest, Kind.ARTIFACT)

    def _plain_image(self, digest: str, manifest: ImageManifest) -> Image:
        entry = self._with_config(Entry(digest, ManifestKind.IMAGE), manifest)
        match entry.kind:
            case ManifestKind.ATTESTATION:
                return Image(digest, Kind.ATTESTATION)
            case ManifestKind.UNREADABLE:
                return Image(digest, Kind.UNREADABLE, unreadable_reason=entry.note)
            case ManifestKind.IMAGE | ManifestKind.NO_PLATFORM:
                return Image(digest, Kind.IMAGE, (replace(entry, kind=ManifestKind.IMAGE),))
            case _:
                return Image(digest, Kind.ARTIFACT)

    def _entries(self, index: ImageIndex, path: tuple[IndexPosition, ...]) -> list[Entry]:
        """Return the entries of an index in order, with nested indexes resolved."""
        if len(path) > self.bounds.nesting_depth:
            raise _BoundExceededError(
                f"indexes are nested deeper than {self.bounds.nesting_depth} levels"
            )
        self._count_entries(len(index.manifests))
        kinds = [kind_of_descriptor(child) for child in index.manifests]
        unknown = [
            child for child, kind in zip(index.manifests, kinds, strict=True) if kind is None
        ]
        self._count_documents(len(unknown))
        self._fetch(child.digest for child in unknown)
        entries: list[Entry] = []
        for position, (child, kind) in enumerate(zip(index.manifests, kinds, strict=True)):
            entry = Entry(
                child.digest,
                kind or ManifestKind.UNREADABLE,
                child.platform,
                index_path=(*path, IndexPosition(position, child.platform)),
                media_type=child.media_type,
                size=child.size,
            )
            entries.extend(self._resolved(entry) if kind is None else [entry])
        return entries

    def _resolved(self, entry: Entry) -> list[Entry]:
        """Resolve an entry whose descriptor does not state its kind."""
        document = self._document(entry)
        if isinstance(document, ImageIndex) and not document.artifact_type:
            return self._entries(document, entry.index_path)
        return [self._resolved_manifest(entry, document)]

    def _verified(self, entries: list[Entry]) -> list[Entry]:
        """Read the configs of the entries that engines select for the required platforms."""
        while self.request.verify_config:
            selected = (select_manifest(entries, platform) for platform in self.request.platforms)
            unread = [
                entry
                for entry in selected
                if entry and entry.kind is ManifestKind.IMAGE and not entry.config_is_read
            ]
            if not unread:
                break
            self._count_documents(len(unread))
            self._fetch(entry.digest for entry in unread)
            entries = [
                self._resolved_manifest(entry, self._document(entry)) if entry in unread else entry
                for entry in entries
            ]
        return entries

    def _resolved_manifest(self, entry: Entry, document: Document | None) -> Entry:
        match document:
            case None:
                return replace(entry, kind=ManifestKind.MISSING, note="it is missing")
            case Malformed(reason):
                return replace(entry, kind=ManifestKind.UNREADABLE, note=reason)
            case ImageIndex(artifact_type=""):
                return replace(entry, kind=ManifestKind.UNREADABLE, note="it is an index")
            case ImageIndex() | ArtifactManifest():
                return replace(entry, kind=ManifestKind.ARTIFACT)
            case ImageManifest() as manifest:
                return self._with_config(entry, manifest)

    def _with_config(self, entry: Entry, manifest: ImageManifest) -> Entry:
        kind = kind_of_manifest(manifest)
        if kind is not ManifestKind.IMAGE:
            return replace(entry, kind=kind)
        platform = self._config_platform(manifest.config)
        if isinstance(platform, Malformed):
            return replace(entry, kind=ManifestKind.UNREADABLE, note=platform.reason)
        effective_platform = entry.platform or platform
        return replace(
            entry,
            kind=ManifestKind.IMAGE if effective_platform else ManifestKind.NO_PLATFORM,
            platform=effective_platform,
            config_is_read=True,
            config_platform=platform,
        )

    def _config_platform(self, config: Descriptor) -> Platform | Malformed | None:
        if config.digest not in self.configs:
            self.configs[config.digest] = self._read_config(config)
        return self.configs[config.digest]

    def _read_config(self, config: Descriptor) -> Platform | Malformed | None:
        limit = self.bounds.config_bytes
        content: bytes | None = None
        if config.size is None or config.size <= limit:
            self._count_documents(1)
            content = self.store.config(config.digest, limit)
            if content is None:
                return Malformed("its config is missing")
        if content is None or len(content) > limit:
            raise _BoundExceededError(f"its config is larger than {limit} bytes")
        self._count_bytes(len(content))
        if not matches_descriptor(content, config.digest, config.size):
            return Malformed("its config does not match its descriptor")
        platform = parse_config_platform(content)
        if isinstance(platform, Malformed):
            return Malformed(f"its config cannot be read: {platform.reason}")
        return platform

    def _fetch(self, digests: Iterable[str]) -> None:
        missing = list(dict.fromkeys(digest for digest in digests if digest not in self.documents))
        for start in range(0, len(missing), _FETCH_BATCH):
            self._check_time()
            batch = missing[start : start + _FETCH_BATCH]
            found = self.store.documents(batch)
            self.documents |= {digest: found.get(digest) for digest in batch}
            stored = [item for item in found.values() if isinstance(item, StoredDocument)]
            self._count_bytes(sum(len(document.content) for document in stored))

    def _document(self, entry: Entry) -> Document | None:
        stored = self.documents[entry.digest]
        if isinstance(stored, Inaccessible):
            return Malformed(stored.reason)
        return None if stored is None else self._parse(stored, entry.media_type, entry.size)

    def _parse(self, stored: StoredDocument, media_type: str, size: int | None) -> Document:
        if len(stored.content) > self.bounds.manifest_bytes:
            raise _BoundExceededError(
                f"a manifest is larger than {self.bounds.manifest_bytes} bytes"
            )
        if not matches_descriptor(stored.content, stored.digest, size):
            return Malformed("its content does not match its digest or size")
        return parse_document(stored.content, media_type)

    def _count_documents(self, documents: int) -> None:
        """Count documents, including repeated ones, because expanding them takes time."""
        self.document_count += documents
        if self.document_count > self.bounds.documents:
            raise _BoundExceededError(f"it has more than {self.bounds.documents} documents")
        self._check_time()

    def _count_entries(self, entries: int) -> None:
        self.entry_count += entries
        if self.entry_count > self.bounds.entries:
            raise _BoundExceededError(f"it lists more than {self.bounds.entries} manifests")

    def _count_bytes(self, size: int) -> None:
        self.bytes_read += size
        if self.bytes_read > self.bounds.total_bytes:
            raise _BoundExceededError(f"it is larger than {self.bounds.total_bytes} bytes in total")

    def _check_time(self) -> None:
        if self.clock() > self.deadline:
            raise _BoundExceededError(
                f"reading it took longer than {self.bounds.seconds:g} seconds"
            )
