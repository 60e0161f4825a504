"""The pull-through cache rules of a registry, as the guard looks them up in the emulator."""

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
        """Push one, and give the tags that it has afterwards and the alert about it."""
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
    registry.clock.now += 300

    assert caches.prefix_for("quay/etcd") == "quay"
    assert len(registry.aws.calls) == 2


def test_rules_that_cannot_be_read_are_not_seen_and_tried_again(registry: Registry) -> None:
    caches = PullThroughCaches(registry.client, registry.clock)
    registry.aws.fail("DescribePullThroughCacheRules", "AccessDeniedException")

    assert caches.prefix_for("shop/api") == Unavailable(
        "the pull-through cache rules", "AccessDeniedException"
    )
    assert caches.prefix_for("shop/api") == ""


@pytest.mark.parametrize("prefix", ["docker-hub", "ROOT"])
def test_the_guard_changes_nothing_that_a_cache_fills_and_says_why(
    registry: Registry, guard: Deployment, prefix: str
) -> None:
    registry.add_rule(prefix)

    tags, alert = registry.push_bad_image(guard, "docker-hub/app")

    assert tags == ["1.0"]
    assert f"the pull-through cache {prefix} fills the repository" in alert


def test_the_guard_changes_nothing_where_it_cannot_tell(
    registry: Registry, guard: Deployment
) -> None:
    registry.aws.fail("DescribePullThroughCacheRules", "AccessDeniedException")

    tags, alert = registry.push_bad_image(guard, "shop/app")

    assert tags == ["1.0"]
    assert "it could not be checked whether a pull-through cache fills the repository" in alert
    assert "AccessDeniedException" in alert


def test_the_guard_marks_where_no_cache_fills_the_repository(
    registry: Registry, guard: Deployment
) -> None:
    registry.add_rule("docker-hub")

    tags, _ = registry.push_bad_image(guard, "shop/app")

    assert len(tags) == 2
