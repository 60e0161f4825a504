"""The content of an image as far as it was read: the input of an evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from platform_guard.oci.classification import ManifestKind
from platform_guard.oci.platforms import Platform, match_rank

_PLATFORMS_SHOWN = 12


class Kind(StrEnum):
    """The kind of manifest that a reference names."""

    IMAGE = "image"
    INDEX = "index"
    ARTIFACT = "artifact"
    ATTESTATION = "attestation"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class IndexPosition:
    """The position of an entry in an index."""

    position: int
    platform: Platform | None
    """The platform in the descriptor; None if only the image config states it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A plain image, or one entry of an index with nested indexes resolved."""

    digest: str
    kind: ManifestKind
    platform: Platform | None = None
    """The platform that container engines match: from the index, else from the config."""
    index_path: tuple[IndexPosition, ...] = ()
    """Its position in each index, outermost first; empty for a plain image."""
    media_type: str = ""
    size: int | None = None
    config_is_read: bool = False
    config_platform: Platform | None = None
    """The platform in the config; None if the config was not read or states none."""
    note: str = ""
    """Why the entry is missing or unreadable."""


@dataclass(frozen=True, slots=True)
class Image:
    """The manifest that a reference names, and its entries."""

    digest: str
    kind: Kind
    entries: tuple[Entry, ...] = ()
    unreadable_reason: str = ""
    """Why the image cannot be read; empty unless `kind` is unreadable."""
    platforms_left_off: int = 0
    """The number of runnable platforms without an entry here."""

    @property
    def platforms(self) -> tuple[str, ...]:
        """The runnable platforms as `os/arch[/variant]`, sorted and distinct."""
        return tuple(sorted({str(entry.platform) for entry in runnable_entries(self.entries)}))

    @property
    def platform_summary(self) -> str:
        """The runnable platforms as text: at most 12, then the number of the others."""
        shown = ", ".join(self.platforms[:_PLATFORMS_SHOWN])
        more = len(self.platforms) + self.platforms_left_off - _PLATFORMS_SHOWN
        return f"{shown} and {more} more" if more > 0 else shown or "nothing that can run"


def image_from_index(digest: str, entries: Sequence[Entry]) -> Image:
    """Return an index as an image; an artifact if it contains artifacts but nothing to pull."""
    kinds = {entry.kind for entry in entries}
    is_artifact = ManifestKind.ARTIFACT in kinds and not kinds & _CHOSEN_BY_PLATFORM
    return Image(digest, Kind.ARTIFACT if is_artifact else Kind.INDEX, tuple(entries))


def runnable_entries(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the entries that are images for a stated platform."""
    return tuple(
        entry
        for entry in entries
        if entry.kind is ManifestKind.IMAGE and entry.platform is not None
    )


def select_manifest(entries: Sequence[Entry], required: Platform, depth: int = 0) -> Entry | None:
    """Return the entry that an engine pulls for a platform, or None if it finds none.

    The rules are those of containerd's `images.LimitManifests` and `images.Manifest`: an engine
    follows one entry of each index. Entries that state a platform come first, then the best match,
    then the earliest. It does not try another entry if that one fails. `depth` counts the indexes.
    """
    candidates = [
        (place.platform is None, rank, place.position, entry)
        for entry in entries
        if entry.kind in _CHOSEN_BY_PLATFORM
        and (rank := _rank(place := entry.index_path[depth], required)) is not None
    ]
    if not candidates:
        return None
    position = min(candidate[:3] for candidate in candidates)[2]
    selected = [entry for *_, entry in candidates if entry.index_path[depth].position == position]
    entry = selected[0]
    if len(entry.index_path) > depth + 1:
        return select_manifest(selected, required, depth + 1)
    if entry.platform is None or match_rank(required, entry.platform) is not None:
        return entry
    return None


# Engines select by the index only and notice a missing child when they pull it.
_CHOSEN_BY_PLATFORM = frozenset({ManifestKind.IMAGE, ManifestKind.MISSING, ManifestKind.UNREADABLE})


def _rank(place: IndexPosition, required: Platform) -> int | None:
    return 0 if place.platform is None else match_rank(required, place.platform)
