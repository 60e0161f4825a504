"""Repositories that a pull-through cache fills from another registry.

They refill by themselves and may hold any platform, so nothing in them is ever changed.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
"""

from collections.abc import Iterable
from dataclasses import dataclass

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


DOCKER_HUB = "registry-1.docker.io"


_AZURE = "azure"


@dataclass(frozen=True, slots=True)
class Upstream:
    """A registry that can be cached."""

    host: str
    prefix: str
    """What the repositories of its cache usually begin with."""
    wants_secret: bool


_UPSTREAMS = (
    Upstream(DOCKER_HUB, "docker-hub", wants_secret=True),
    Upstream("ghcr.io", "github", wants_secret=True),
    Upstream("registry.gitlab.com", "gitlab", wants_secret=True),
    Upstream("cgr.dev", "chainguard", wants_secret=True),
    Upstream("public.ecr.aws", "ecr-public", wants_secret=False),
    Upstream("quay.io", "quay", wants_secret=False),
    Upstream("registry.k8s.io", "kubernetes", wants_secret=False),
)


USUAL_PREFIXES = frozenset({_AZURE, *(upstream.prefix for upstream in _UPSTREAMS)})
"""What a repository that a cache fills usually begins with; the console suggests these."""


def upstream_of(host: str) -> Upstream | None:
    """Give the registry of a host; None where it cannot be cached."""
    if host.endswith(".azurecr.io"):
        return Upstream(host, _AZURE, wants_secret=True)
    return next((upstream for upstream in _UPSTREAMS if upstream.host == host), None)
