"""Fixes for a registry that serves no more."""

from platform_guard.alerts import Fix
from platform_guard.pull_cases import PullCase
from platform_guard.pull_fixes_tasks import restart
from platform_guard.pull_targets import Target

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
_DOCKER_HUB = ("docker-hub", "registry-1.docker.io")
_ECR_PUBLIC = ("ecr-public", "public.ecr.aws")


def rate_limit_fixes(case: PullCase, target: Target) -> list[Fix]:
    """Pull from ECR instead, or less often."""
    again = restart(case, target, "Try again in a while")
    if case.reference is not None:
        quotas = target.fix(
            "Compare how often images are pulled with the quotas of Amazon ECR",
            target.aws("service-quotas", "list-service-quotas", "--service-code", "ecr"),
        )
        return [again, quotas]
    if "public.ecr.aws" in (case.failure.error.registry or case.failure.image):
        prefix, upstream = _ECR_PUBLIC
        credentials: list[str] = []
    else:
        prefix, upstream = _DOCKER_HUB
        credentials = ["--credential-arn", "SECRET_ARN"]
    cache = target.fix(
        "Let Amazon ECR cache the registry, and name the image in the task definition as "
        f"{_cached(case, target, prefix)}",
        target.aws(
            "ecr",
            "create-pull-through-cache-rule",
            "--ecr-repository-prefix",
            prefix,
            "--upstream-registry-url",
            upstream,
            *credentials,
        ),
    )
    return [cache, again]


def _cached(case: PullCase, target: Target, prefix: str) -> str:
    image = case.failure.image.partition("@")[0] or "IMAGE"
    host, slash, rest = image.partition("/")
    name = rest if slash and ("." in host or ":" in host) else image
    if prefix == _DOCKER_HUB[0] and "/" not in name and name != "IMAGE":
        name = f"library/{name}"
    domain = "amazonaws.com.cn" if target.region.startswith("cn-") else "amazonaws.com"
    return f"{target.account}.dkr.ecr.{target.region}.{domain}/{prefix}/{name}"
