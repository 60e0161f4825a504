"""Looks up what protects an image in Amazon ECR before a destructive remedy."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from platform_guard.aws.errors import LookupFailedError
from platform_guard.aws.lookup import Deadline, look_up
from platform_guard.oci.manifest import ImageIndex, parse_document
from platform_guard.oci.media_types import INDEXES
from platform_guard.oci.reader import Inaccessible, StoredDocument
from platform_guard.registry.download import IDS_PER_CALL
from platform_guard.registry.images import ImageStatus
from platform_guard.registry.repository import EcrImages
from platform_guard.remediation.ecs_usage import EcsUses
from platform_guard.remediation.lambda_usage import LambdaUses
from platform_guard.remediation.ledger import write_documents
from platform_guard.remediation.ledger_dynamodb import DOCUMENTS_LIMIT, compressed
from platform_guard.remediation.protection import ProtectionLookupResult, ProtectionSnapshot, Use
from platform_guard.unavailable import Unavailable

if TYPE_CHECKING:
    from platform_guard.aws.clients import Clients

_SECONDS = 10.0

# Enough for a repository without lifecycle rules. In a larger one the lookup fails.
_IMAGES_LISTED = 20_000
_INDEXES_READ = 2_000
_CHILDREN_READ = 500

_SLOWNESS_REMEMBERED_SECONDS = 60.0
Uses = tuple[tuple[Use, ...] | Unavailable, ...]


class Caches(Protocol):
    """Finds the pull-through cache rule of a repository."""

    def prefix_for(self, repository: str) -> str | Unavailable:
        """Return the prefix of the rule that fills a repository; empty if there is none."""


class Users(Protocol):
    """Finds the workloads that run images."""

    def uses(self) -> Uses:
        """Return one lookup per AWS service."""


@dataclass(slots=True)
class Account:
    """The workloads of the account.

    Looked up every time, because a service may have just started to use the image. A timed-out
    lookup is cached for a minute: it only protects images, and the next one would time out too.
    """

    clients: "Clients"
    clock: Callable[[], float] = time.monotonic
    """Seconds."""
    _images_of_definitions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _too_slow: Uses = ()
    _too_slow_until: float = 0

    def uses(self) -> Uses:
        """Return the uses by Amazon ECS and by AWS Lambda, one lookup each."""
        if self.clock() < self._too_slow_until:
            return self._too_slow
        started = self.clock()
        uses = (
            look_up("the tasks and services of Amazon ECS", self._ecs().find),
            look_up("the functions of AWS Lambda", self._functions().find),
        )
        failed = any(isinstance(use, Unavailable) for use in uses)
        if failed and self.clock() - started > _SECONDS:
            self._too_slow = uses
            self._too_slow_until = self.clock() + _SLOWNESS_REMEMBERED_SECONDS
        return uses

    def _ecs(self) -> EcsUses:
        deadline = Deadline.within(_SECONDS, self.clock)
        return EcsUses(self.clients.ecs, deadline, self._images_of_definitions)

    def _functions(self) -> LambdaUses:
        return LambdaUses(self.clients.lambda_, Deadline.within(_SECONDS, self.clock))


@dataclass(frozen=True, slots=True)
class EcrProtectionLookup:
    """Looks up what protects the images of one repository."""

    images: EcrImages
    account: Users
    caches: Caches
    clock: Callable[[], float] = time.monotonic
    """Seconds."""

    def look(self, document: StoredDocument) -> ProtectionLookupResult:
        """Look up the image, the workloads that use it, and the indexes that list it."""
        children = look_up("the children of the index", lambda: self._children(document))
        if isinstance(children, Unavailable):
            documents: tuple[StoredDocument, ...] = (document,)
            digests: tuple[str, ...] | Unavailable = children
        else:
            documents = (document, *children)
            digests = tuple(child.digest for child in children)
        return ProtectionLookupResult(
            ProtectionSnapshot(
                state=look_up("the image in ECR", lambda: self.images.describe(document.digest)),
                children=digests,
                listings=look_up("the repository's indexes", self._listings),
                uses=self.account.uses(),
                can_be_kept=len(compressed(write_documents(documents))) <= DOCUMENTS_LIMIT,
            ),
            documents,
        )

    def cache_prefix(self) -> str | Unavailable:
        """Return the prefix of the pull-through cache rule for the repository; empty for none."""
        return self.caches.prefix_for(self.images.repository.name)

    def _children(self, root: StoredDocument) -> tuple[StoredDocument, ...]:
        """Fetch all descendants of an index, outer ones first, without missing ones."""
        found: dict[str, StoredDocument] = {}
        level = [root]
        while level:
            listed = dict.fromkeys(child for document in level for child in _listed(document))
            missing = [child for child in listed if child not in found and child != root.digest]
            if len(found) + len(missing) > _CHILDREN_READ:
                raise LookupFailedError(f"it lists more than {_CHILDREN_READ} manifests")
            existing = self._documents(missing)
            level = [existing[child] for child in missing if child in existing]
            found |= {document.digest: document for document in level}
        return tuple(found.values())

    def _listings(self) -> dict[str, tuple[str, ...]]:
        """Read the repository's indexes. Return the digests of the indexes by listed digest."""
        deadline = Deadline.within(_SECONDS, self.clock)
        indexes = list(self._indexes(deadline))
        listings: dict[str, tuple[str, ...]] = {}
        for start in range(0, len(indexes), IDS_PER_CALL):
            deadline.check()
            part = indexes[start : start + IDS_PER_CALL]
            for document in self._documents(part).values():
                for child in _listed(document):
                    listings[child] = (*listings.get(child, ()), document.digest)
        return listings

    def _documents(self, digests: Sequence[str]) -> dict[str, StoredDocument]:
        """Fetch existing manifests. Raises LookupFailedError if one of them is inaccessible."""
        found: dict[str, StoredDocument] = {}
        for digest, document in self.images.documents(digests).items():
            if isinstance(document, Inaccessible):
                raise LookupFailedError(document.reason)
            found[digest] = document
        return found

    def _indexes(self, deadline: Deadline) -> Iterator[str]:
        indexes = 0
        for number, detail in enumerate(self.images.details(), 1):
            deadline.check()
            if number > _IMAGES_LISTED:
                raise LookupFailedError(f"there are more than {_IMAGES_LISTED} images in it")
            if detail.get("imageManifestMediaType") in INDEXES:
                if detail.get("imageStatus") == ImageStatus.ARCHIVED:
                    # It cannot be read or pulled, and ECR refuses to delete what it lists.
                    continue
                indexes += 1
                if indexes > _INDEXES_READ:
                    raise LookupFailedError(f"there are more than {_INDEXES_READ} indexes in it")
                yield detail["imageDigest"]


def _listed(document: StoredDocument) -> tuple[str, ...]:
    match parse_document(document.content, document.media_type):
        case ImageIndex(manifests=manifests):
            return tuple(child.digest for child in manifests)
        case _:
            return ()
