"""Fixes for registry rate limits."""

import shlex

from platform_guard.alerts.alert import Fix
from platform_guard.diagnosis.context import PullContext
from platform_guard.diagnosis.fixes.ecs import restart
from platform_guard.diagnosis.fixes.iam import allow_caching, execution_role_name
from platform_guard.diagnosis.fixes.target import Target
from platform_guard.registry.pull_through import DOCKER_HUB, Upstream, upstream_of
from platform_guard.registry.reference import Repository


def rate_limit_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Return fixes that cache or copy the image in ECR, or retry later."""
    again = restart(case, target, "Try again in a while")
    if case.reference is not None:
        quotas = target.fix(
            "Compare how often images are pulled with the quotas of Amazon ECR",
            target.aws("service-quotas", "list-service-quotas", "--service-code", "ecr"),
        )
        return [again, quotas]
    host, name = _split(case)
    upstream = upstream_of(host)
    if upstream is None:
        return [again, _copy(case, target, name)]
    return [_cache(target, upstream, name), _allow_role_to_cache(case, target, upstream), again]


def _split(case: PullContext) -> tuple[str, str]:
    """Return the registry host of the image, and its repository with tag in that registry."""
    image = case.failure.image.partition("@")[0]
    host, slash, rest = image.partition("/")
    if slash and ("." in host or ":" in host or host == "localhost"):
        return _canonical(host), rest
    if not image:
        return _canonical(case.failure.error.registry or DOCKER_HUB), "IMAGE"
    return DOCKER_HUB, image


def _canonical(host: str) -> str:
    return DOCKER_HUB if host == "docker.io" or host.endswith(".docker.io") else host


def _cache(target: Target, upstream: Upstream, name: str) -> Fix:
    if upstream.host == DOCKER_HUB and "/" not in name and name != "IMAGE":
        name = f"library/{name}"
    cached = Repository(target.account, target.region, f"{upstream.prefix}/{name}").uri
    rule = ("--ecr-repository-prefix", upstream.prefix, "--upstream-registry-url", upstream.host)
    create = ("ecr", "create-pull-through-cache-rule", *rule)
    title = (
        f"Let Amazon ECR cache the registry, and name the image in the task definition as {cached}"
    )
    if not upstream.requires_secret:
        return target.fix(title, target.aws(*create))
    secret = ("--name", f"ecr-pullthroughcache/{upstream.prefix}")
    value = ("--secret-string", "file://credentials.json")
    return target.fix(
        f"{title}. The registry wants credentials, as username and accessToken in a secret whose "
        "name begins with ecr-pullthroughcache/",
        target.aws("secretsmanager", "create-secret", *secret, *value),
        target.aws(*create, "--credential-arn", "SECRET_ARN"),
    )


def _allow_role_to_cache(case: PullContext, target: Target, upstream: Upstream) -> Fix:
    filled = Repository(target.account, target.region, f"{upstream.prefix}/*").arn
    return target.fix(
        "Let the execution role have the cache filled",
        allow_caching(target, execution_role_name(case), filled),
    )


def _copy(case: PullContext, target: Target, name: str) -> Fix:
    """Return the fix for a registry that ECR cannot cache: copy the image into ECR."""
    path, _, tag = name.partition(":")
    copy = f"{Repository(target.account, target.region, path).uri}:{tag or 'latest'}"
    command = ["docker", "buildx", "imagetools", "create", "-t", copy, case.failure.image]
    return target.fix(
        "Or copy the image into Amazon ECR, which has no cache for its registry, and name the copy "
        "in the task definition",
        target.aws("ecr", "create-repository", "--repository-name", path),
        shlex.join(command),
    )
