"""The pull-through cache rules of a registry, cached for five minutes."""

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
    """The pull-through cache rules of the caller's registry."""

    def __init__(self, client: "ECRClient", clock: Callable[[], float]) -> None:
        """`clock` returns seconds."""
        self._client = client
        self._clock = clock
        self._prefixes: tuple[str, ...] = ()
        self._fresh_until: float | None = None

    def prefix_for(self, repository: str) -> str | Unavailable:
        """Return the prefix of the rule that fills a repository; empty if there is none."""
        prefixes = self.prefixes()
        return prefixes if isinstance(prefixes, Unavailable) else cache_prefix(repository, prefixes)

    def prefixes(self) -> tuple[str, ...] | Unavailable:
        """Return the prefix of every rule.

        One call per page of rules, none while the cached rules are fresh. Failures are not cached.
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
