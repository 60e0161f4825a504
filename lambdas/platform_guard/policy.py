"""What a registry wants of its images."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from platform_guard.platforms import Platform
from platform_guard.verdicts import Finding


class IndexRule(StrEnum):
    """When an image may be reachable only through an image index.

    ECS, EKS and Batch pull through an index; Lambda and SageMaker refuse any.
    """

    ALLOW = "allow"
    """Always."""
    MULTI_PLATFORM = "multi-platform"
    """Only where the index holds at least two runnable platforms."""
    FORBID = "forbid"
    """Never."""


class Remedy(StrEnum):
    """What to do about a finding, mildest first."""

    ALERT = "alert"
    """Say so and change nothing."""
    TAG = "tag"
    """Add a mark to the image, which keeps its own tag."""
    QUARANTINE = "quarantine"
    """Mark the image, then take its own tag away."""
    ARCHIVE = "archive"
    """Mark the image, then move it to the archive class, from where nobody can pull it."""
    DELETE = "delete"
    """Delete the image, and of an index the children that nothing else needs."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What images must be for, how they may be packed, and what to do about those that are not."""

    required_platforms: tuple[Platform, ...] = (Platform("linux", "amd64"),)
    index_rule: IndexRule = IndexRule.MULTI_PLATFORM
    verify_config: bool = True
    remedies: Mapping[Finding, Remedy] = field(
        default_factory=lambda: dict.fromkeys(Finding, Remedy.TAG)
    )
