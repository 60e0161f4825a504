"""Bulk reads from an Amazon ECR repository, over several connections."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from platform_guard.aws.errors import AWS_ERRORS, reason_of
from platform_guard.oci.bulk_reader import UnavailableContent
from platform_guard.oci.reader import StoredDocument
from platform_guard.registry.download import IDS_PER_CALL, BatchGetResult, batch_get_image
from platform_guard.registry.reference import Repository
from platform_guard.registry.repository import EcrRepository

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

_Fetched = bytes | UnavailableContent | None
"""A config blob; None if it does not exist."""

_CACHE_BYTES = 32 * 1024 * 1024


@dataclass
class ConfigCache:
    """A thread-safe LRU cache of config blobs, for images that several repositories contain.

    A digest names the same bytes in every repository.
    """

    limit: int = _CACHE_BYTES
    _contents: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    _in_progress: dict[str, Future[_Fetched]] = field(default_factory=dict)
    _size: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, digest: str, fetch: Callable[[], _Fetched]) -> _Fetched:
        """Return a config; fetch it unless it is cached or another thread is fetching it.

        A missing config or a failed lookup applies to one repository only, so it is not cached.
        """
        with self._lock:
            known = self._contents.get(digest)
            if known is not None:
                self._contents.move_to_end(digest)
                return known
            other = self._in_progress.get(digest)
            mine: Future[_Fetched] = Future()
            if other is None:
                self._in_progress[digest] = mine
        if other is not None:
            fetched = other.result()
            return fetched if isinstance(fetched, bytes) else fetch()
        fetched = None
        try:
            fetched = fetch()
        finally:
            with self._lock:
                del self._in_progress[digest]
                self._store(digest, fetched)
            mine.set_result(fetched)
        return fetched

    def _store(self, digest: str, content: _Fetched) -> None:
        """Cache a config that matches its digest; evict the least recently used ones."""
        if not isinstance(content, bytes) or len(content) > self.limit // 8:
            return
        if f"sha256:{hashlib.sha256(content).hexdigest()}" != digest:
            return
        self._contents[digest] = content
        self._size += len(content)
        while self._size > self.limit:
            _, oldest = self._contents.popitem(last=False)
            self._size -= len(oldest)


@dataclass(frozen=True, slots=True)
class BulkRepository:
    """The images of one repository, as a BulkStore."""

    client: "ECRClient"
    repository: Repository
    pool: ThreadPoolExecutor
    """Runs the calls. A task in it must not wait for another task in it."""
    config_cache: ConfigCache

    def documents(
        self, digests: Sequence[str]
    ) -> Mapping[str, StoredDocument | UnavailableContent]:
        """Fetch manifests and indexes, 100 per call. Raises botocore errors."""
        chunks = [
            digests[start : start + IDS_PER_CALL] for start in range(0, len(digests), IDS_PER_CALL)
        ]
        found: dict[str, StoredDocument | UnavailableContent] = {}
        for answer in self.pool.map(self._batch, chunks):
            found |= {document.digest: document for document in answer.documents}
            unavailable = {**answer.inaccessible, **answer.unavailable}
            found |= {digest: UnavailableContent(reason) for digest, reason in unavailable.items()}
        return found

    def configs(
        self, digests: Sequence[str], size_limit: int
    ) -> Mapping[str, bytes | UnavailableContent]:
        """Fetch configs, one call and one GET each, except recently fetched ones."""

        def fetch(digest: str) -> _Fetched:
            return self.config_cache.get(digest, lambda: self._config(digest, size_limit))

        answers = zip(digests, self.pool.map(fetch, digests), strict=True)
        return {digest: content for digest, content in answers if content is not None}

    def _batch(self, digests: Sequence[str]) -> BatchGetResult:
        return batch_get_image(
            self.client, self.repository, [{"imageDigest": digest} for digest in digests]
        )

    def _config(self, digest: str, size_limit: int) -> _Fetched:
        try:
            return EcrRepository(self.client, self.repository).config(digest, size_limit)
        except AWS_ERRORS as error:
            return UnavailableContent(f"its config could not be fetched: {reason_of(error)}")
