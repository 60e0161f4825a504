"""The policy for images: required platforms, index rule and remedies."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from platform_guard.oci.platforms import Platform
from platform_guard.policy.verdict import Finding


class PlatformRule(StrEnum):
    """How many of the required platforms an image must run on."""

    ALL = "all"
    """On every one."""
    ANY = "any"
    """On at least one."""

    @property
    def conjunction(self) -> str:
        """The word that joins the platforms in a sentence."""
        return "and" if self is PlatformRule.ALL else "or"


class IndexRule(StrEnum):
    """When an image may be wrapped in an image index.

    ECS, EKS and Batch pull through an index; Lambda and SageMaker reject every index.
    """

    ALLOW = "allow"
    """Always."""
    MULTI_PLATFORM = "multi-platform"
    """Only if the index contains at least two runnable platforms."""
    FORBID = "forbid"
    """Never."""


class Remedy(StrEnum):
    """A remedy for a finding, weakest first."""

    ALERT = "alert"
    """Send an alert and change nothing."""
    TAG = "tag"
    """Add a mark to the image and keep its own tag."""
    QUARANTINE = "quarantine"
    """Mark the image, then remove its own tag."""
    ARCHIVE = "archive"
    """Mark the image, then move it to the archive storage class, where it cannot be pulled."""
    DELETE = "delete"
    """Delete the image and the children of an index that nothing else uses."""

    @property
    def strength(self) -> int:
        """The position in the order from weakest to strongest; 0 for an alert."""
        return tuple(type(self)).index(self)


def weaker(one: Remedy, other: Remedy) -> Remedy:
    """Return the weaker of two remedies."""
    return min(one, other, key=lambda remedy: remedy.strength)


@dataclass(frozen=True, slots=True)
class Policy:
    """The requirements for images, and the remedies for violations."""

    required_platforms: tuple[Platform, ...] = (Platform("linux", "amd64"),)
    platform_rule: PlatformRule = PlatformRule.ALL
    index_rule: IndexRule = IndexRule.MULTI_PLATFORM
    verify_config: bool = True
    remedies: Mapping[Finding, Remedy] = field(
        default_factory=lambda: dict.fromkeys(Finding, Remedy.TAG)
    )
    grace_seconds: int = 0
    """The delay before a remedy stronger than a mark; 0 for none."""
    ignore: bool = False
    """Whether images are ignored: not read, evaluated or reported."""
    caveat: str = ""
    """The failed lookup that weakens this policy, as a clause with `whether`; empty if none."""

    @property
    def not_checked(self) -> str:
        """The failed lookup and its effect; empty if no lookup failed."""
        return f"{self.caveat}; only a mark can be added" if self.caveat else ""

    @property
    def strongest_remedy(self) -> Remedy:
        """The strongest remedy for any finding."""
        return max(self.remedies.values(), key=lambda remedy: remedy.strength)

    @property
    def required_summary(self) -> str:
        """The required platforms as text: `linux/amd64 and linux/arm64`, or with `or`."""
        return f" {self.platform_rule.conjunction} ".join(map(str, self.required_platforms))


def cap(policy: Policy, remedy: Remedy) -> Policy:
    """Return the policy with every remedy limited to `remedy`."""
    remedies = {finding: weaker(remedy, stated) for finding, stated in policy.remedies.items()}
    return replace(policy, remedies=remedies)


def contradiction(policy: Policy) -> str:
    """Describe conflicting settings and how to resolve them; empty if none."""
    needs_index = policy.platform_rule is PlatformRule.ALL and len(policy.required_platforms) > 1
    if policy.index_rule is IndexRule.FORBID and needs_index:
        return (
            '"forbid" conflicts with several required_platforms, which only an index can contain; '
            'use one platform, platform_rule = "any", or index_rule = "multi-platform"'
        )
    return ""
