"""What was read of an image: the value that verdicts are made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from platform_guard.platforms import Platform, match_rank
from platform_guard.roles import Role

_PLATFORMS_SHOWN = 12


class Kind(StrEnum):
    """What a reference names."""

    IMAGE = "image"
    INDEX = "index"
    ARTIFACT = "artifact"
    ATTESTATION = "attestation"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a reference leads to: the image itself, or what an index lists."""

    digest: str
    role: Role
    platform: Platform | None = None
    """What engines choose it by: that of the index, else that of the config."""
    platform_is_listed: bool = True
    """Whether an index states that platform; engines prefer what is listed to what they look up."""
    config_is_read: bool = False
    config_platform: Platform | None = None
    """What the config says; None where it was not read or states no platform."""
    outer_platforms: tuple[Platform, ...] = ()
    """Platforms that the indexes around it were listed for; an engine must match them as well."""
    note: str = ""
    """Why it is absent or unreadable."""

    def rank_for(self, required: Platform) -> int | None:
        """Tell how well an engine that wants `required` likes it; None where it passes it over."""
        if self.platform is None or self.role not in _CHOSEN_BY_PLATFORM:
            return None
        if any(match_rank(required, outer) is None for outer in self.outer_platforms):
            return None
        return match_rank(required, self.platform)


# Engines choose by the index alone: that a child is not there shows only when they pull it.
_CHOSEN_BY_PLATFORM = frozenset({Role.IMAGE, Role.ABSENT, Role.UNREADABLE})


@dataclass(frozen=True, slots=True)
class Image:
    """All that is known of what a reference names."""

    digest: str
    kind: Kind
    entries: tuple[Entry, ...] = ()
    unreadable_because: str = ""
    """Why nothing can be said of it; empty for every kind but unreadable."""

    @property
    def platforms(self) -> tuple[str, ...]:
        """What can run, as `os/arch[/variant]`, sorted, each once."""
        return tuple(sorted({str(entry.platform) for entry in runnable_entries(self.entries)}))

    @property
    def holds(self) -> str:
        """What can run, in words, cut to what people read."""
        shown = ", ".join(self.platforms[:_PLATFORMS_SHOWN])
        more = len(self.platforms) - _PLATFORMS_SHOWN
        return f"{shown} and {more} more" if more > 0 else shown or "nothing that can run"


def runnable_entries(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """List the images that some engine would run."""
    return tuple(
        entry for entry in entries if entry.role is Role.IMAGE and entry.platform is not None
    )


def chosen_entry(entries: Sequence[Entry], required: Platform) -> Entry | None:
    """Give the entry that an engine pulls for a platform, None where it finds none.

    As containerd's `images.Manifest` orders them: what states its platform before what does not,
    then the best match, and of equals the first listed.
    """
    ranked = [
        (not entry.platform_is_listed, rank, entry)
        for entry in entries
        if (rank := entry.rank_for(required)) is not None
    ]
    return min(ranked, key=lambda item: item[:2])[2] if ranked else None
