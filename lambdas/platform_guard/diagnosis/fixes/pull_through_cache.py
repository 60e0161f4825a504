"""Fixes for an image that a pull-through cache of Amazon ECR fetches from another registry."""

from platform_guard.alerts.alert import Fix
from platform_guard.alerts.aws_cli import list_platforms
from platform_guard.diagnosis.context import PullContext
from platform_guard.diagnosis.fixes.ecs import restart
from platform_guard.diagnosis.fixes.iam import allow_caching, role_name
from platform_guard.diagnosis.fixes.target import Target
from platform_guard.oci.platforms import Platform
from platform_guard.registry.pull_through import SUGGESTED_PREFIXES


def missing_upstream_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Return fixes for an image that the cache did not find.

    ECR returns the same error if the role lacks permission to fill the cache.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/error-pullthroughcache.html
    """
    if case.reference is None:
        raise ValueError("Only an image in Amazon ECR can come from a pull-through cache.")
    repository = case.reference.repository
    name = case.reference.short_name.removeprefix(f"{case.cache_prefix.rstrip('/')}/")
    return [
        target.fix(
            f"See whether the registry that the cache fetches from has {name}, and whether the "
            "cache still gets there",
            _about_rule(
                case, target, "describe-pull-through-cache-rules", "--ecr-repository-prefixes"
            ),
            _about_rule(
                case, target, "validate-pull-through-cache-rule", "--ecr-repository-prefix"
            ),
        ),
        target.fix(
            "Let the role that pulls fill the cache: without that, what it does not hold yet is "
            "not found",
            allow_caching(target, role_name(case), repository.arn),
        ),
        restart(case, target),
    ]


def denied_cache_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Return fixes for a cache that ECR or the upstream registry does not fill; empty if none."""
    if case.reference is None or not case.is_cached:
        return []
    return [
        target.fix(
            "A pull-through cache fills the repository: let the role that pulls fill it",
            allow_caching(target, role_name(case), case.reference.repository.arn),
        ),
        target.fix(
            "See whether the registry behind the cache still takes its credentials",
            _about_rule(
                case, target, "validate-pull-through-cache-rule", "--ecr-repository-prefix"
            ),
        ),
    ]


def likely_cache_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Return the fix for a repository whose name suggests a pull-through cache.

    Only if the cache rules are unknown, as those of another account are.
    """
    repository = case.reference.repository if case.reference else None
    prefix, slash, _ = repository.name.partition("/") if repository else ("", "", "")
    if repository is None or not slash or prefix not in SUGGESTED_PREFIXES or case.is_cache_known:
        return []
    return [
        target.fix(
            f"If a pull-through cache fills {prefix}/, push nothing there: let the role that pulls "
            "fill the cache, and in the registry of another account its registry policy too",
            allow_caching(target, role_name(case), repository.arn),
        )
    ]


def choose_other_image(case: PullContext, target: Target) -> Fix:
    """Return the fix that chooses an upstream image for the platform of the task."""
    platform = case.platform or Platform("linux", "amd64")
    return target.fix(
        f"Write an image into the task definition that is published for {platform}. A pull-through "
        f"cache fills {case.cache_prefix}/ from another registry, so nothing is pushed there; what "
        "there is now",
        list_platforms(target.image),
    )


def _about_rule(case: PullContext, target: Target, operation: str, option: str) -> str:
    region = case.reference.repository.region if case.reference else ""
    return target.aws("ecr", operation, option, case.cache_prefix, region=region)
