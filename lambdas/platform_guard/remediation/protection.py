"""What an image and its surroundings are like right before something is done to it.

Each look-up is a value, or `Unavailable` where it was tried in vain.
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
    """Somebody who runs an image."""

    user: str
    """In words, such as `the service api in the cluster shop`."""
    image: str
    """The reference as its user wrote it."""
    digest: str = ""
    """What it was resolved to; empty where nobody knows."""

    def concerns(self, image: Reference, digests: frozenset[str]) -> bool:
        """Tell whether it names the tag of an image, or any of these digests."""
        used = parse_reference(self.image)
        if used is None or used.repository != image.repository:
            return False
        return used.tag == image.tag or bool({self.digest, used.digest} & digests)


@dataclass(frozen=True, slots=True)
class ProtectionSnapshot:
    """All that protects an image, as far as it was seen."""

    state: ImageState | Unavailable | None
    """None where the image is gone."""
    children: tuple[str, ...] | Unavailable
    """The digests that it leads to where it is an index, outer ones first."""
    listings: Mapping[str, tuple[str, ...]] | Unavailable
    """For each digest that some index of the repository lists, the digests of those indexes."""
    uses: tuple[tuple[Use, ...] | Unavailable, ...]
    """Of each service that runs images, a look-up."""
    can_be_kept: bool = True
    """Whether its manifests fit into the ledger, so that it could be undone."""


def unshared_children(digest: str, observed: ProtectionSnapshot) -> tuple[str, ...]:
    """List the children of an index that nothing outside of it leads to."""
    if isinstance(observed.children, Unavailable) or isinstance(observed.listings, Unavailable):
        return ()
    own = {digest}
    for child in observed.children:
        if own.issuperset(observed.listings.get(child, ())):
            own.add(child)
    return tuple(child for child in observed.children if child in own)


@dataclass(frozen=True, slots=True)
class ProtectionLookupResult:
    """What was seen of an image before something is taken away from it."""

    observed: ProtectionSnapshot
    documents: tuple[StoredDocument, ...]
    """Its manifest, then those of its children as far as they are there."""


class ProtectionLookup(Protocol):
    """Looks at what protects an image. What cannot be seen is part of what it gives."""

    def look(self, document: StoredDocument) -> ProtectionLookupResult:
        """Look at an image, at who runs it, and at what leads to it."""

    def cache_prefix(self) -> str | Unavailable:
        """Give the prefix of the pull-through cache that fills the repository, empty for none."""
