"""What protects an image from a destructive remedy.

Each lookup is a value, or `Unavailable` if it failed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from platform_guard.oci.reader import StoredDocument
from platform_guard.registry.images import ImageState
from platform_guard.registry.reference import Reference, parse_reference
from platform_guard.unavailable import Unavailable


@dataclass(frozen=True, slots=True)
class Use:
    """A workload that runs an image."""

    user: str
    """A phrase such as `the service api in shop`."""
    image: str
    """The image reference as configured in the workload."""
    digest: str = ""
    """The digest that AWS resolved it to; empty if unknown."""

    def concerns(self, image: Reference, digests: frozenset[str]) -> bool:
        """Return whether it uses the tag of an image, or any of `digests` in its repository."""
        used = parse_reference(self.image)
        if used is None or used.repository != image.repository:
            return False
        return used.tag == image.tag or bool({self.digest, used.digest} & digests)


@dataclass(frozen=True, slots=True)
class ProtectionSnapshot:
    """The results of all lookups that can protect an image."""

    state: ImageState | Unavailable | None
    """None if the image is gone."""
    children: tuple[str, ...] | Unavailable
    """The digests of all descendants of an index, outer ones first."""
    listings: Mapping[str, tuple[str, ...]] | Unavailable
    """For each digest that indexes of the repository list, the digests of those indexes."""
    uses: tuple[tuple[Use, ...] | Unavailable, ...]
    """One lookup per AWS service that runs images."""
    can_be_kept: bool = True
    """Whether its manifests fit into a ledger entry, which undo needs."""


def unshared_children(digest: str, snapshot: ProtectionSnapshot) -> tuple[str, ...]:
    """Return the descendants of an index that no other index lists."""
    if isinstance(snapshot.children, Unavailable) or isinstance(snapshot.listings, Unavailable):
        return ()
    own = {digest}
    for child in snapshot.children:
        if own.issuperset(snapshot.listings.get(child, ())):
            own.add(child)
    return tuple(child for child in snapshot.children if child in own)


@dataclass(frozen=True, slots=True)
class ProtectionLookupResult:
    """The snapshot, and the manifests that undo needs."""

    snapshot: ProtectionSnapshot
    documents: tuple[StoredDocument, ...]
    """Its manifest, then those of its existing descendants."""


class ProtectionLookup(Protocol):
    """Looks up what protects an image. Failed lookups are part of the result."""

    def look(self, document: StoredDocument) -> ProtectionLookupResult:
        """Look up the image, the workloads that use it, and the indexes that list it."""

    def cache_prefix(self) -> str | Unavailable:
        """Return the prefix of the pull-through cache rule for the repository; empty for none."""
