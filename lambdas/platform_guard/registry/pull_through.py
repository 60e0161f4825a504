"""Repositories that a pull-through cache rule fills from an upstream registry.

The cache refills them and they may contain any platform, so the guard never changes them.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
"""

from collections.abc import Iterable
from dataclasses import dataclass

ROOT = "ROOT"
"""The prefix of a rule that applies to all repositories without another rule."""


def cache_prefix(repository: str, prefixes: Iterable[str]) -> str:
    """Return the prefix of the first rule that may fill a repository; empty if there is none.

    ECR assumes a `/` at the end of each prefix (ECR API, CreatePullThroughCacheRule).
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
    """An upstream registry that ECR can cache."""

    host: str
    prefix: str
    """The prefix that the ECR console suggests."""
    requires_secret: bool


_UPSTREAMS = (
    Upstream(DOCKER_HUB, "docker-hub", requires_secret=True),
    Upstream("ghcr.io", "github", requires_secret=True),
    Upstream("registry.gitlab.com", "gitlab", requires_secret=True),
    Upstream("cgr.dev", "chainguard", requires_secret=True),
    Upstream("public.ecr.aws", "ecr-public", requires_secret=False),
    Upstream("quay.io", "quay", requires_secret=False),
    Upstream("registry.k8s.io", "kubernetes", requires_secret=False),
)


SUGGESTED_PREFIXES = frozenset({_AZURE, *(upstream.prefix for upstream in _UPSTREAMS)})
"""The prefixes that the ECR console suggests for pull-through cache rules."""


def upstream_of(host: str) -> Upstream | None:
    """Return the upstream registry of a host; None if ECR cannot cache it."""
    if host.endswith(".azurecr.io"):
        return Upstream(host, _AZURE, requires_secret=True)
    return next((upstream for upstream in _UPSTREAMS if upstream.host == host), None)
