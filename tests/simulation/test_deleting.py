"""Deletion: the children of an index, and interruptions."""

from datetime import timedelta

import pytest

from platform_guard.policy.policy import Remedy
from platform_guard.remediation.ledger import State
from tests.simulation import people
from tests.simulation.faults import Fault
from tests.simulation.pool import AMD64, ARM64, POOL
from tests.simulation.scripted import handle_all, let_grace_end, only_entry, push, quiet_world
from tests.simulation.world import World

ARM_INDEX = POOL[4]
CHILD = ARM64[0].digest
LONG = timedelta(days=30)


def marked_world() -> World:
    """Return a world in which the grace period of a marked image is over."""
    world = quiet_world(Remedy.DELETE)
    push(world, ARM64[0])
    handle_all(world)
    let_grace_end(world)
    return world


def test_the_children_of_an_index_are_deleted_with_it() -> None:
    world = quiet_world(Remedy.DELETE, grace_seconds=0)
    push(world, ARM_INDEX)
    handle_all(world)

    assert not world.store.images()
    assert only_entry(world).sentence == "deleted, and its tag 1.0 with it"


@pytest.mark.parametrize(
    ("stored_before", "is_pulled", "why"),
    [
        (LONG, False, "it was stored before this push, on 2026-11-24T09:00:00Z"),
        (timedelta(), True, "ECR has noted a pull of it, on 2026-11-24T09:00:00Z"),
    ],
)
def test_a_child_that_may_run_by_digest_stays_and_is_reported(
    stored_before: timedelta, is_pulled: bool, why: str
) -> None:
    world = quiet_world(Remedy.DELETE, grace_seconds=0)
    push(world, ARM64[0], "old")
    if is_pulled:
        world.store.record_pull(CHILD, world.now)
    push(world, AMD64[0], "old")
    world.queue.clear()
    world.now += stored_before

    push(world, ARM_INDEX)
    handle_all(world)

    assert ARM_INDEX.digest not in world.store._images
    assert CHILD in world.store._images
    assert only_entry(world).sentence == (
        f"deleted, and its tag 1.0 with it; what it led to, {CHILD[:19]}, stays: {why}"
    )


@pytest.mark.parametrize("fault", [Fault.CRASH_AFTER, Fault.RESPONSE_LOST])
def test_undo_restores_a_tag_that_was_removed_before_an_interruption(fault: Fault) -> None:
    world = marked_world()
    world.faults.once["batch_delete_image"] = fault

    handle_all(world)

    assert not world.faults.once
    assert only_entry(world).remedy is Remedy.QUARANTINE
    assert only_entry(world).sentence == (
        "its tag 1.0 was removed; the image was not deleted because an earlier run was "
        "interrupted before the safety checks could be repeated"
    )
    people.undo(world, only_entry(world))
    assert only_entry(world).state is State.UNDONE
    assert world.store.tags_of(CHILD) == ["1.0"]


@pytest.mark.parametrize("grace_seconds", [0, 3600])
def test_an_image_is_deleted_if_botocore_repeats_the_untag_call(grace_seconds: int) -> None:
    world = marked_world() if grace_seconds else quiet_world(Remedy.DELETE, grace_seconds=0)
    if not grace_seconds:
        push(world, ARM64[0])
    world.faults.once["batch_delete_image"] = Fault.REPEATED

    handle_all(world)

    assert not world.store.images()
    assert only_entry(world).sentence == "deleted, and its tag 1.0 with it"


def test_an_image_is_archived_if_botocore_repeats_the_call() -> None:
    world = quiet_world(Remedy.ARCHIVE, grace_seconds=0)
    push(world, ARM64[0])
    world.faults.once["update_image_storage_class"] = Fault.REPEATED

    handle_all(world)

    assert only_entry(world).remedy is Remedy.ARCHIVE


def test_undo_restores_a_quarantined_index_that_was_deleted_since() -> None:
    world = quiet_world(Remedy.QUARANTINE, grace_seconds=0)
    push(world, ARM_INDEX)
    handle_all(world)
    for image in world.store.images():
        world.ecr.batch_delete_image(imageIds=[{"imageDigest": image.digest}])
    for image in world.store.images():
        world.ecr.batch_delete_image(imageIds=[{"imageDigest": image.digest}])
    assert not world.store.images()

    people.undo(world, only_entry(world))

    assert only_entry(world).state is State.UNDONE
    assert world.store.tags_of(ARM_INDEX.digest) == ["1.0"]
    assert CHILD in world.store._images
