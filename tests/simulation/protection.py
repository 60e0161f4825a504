"""What protects images from removal, recorded before the guard's lookups."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from platform_guard.registry.mark import is_mark
from platform_guard.registry.reference import Reference
from platform_guard.remediation.protection import Use
from platform_guard_emulator.ecr.store import ImageStore
from tests.simulation.doubles import SimulatedAccount
from tests.simulation.pool import REPOSITORY, descendants


@dataclass(frozen=True, slots=True)
class Protection:
    """What protected images at one moment. What is gone since then protects nothing."""

    store: ImageStore
    account: SimulatedAccount
    tags: Mapping[str, str]
    uses: Mapping[int, Use]
    pulled: frozenset[str]

    @classmethod
    def now(cls, store: ImageStore, account: SimulatedAccount) -> Self:
        """Record what protects images now."""
        pulled = (image.digest for image in store.images() if image.last_pulled_at)
        return cls(store, account, dict(store._tags), dict(account.running), frozenset(pulled))

    def refreshed(self, described: str) -> Self:
        """Record the tags of an image that the guard describes.

        Of other images, the tags that are gone are dropped; they may return later.
        """
        named = self.store._tags
        still = {tag: digest for tag, digest in self.tags.items() if named.get(tag) == digest}
        seen = dict.fromkeys(self.store.tags_of(described), described) if described else {}
        return replace(self, tags=still | seen)

    def protected_by(self, digest: str, tag: str) -> str:
        """Return why a tag may not be removed, empty if it may. No `tag` means archiving."""
        own = self.store.tags_of(digest)
        if tag and tag not in own:
            return ""
        if is_mark(tag):
            # Removing the last tag deletes the image, even if that tag is a mark.
            return self._pulled(digest) if own == [tag] else ""
        # Archiving names no tag: the first tag that is not a mark counts as the evaluated one.
        tag = tag or next((other for other in own if not is_mark(other)), "")
        return (
            self._running_task(Reference(REPOSITORY, tag, digest))
            or self._other_tag(digest, tag)
            or self._pulled(digest)
        )

    def _running_task(self, image: Reference) -> str:
        family = frozenset({image.digest, *descendants(image.digest)})
        users = (
            number
            for number, use in self.uses.items()
            if number in self.account.running and use.concerns(image, family)
        )
        return next((f"task {number} uses it" for number in users), "")

    def _other_tag(self, digest: str, tag: str) -> str:
        others = (
            other
            for other, named in self.tags.items()
            if named == digest == self.store._tags.get(other)
        )
        kept = (other for other in others if other != tag and not is_mark(other))
        return next((f"it had the tag {other}" for other in kept), "")

    def _pulled(self, digest: str) -> str:
        return "it was pulled" if digest in self.pulled else ""
