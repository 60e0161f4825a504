"""Verdicts on images: findings, reasons and evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from platform_guard.oci.classification import ManifestKind


class Finding(StrEnum):
    """A verdict that an image violates its policy."""

    MISSING_PLATFORM = "missing-platform"
    """No runnable image for a required platform."""
    INDEX_ONLY = "index-only"
    """An index contains the required platforms, but the policy does not accept an index."""
    NO_IMAGE = "no-image"
    """The tag names an attestation, or an index without a runnable image."""
    DANGLING = "dangling"
    """The index lists the required platform, but the child manifest is missing."""
    MISLABELED = "mislabeled"
    """The index entry for the required platform is an image for another platform."""


class NoFinding(StrEnum):
    """A verdict that requires no remedy."""

    COMPLIANT = "compliant"
    """The image satisfies its policy."""
    NOT_AN_IMAGE = "not-an-image"
    """An artifact, which policies do not apply to."""
    UNREADABLE = "unreadable"
    """It cannot be evaluated: malformed, beyond a bound, or without a stated platform."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One manifest of an image."""

    digest: str
    role: ManifestKind
    platform: str = ""
    """As `os/arch[/variant]`; empty if none is stated."""
    note: str = ""

    def __str__(self) -> str:
        """Format as a row of the evidence table."""
        note = f" ({self.note})" if self.note else ""
        return f"{self.role:<12} {self.platform or 'no platform':<15} {self.digest}{note}"


_EVIDENCE_SHOWN = 20


def evidence_table(evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """Format evidence as table rows: at most 20, then the number of the others."""
    more = len(evidence) - _EVIDENCE_SHOWN
    lines = map(str, evidence[:_EVIDENCE_SHOWN])
    return (*lines, f"and {more} more") if more > 0 else tuple(lines)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of an evaluation."""

    name: Finding | NoFinding
    reason: str
    """One clause, such as `it contains only linux/arm64; linux/amd64 is required`."""
    evidence: tuple[Evidence, ...] = ()
    fails_on: tuple[str, ...] = ()
    """The required platforms on which the image cannot run, if the verdict names any."""
