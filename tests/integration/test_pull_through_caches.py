"""The pull-through cache rules of a registry, as the guard looks them up in the stand-in."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from local_aws import LocalAws
from platform_guard.aws.pull_through_caches import PullThroughCaches
from platform_guard.not_seen import NotSeen

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


@dataclass
class Clock:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Registry:
    aws: LocalAws
    clock: Clock = field(default_factory=Clock)

    def add_rule(self, prefix: str) -> None:
        self.aws.client("ecr").create_pull_through_cache_rule(
            ecrRepositoryPrefix=prefix, upstreamRegistryUrl="public.ecr.aws"
        )

    @property
    def client(self) -> "ECRClient":
        return self.aws.observed_client("ecr")


@pytest.fixture
def registry(aws: LocalAws) -> Registry:
    return Registry(aws)


def test_a_repository_under_a_rule_s_prefix_is_filled_by_it(registry: Registry) -> None:
    registry.add_rule("docker-hub")
    caches = PullThroughCaches(registry.client, registry.clock)

    assert caches.prefix_for("docker-hub/library/nginx") == "docker-hub"
    assert caches.prefix_for("shop/api") == ""


def test_every_page_of_rules_is_read(registry: Registry) -> None:
    for number in range(130):
        registry.add_rule(f"cache-{number:03}")
    caches = PullThroughCaches(registry.client, registry.clock)

    assert caches.prefix_for("cache-129/nginx") == "cache-129"
    assert len(registry.aws.calls) == 2


def test_rules_are_looked_up_again_after_some_minutes(registry: Registry) -> None:
    caches = PullThroughCaches(registry.client, registry.clock)
    for _ in range(3):
        assert caches.prefix_for("quay/etcd") == ""
    assert len(registry.aws.calls) == 1

    registry.add_rule("quay")
    registry.clock.seconds += 300

    assert caches.prefix_for("quay/etcd") == "quay"
    assert len(registry.aws.calls) == 2


def test_rules_that_cannot_be_read_are_not_seen_and_tried_again(registry: Registry) -> None:
    caches = PullThroughCaches(registry.client, registry.clock)
    registry.aws.fail("DescribePullThroughCacheRules", "AccessDeniedException")

    assert caches.prefix_for("shop/api") == NotSeen(
        "the pull-through cache rules", "AccessDeniedException"
    )
    assert caches.prefix_for("shop/api") == ""
