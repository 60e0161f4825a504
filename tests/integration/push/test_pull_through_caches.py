"""Lookups of the registry's pull-through cache rules in the emulator."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from platform_guard.registry.pull_through_cache import PullThroughCaches
from platform_guard.unavailable import Unavailable
from platform_guard_cli.replay.emulator import drain
from platform_guard_emulator import Deployment, LocalAws
from tests.support.clock import SecondsClock
from tests.support.registry import MAC_BUILD, push

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


@dataclass
class Registry:
    aws: LocalAws
    clock: SecondsClock = field(default_factory=SecondsClock)

    def add_rule(self, prefix: str) -> None:
        self.aws.client("ecr").create_pull_through_cache_rule(
            ecrRepositoryPrefix=prefix, upstreamRegistryUrl="public.ecr.aws"
        )

    def push_bad_image(self, guard: Deployment, repository: str) -> tuple[list[str], str]:
        """Push a bad image. Return its tags afterwards and the alert about it."""
        ecr = self.aws.client("ecr")
        ecr.create_repository(repositoryName=repository)
        push(self.aws, MAC_BUILD, repository=repository)
        drain(guard)
        listed = ecr.list_images(repositoryName=repository, filter={"tagStatus": "TAGGED"})
        (alert,) = guard.alerts()
        text = " ".join(alert.texts["email"].split())
        return sorted(image["imageTag"] for image in listed["imageIds"]), text

    @property
    def client(self) -> "ECRClient":
        return self.aws.observed_client("ecr")


@pytest.fixture
def registry(aws: LocalAws) -> Registry:
    return Registry(aws)


def test_a_cache_rule_covers_the_repositories_under_its_prefix(registry: Registry) -> None:
    registry.add_rule("docker-hub")
    caches = PullThroughCaches(registry.client, registry.clock)

    assert caches.prefix_for("docker-hub/library/nginx") == "docker-hub"
    assert caches.prefix_for("shop/api") == ""


def test_all_pages_of_cache_rules_are_read(registry: Registry) -> None:
    for number in range(130):
        registry.add_rule(f"cache-{number:03}")
    caches = PullThroughCaches(registry.client, registry.clock)

    assert caches.prefix_for("cache-129/nginx") == "cache-129"
    assert len(registry.aws.calls) == 2


def test_cache_rules_are_looked_up_again_after_some_minutes(registry: Registry) -> None:
    caches = PullThroughCaches(registry.client, registry.clock)
    for _ in range(3):
        assert caches.prefix_for("quay/etcd") == ""
    assert len(registry.aws.calls) == 1

    registry.add_rule("quay")
    registry.clock.now += 300

    assert caches.prefix_for("quay/etcd") == "quay"
    assert len(registry.aws.calls) == 2


def test_cache_rules_that_cannot_be_read_are_unavailable_and_retried(registry: Registry) -> None:
    caches = PullThroughCaches(registry.client, registry.clock)
    registry.aws.fail("DescribePullThroughCacheRules", "AccessDeniedException")

    assert caches.prefix_for("shop/api") == Unavailable(
        "the pull-through cache rules", "AccessDeniedException"
    )
    assert caches.prefix_for("shop/api") == ""


@pytest.mark.parametrize("prefix", ["docker-hub", "ROOT"])
def test_an_image_in_a_pull_through_cache_is_reported_but_not_changed(
    registry: Registry, guard: Deployment, prefix: str
) -> None:
    registry.add_rule(prefix)

    tags, alert = registry.push_bad_image(guard, "docker-hub/app")

    assert tags == ["1.0"]
    assert f"the pull-through cache {prefix} fills the repository" in alert


def test_an_image_is_not_changed_if_the_cache_rules_cannot_be_read(
    registry: Registry, guard: Deployment
) -> None:
    registry.aws.fail("DescribePullThroughCacheRules", "AccessDeniedException")

    tags, alert = registry.push_bad_image(guard, "shop/app")

    assert tags == ["1.0"]
    assert "it could not be checked whether a pull-through cache fills the repository" in alert
    assert "AccessDeniedException" in alert


def test_an_image_outside_a_pull_through_cache_is_marked(
    registry: Registry, guard: Deployment
) -> None:
    registry.add_rule("docker-hub")

    tags, _ = registry.push_bad_image(guard, "shop/app")

    assert len(tags) == 2
