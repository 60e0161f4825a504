"""The pull-through cache rules of a registry, looked up at most every few minutes."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from platform_guard.aws.errors import reason_of
from platform_guard.registry.pull_through import cache_prefix
from platform_guard.unavailable import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

_FRESH_SECONDS = 300


class PullThroughCaches:
    """Which repositories a pull-through cache fills, in the registry of the caller."""

    def __init__(self, client: "ECRClient", clock: Callable[[], float]) -> None:
        """`clock` counts seconds."""
        self._client = client
        self._clock = clock
        self._prefixes: tuple[str, ...] = ()
        self._fresh_until: float | None = None

    def prefix_for(self, repository: str) -> str | Unavailable:
        """Give the prefix of the rule that fills a repository; empty where there is none."""
        prefixes = self.prefixes()
        return prefixes if isinstance(prefixes, Unavailable) else cache_prefix(repository, prefixes)

    def prefixes(self) -> tuple[str, ...] | Unavailable:
        """Give the prefix of every rule.

        One call a page of rules, none while the answer is fresh. A failure is not remembered.
        """
        if self._fresh_until is None or self._clock() >= self._fresh_until:
            try:
                self._prefixes = self._lookup()
            except (BotoCoreError, ClientError) as error:
                return Unavailable("the pull-through cache rules", reason_of(error))
            self._fresh_until = self._clock() + _FRESH_SECONDS
        return self._prefixes

    def _lookup(self) -> tuple[str, ...]:
        pages = self._client.get_paginator("describe_pull_through_cache_rules").paginate()
        return tuple(
            rule["ecrRepositoryPrefix"] for page in pages for rule in page["pullThroughCacheRules"]
        )
