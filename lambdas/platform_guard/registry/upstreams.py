"""Registries that a pull-through cache of Amazon ECR can fetch from.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
"""

from dataclasses import dataclass

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
