"""What was read of an image: the value that verdicts are made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from platform_guard.oci.classification import ManifestKind
from platform_guard.oci.platforms import Platform, match_rank

_PLATFORMS_SHOWN = 12


class Kind(StrEnum):
    """What a reference names."""

    IMAGE = "image"
    INDEX = "index"
    ARTIFACT = "artifact"
    ATTESTATION = "attestation"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class IndexPosition:
    """A place in an index."""

    position: int
    platform: Platform | None
    """What the index states; None where it leaves that to the image's config."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a reference leads to: the image itself, or what an index lists."""

    digest: str
    role: ManifestKind
    platform: Platform | None = None
    """What engines choose it by: that of the index, else that of the config."""
    listings: tuple[IndexPosition, ...] = ()
    """The way to it: its place in the outermost index first, none for an image without an index."""
    media_type: str = ""
    size: int | None = None
    config_is_read: bool = False
    config_platform: Platform | None = None
    """What the config says; None where it was not read or states no platform."""
    note: str = ""
    """Why it is absent or unreadable."""


@dataclass(frozen=True, slots=True)
class Image:
    """All that is known of what a reference names."""

    digest: str
    kind: Kind
    entries: tuple[Entry, ...] = ()
    unreadable_because: str = ""
    """Why nothing can be said of it; empty for every kind but unreadable."""
    platforms_left_off: int = 0
    """How many more can run of which nobody kept an entry."""

    @property
    def platforms(self) -> tuple[str, ...]:
        """What can run, as `os/arch[/variant]`, sorted, each once."""
        return tuple(sorted({str(entry.platform) for entry in runnable_entries(self.entries)}))

    @property
    def holds(self) -> str:
        """What can run, in words, cut to what people read."""
        shown = ", ".join(self.platforms[:_PLATFORMS_SHOWN])
        more = len(self.platforms) + self.platforms_left_off - _PLATFORMS_SHOWN
        return f"{shown} and {more} more" if more > 0 else shown or "nothing that can run"


def image_of_index(digest: str, entries: Sequence[Entry]) -> Image:
    """Give what an index amounts to, by what it leads to: an artifact if it holds nothing else."""
    roles = {entry.role for entry in entries}
    has_artifacts_alone = ManifestKind.ARTIFACT in roles and not roles & _CHOSEN_BY_PLATFORM
    return Image(digest, Kind.ARTIFACT if has_artifacts_alone else Kind.INDEX, tuple(entries))


def runnable_entries(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """List the images that some engine would run."""
    return tuple(
        entry
        for entry in entries
        if entry.role is ManifestKind.IMAGE and entry.platform is not None
    )


def select_manifest(entries: Sequence[Entry], required: Platform, depth: int = 0) -> Entry | None:
    """Give the entry that an engine pulls for a platform, None where it finds none.

    As containerd's `images.LimitManifests` and `images.Manifest`: of each index one child is
    followed, what states its platform before what does not, then the best match, and of equals the
    first. That another child would have fitted as well is not found out. `depth` counts indexes.
    """
    candidates = [
        (listing.platform is None, rank, listing.position, entry)
        for entry in entries
        if entry.role in _CHOSEN_BY_PLATFORM
        and (rank := _rank(listing := entry.listings[depth], required)) is not None
    ]
    if not candidates:
        return None
    position = min(candidate[:3] for candidate in candidates)[2]
    followed = [entry for *_, entry in candidates if entry.listings[depth].position == position]
    entry = followed[0]
    if len(entry.listings) > depth + 1:
        return select_manifest(followed, required, depth + 1)
    if entry.platform is None or match_rank(required, entry.platform) is not None:
        return entry
    return None


# Engines choose by the index alone: that a child is not there shows only when they pull it.
_CHOSEN_BY_PLATFORM = frozenset({ManifestKind.IMAGE, ManifestKind.MISSING, ManifestKind.UNREADABLE})


def _rank(listing: IndexPosition, required: Platform) -> int | None:
    return 0 if listing.platform is None else match_rank(required, listing.platform)
