"""Reading an image from wherever it is stored, within bounds.

Nothing an image contains makes this raise: what cannot be read is part of what it returns. What the
store raises, such as an error of the network, passes through.
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
    image_of_index,
    select_manifest,
)
from platform_guard.oci.manifest import (
    ArtifactManifest,
    Descriptor,
    Document,
    ImageIndex,
    ImageManifest,
    Malformed,
    is_what_was_named,
    parse_config_platform,
    parse_document,
)
from platform_guard.oci.platforms import Platform


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A manifest or an index as it is stored: its exact bytes, and what the store calls it."""

    digest: str
    content: bytes
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Inaccessible:
    """Something that is stored and cannot be fetched now, such as an archived image."""

    reason: str


class Store(Protocol):
    """Where images are: a repository of a registry, or a layout on disk."""

    def documents(self, digests: Sequence[str]) -> Mapping[str, StoredDocument | Inaccessible]:
        """Fetch manifests and indexes by digest; those that are not there are left out."""

    def config(self, digest: str, size_limit: int) -> bytes | None:
        """Fetch a config blob, None where it is not there.

        Reads at most one byte more than `size_limit`, so that the caller sees it passed.
        """


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is read of one image at most."""

    manifest_bytes: int = 4 * 1024 * 1024
    config_bytes: int = 8 * 1024 * 1024
    total_bytes: int = 64 * 1024 * 1024
    nesting_depth: int = 4
    documents: int = 200
    entries: int = 20_000
    seconds: float = 60


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """What the reading is for: it decides which configs are worth a look."""

    platforms: tuple[Platform, ...]
    verify_config: bool = True


class _BoundPassedError(Exception):
    """An image is larger, deeper or slower than the bounds allow."""


def read_image(
    root: StoredDocument,
    store: Store,
    wanted: ReadRequest,
    clock: Callable[[], float],
    bounds: Bounds = Bounds(),
) -> Image:
    """Read what a reference names, following it as far as `wanted` needs.

    `clock` counts seconds. Past a bound the image is unreadable, and the reason names the bound.
    """
    reader = _ImageReader(store, wanted, clock, bounds, deadline=clock() + bounds.seconds)
    try:
        return reader.read(root)
    except _BoundPassedError as error:
        return Image(root.digest, Kind.UNREADABLE, unreadable_because=str(error))


# Documents asked for at a time, so that a hostile index cannot fill the memory at once.
_FETCHED_AT_ONCE = 20


@dataclass
class _ImageReader:
    store: Store
    wanted: ReadRequest
    clock: Callable[[], float]
    bounds: Bounds
    deadline: float
    visited: int = 0
    listed: int = 0
    bytes_read: int = 0
    documents: dict[str, StoredDocument | Inaccessible | None] = field(default_factory=dict)
    configs: dict[str, Platform | Malformed | None] = field(default_factory=dict)

    def read(self, root: StoredDocument) -> Image:
        self._visit(1)
        document = self._parse(root, root.media_type, size=None)
        match document:
            case Malformed(reason):
                return Image(root.digest, Kind.UNREADABLE, unreadable_because=reason)
            case ArtifactManifest():
                return Image(root.digest, Kind.ARTIFACT)
            case ImageManifest():
                return self._plain_image(root.digest, document)
            case ImageIndex(artifact_type="") as index:
                return image_of_index(root.digest, self._verified(self._entries(index, way=())))
            case ImageIndex():
                return Image(root.digest, Kind.ARTIFACT)

    def _plain_image(self, digest: str, manifest: ImageManifest) -> Image:
        entry = self._with_config(Entry(digest, ManifestKind.IMAGE), manifest)
        match entry.role:
            case ManifestKind.ATTESTATION:
                return Image(digest, Kind.ATTESTATION)
            case ManifestKind.UNREADABLE:
                return Image(digest, Kind.UNREADABLE, unreadable_because=entry.note)
            case ManifestKind.IMAGE | ManifestKind.NO_PLATFORM:
                return Image(digest, Kind.IMAGE, (replace(entry, role=ManifestKind.IMAGE),))
            case _:
                return Image(digest, Kind.ARTIFACT)

    def _entries(self, index: ImageIndex, way: tuple[IndexPosition, ...]) -> list[Entry]:
        """List what an index leads to, nested indexes resolved, in the order of the index."""
        if len(way) > self.bounds.nesting_depth:
            raise _BoundPassedError(
                f"indexes are nested deeper than {self.bounds.nesting_depth} levels"
            )
        self._list(len(index.manifests))
        roles = [kind_of_descriptor(child) for child in index.manifests]
        unknown = [
            child for child, role in zip(index.manifests, roles, strict=True) if role is None
        ]
        self._visit(len(unknown))
        self._fetch(child.digest for child in unknown)
        entries: list[Entry] = []
        for position, (child, role) in enumerate(zip(index.manifests, roles, strict=True)):
            entry = Entry(
                child.digest,
                role or ManifestKind.UNREADABLE,
                child.platform,
                listings=(*way, IndexPosition(position, child.platform)),
                media_type=child.media_type,
                size=child.size,
            )
            entries.extend(self._resolved(entry) if role is None else [entry])
        return entries

    def _resolved(self, entry: Entry) -> list[Entry]:
        """List what an entry leads to whose descriptor does not tell."""
        document = self._document(entry)
        if isinstance(document, ImageIndex) and not document.artifact_type:
            return self._entries(document, entry.listings)
        return [self._checked(entry, document)]

    def _verified(self, entries: list[Entry]) -> list[Entry]:
        """Check what engines would choose for the wanted platforms against its own config."""
        while self.wanted.verify_config:
            chosen = (select_manifest(entries, platform) for platform in self.wanted.platforms)
            unread = [
                entry
                for entry in chosen
                if entry and entry.role is ManifestKind.IMAGE and not entry.config_is_read
            ]
            if not unread:
                break
            self._visit(len(unread))
            self._fetch(entry.digest for entry in unread)
            entries = [
                self._checked(entry, self._document(entry)) if entry in unread else entry
                for entry in entries
            ]
        return entries

    def _checked(self, entry: Entry, document: Document | None) -> Entry:
        match document:
            case None:
                return replace(entry, role=ManifestKind.MISSING, note="it is not there")
            case Malformed(reason):
                return replace(entry, role=ManifestKind.UNREADABLE, note=reason)
            case ImageIndex(artifact_type=""):
                return replace(entry, role=ManifestKind.UNREADABLE, note="it is an index")
            case ImageIndex() | ArtifactManifest():
                return replace(entry, role=ManifestKind.ARTIFACT)
            case ImageManifest() as manifest:
                return self._with_config(entry, manifest)

    def _with_config(self, entry: Entry, manifest: ImageManifest) -> Entry:
        role = kind_of_manifest(manifest)
        if role is not ManifestKind.IMAGE:
            return replace(entry, role=role)
        platform = self._config_platform(manifest.config)
        if isinstance(platform, Malformed):
            return replace(entry, role=ManifestKind.UNREADABLE, note=platform.reason)
        chosen_by = entry.platform or platform
        return replace(
            entry,
            role=ManifestKind.IMAGE if chosen_by else ManifestKind.NO_PLATFORM,
            platform=chosen_by,
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
            self._visit(1)
            content = self.store.config(config.digest, limit)
            if content is None:
                return Malformed("its config is not there")
        if content is None or len(content) > limit:
            raise _BoundPassedError(f"its config is larger than {limit} bytes")
        self._take(len(content))
        if not is_what_was_named(content, config.digest, config.size):
            return Malformed("its config is not what its descriptor names")
        platform = parse_config_platform(content)
        if isinstance(platform, Malformed):
            return Malformed(f"its config cannot be read: {platform.reason}")
        return platform

    def _fetch(self, digests: Iterable[str]) -> None:
        missing = list(dict.fromkeys(digest for digest in digests if digest not in self.documents))
        for start in range(0, len(missing), _FETCHED_AT_ONCE):
            self._check_time()
            wanted = missing[start : start + _FETCHED_AT_ONCE]
            found = self.store.documents(wanted)
            self.documents |= {digest: found.get(digest) for digest in wanted}
            stored = [item for item in found.values() if isinstance(item, StoredDocument)]
            self._take(sum(len(document.content) for document in stored))

    def _document(self, entry: Entry) -> Document | None:
        stored = self.documents[entry.digest]
        if isinstance(stored, Inaccessible):
            return Malformed(stored.reason)
        return None if stored is None else self._parse(stored, entry.media_type, entry.size)

    def _parse(self, stored: StoredDocument, media_type: str, size: int | None) -> Document:
        if len(stored.content) > self.bounds.manifest_bytes:
            raise _BoundPassedError(f"a manifest is larger than {self.bounds.manifest_bytes} bytes")
        if not is_what_was_named(stored.content, stored.digest, size):
            return Malformed("its content is not what names it")
        return parse_document(stored.content, media_type)

    def _visit(self, documents: int) -> None:
        """Count documents, those that an index lists again as well: they cost time to expand."""
        self.visited += documents
        if self.visited > self.bounds.documents:
            raise _BoundPassedError(f"it consists of more than {self.bounds.documents} documents")
        self._check_time()

    def _list(self, entries: int) -> None:
        self.listed += entries
        if self.listed > self.bounds.entries:
            raise _BoundPassedError(f"it lists more than {self.bounds.entries} manifests")

    def _take(self, size: int) -> None:
        self.bytes_read += size
        if self.bytes_read > self.bounds.total_bytes:
            raise _BoundPassedError(f"it is larger than {self.bounds.total_bytes} bytes in all")

    def _check_time(self) -> None:
        if self.clock() > self.deadline:
            raise _BoundPassedError(f"reading it took longer than {self.bounds.seconds:g} seconds")
