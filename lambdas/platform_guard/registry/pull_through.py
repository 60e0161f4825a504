"""Repositories that a pull-through cache fills from another registry.

They refill by themselves and may hold any platform, so nothing in them is ever changed.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
"""

from collections.abc import Iterable

ROOT = "ROOT"
"""The prefix of a rule for all repositories that no other rule is for."""


def cache_prefix(repository: str, prefixes: Iterable[str]) -> str:
    """Give the prefix of a rule that may fill a repository; empty where there is none.

    ECR API, CreatePullThroughCacheRule: a `/` is always assumed at the end of a prefix.
    """
    return next(
        (
            prefix
            for prefix in prefixes
            if prefix == ROOT or repository.startswith(f"{prefix.rstrip('/')}/")
        ),
        "",
    )
