"""A repository of Amazon ECR that is asked for many things at once, over several connections."""

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
from platform_guard.registry.download import IDS_PER_CALL, BatchAnswer, batch_get_image
from platform_guard.registry.reference import Repository
from platform_guard.registry.repository import EcrRepository

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

_Fetched = bytes | UnavailableContent | None
"""A config; None where it is not there."""

_REMEMBERED_BYTES = 32 * 1024 * 1024


@dataclass
class SeenConfigs:
    """Configs that were fetched lately, for images that repositories share.

    A digest names the same bytes everywhere. May be used by several threads.
    """

    limit: int = _REMEMBERED_BYTES
    _contents: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    _under_way: dict[str, Future[_Fetched]] = field(default_factory=dict)
    _size: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, digest: str, fetch: Callable[[], _Fetched]) -> _Fetched:
        """Give a config, and fetch it where neither this nor another thread has.

        That a config is not there, or could not be fetched, holds for one repository alone and is
        not remembered.
        """
        with self._lock:
            known = self._contents.get(digest)
            if known is not None:
                self._contents.move_to_end(digest)
                return known
            other = self._under_way.get(digest)
            mine: Future[_Fetched] = Future()
            if other is None:
                self._under_way[digest] = mine
        if other is not None:
            fetched = other.result()
            return fetched if isinstance(fetched, bytes) else fetch()
        fetched = None
        try:
            fetched = fetch()
        finally:
            with self._lock:
                del self._under_way[digest]
                self._remember(digest, fetched)
            mine.set_result(fetched)
        return fetched

    def _remember(self, digest: str, content: _Fetched) -> None:
        """Keep a config that is what its digest names; forget what was unused for longest."""
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
    """The images of one repository: a BulkStore."""

    client: "ECRClient"
    repository: Repository
    pool: ThreadPoolExecutor
    """For the calls; they wait for nothing that runs in it."""
    seen_configs: SeenConfigs

    def documents(
        self, digests: Sequence[str]
    ) -> Mapping[str, StoredDocument | UnavailableContent]:
        """Fetch manifests and indexes, a call a hundred. Raises what botocore raises."""
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
            return self.seen_configs.get(digest, lambda: self._config(digest, size_limit))

        answers = zip(digests, self.pool.map(fetch, digests), strict=True)
        return {digest: content for digest, content in answers if content is not None}

    def _batch(self, digests: Sequence[str]) -> BatchAnswer:
        return batch_get_image(
            self.client, self.repository, [{"imageDigest": digest} for digest in digests]
        )

    def _config(self, digest: str, size_limit: int) -> _Fetched:
        try:
            return EcrRepository(self.client, self.repository).config(digest, size_limit)
        except AWS_ERRORS as error:
            return UnavailableContent(f"its config could not be fetched: {reason_of(error)}")
