"""What a registry wants of its images."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from platform_guard.oci.platforms import Platform
from platform_guard.policy.verdict import Finding


class PlatformRule(StrEnum):
    """How many of the required platforms an image must run on."""

    ALL = "all"
    """On each of them."""
    ANY = "any"
    """On one of them."""

    @property
    def conjunction(self) -> str:
        """What stands between the platforms in a sentence."""
        return "and" if self is PlatformRule.ALL else "or"


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

    @property
    def strength(self) -> int:
        """The place in the order from mildest to strongest, 0 for an alert."""
        return tuple(type(self)).index(self)


def weaker(one: Remedy, other: Remedy) -> Remedy:
    """Give the milder of two remedies."""
    return min(one, other, key=lambda remedy: remedy.strength)


@dataclass(frozen=True, slots=True)
class Policy:
    """What images must be for, how they may be packed, and what to do about those that are not."""

    required_platforms: tuple[Platform, ...] = (Platform("linux", "amd64"),)
    platform_rule: PlatformRule = PlatformRule.ALL
    index_rule: IndexRule = IndexRule.MULTI_PLATFORM
    verify_config: bool = True
    remedies: Mapping[Finding, Remedy] = field(
        default_factory=lambda: dict.fromkeys(Finding, Remedy.TAG)
    )
    grace_seconds: int = 0
    """How long a remedy stronger than a mark waits, 0 for not at all."""
    ignore: bool = False
    """Whether images are left alone altogether: neither read nor judged nor reported."""
    caveat: str = ""
    """What could not be looked up about the policy and makes it milder; empty for nothing."""

    @property
    def not_checked(self) -> str:
        """What could not be looked up and what comes of it, for people; empty for nothing."""
        return f"{self.caveat}; so nothing stronger than a mark is done" if self.caveat else ""

    @property
    def strongest_remedy(self) -> Remedy:
        """The strongest thing that is done about any finding."""
        return max(self.remedies.values(), key=lambda remedy: remedy.strength)

    @property
    def wanted(self) -> str:
        """The required platforms in words: `linux/amd64 and linux/arm64`, or with an `or`."""
        return f" {self.platform_rule.conjunction} ".join(map(str, self.required_platforms))


def cap(policy: Policy, remedy: Remedy) -> Policy:
    """Give a policy that does nothing stronger than a remedy."""
    remedies = {finding: weaker(remedy, stated) for finding, stated in policy.remedies.items()}
    return replace(policy, remedies=remedies)


def contradiction(policy: Policy) -> str:
    """Say in one clause which settings exclude each other and what to write; empty if none do."""
    needs_index = policy.platform_rule is PlatformRule.ALL and len(policy.required_platforms) > 1
    if policy.index_rule is IndexRule.FORBID and needs_index:
        return (
            '"forbid" contradicts several required_platforms, which only an index can hold; '
            'write one platform, platform_rule = "any", or index_rule = "multi-platform"'
        )
    return ""
