"""Deleting an index: which of the images that it led to go with it."""

from datetime import timedelta

import pytest

from platform_guard.policy import Remedy
from tests.simulation.pool import AMD64, ARM64, POOL, policies
from tests.simulation.world import World
from tests.support.images import Blob

ARM_INDEX = POOL[4]
CHILD = ARM64[0].digest
LONG = timedelta(days=30)


def push(world: World, blob: Blob, tag: str) -> None:
    world._push_parts(blob, "")
    world._put(blob, tag)


def handle_all(world: World) -> None:
    while world.queue:
        world.deliver()


def deleting_world() -> World:
    world = World(seed=1)
    world.ecr._untags_whole_images = world.untags_whole_images = False
    world.policies = policies(Remedy.DELETE, grace_seconds=0)
    return world


def sentence(world: World) -> str:
    (entry,) = world.ledger.kept.values()
    return entry.sentence


def test_what_came_with_the_index_goes_with_it() -> None:
    world = deleting_world()
    push(world, ARM_INDEX, "1.0")
    handle_all(world)

    assert not world.store.images()
    assert sentence(world) == "deleted, and its tag 1.0 with it"


@pytest.mark.parametrize(
    ("stored_before", "is_pulled", "why"),
    [
        (LONG, False, "it was stored before this push, on 2026-11-24T09:00:00Z"),
        (timedelta(), True, "ECR has noted a pull of it, on 2026-11-24T09:00:00Z"),
    ],
)
def test_a_child_that_somebody_may_run_by_its_digest_stays_and_that_is_told(
    stored_before: timedelta, is_pulled: bool, why: str
) -> None:
    world = deleting_world()
    push(world, ARM64[0], "old")
    if is_pulled:
        world.store.record_pull(CHILD, world.now)
    push(world, AMD64[0], "old")
    world.queue.clear()
    world.now += stored_before

    push(world, ARM_INDEX, "1.0")
    handle_all(world)

    assert ARM_INDEX.digest not in world.store._images
    assert CHILD in world.store._images
    assert sentence(world) == (
        f"deleted, and its tag 1.0 with it; what it led to, {CHILD[:19]}, stays: {why}"
    )
