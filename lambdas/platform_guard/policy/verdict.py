"""The words for what was found about an image, and the value that carries them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from platform_guard.oci.classification import ManifestKind


class Finding(StrEnum):
    """A reason why an image cannot run where it is meant to."""

    MISSING_PLATFORM = "missing-platform"
    """No runnable image for a required platform."""
    INDEX_ONLY = "index-only"
    """The required platforms are there, but behind an index that the policy does not accept."""
    NO_IMAGE = "no-image"
    """The tag names an attestation, or an index with nothing runnable in it."""
    DANGLING = "dangling"
    """The index lists the required platform, but the child is not there."""
    MISLABELED = "mislabeled"
    """The index claims the required platform; the config of that image says another one."""


class NoFinding(StrEnum):
    """A verdict that asks for no remedy."""

    COMPLIANT = "compliant"
    """It runs where it is meant to."""
    NOT_AN_IMAGE = "not-an-image"
    """An artifact, which is left alone."""
    UNREADABLE = "unreadable"
    """It cannot be judged: malformed, past a bound, or an image whose config states no platform."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that was seen in an image."""

    digest: str
    role: ManifestKind
    platform: str = ""
    """As `os/arch[/variant]`; empty where none is stated."""
    note: str = ""

    def __str__(self) -> str:
        """Write it as a line of a table."""
        note = f" ({self.note})" if self.note else ""
        return f"{self.role:<12} {self.platform or 'no platform':<15} {self.digest}{note}"


_EVIDENCE_SHOWN = 20


def evidence_table(evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """Write evidence as a table, cut to what people read."""
    more = len(evidence) - _EVIDENCE_SHOWN
    lines = map(str, evidence[:_EVIDENCE_SHOWN])
    return (*lines, f"and {more} more") if more > 0 else tuple(lines)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, why, and what was seen."""

    name: Finding | NoFinding
    reason: str
    """One clause for people, such as `it holds linux/arm64, but no linux/amd64`."""
    evidence: tuple[Evidence, ...] = ()
    fails_on: tuple[str, ...] = ()
    """The required platforms on which it does not run; empty where the verdict does not say so."""
