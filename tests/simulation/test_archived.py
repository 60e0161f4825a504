"""Archived images, under either failure code that ECR may return for them."""

import pytest

from platform_guard.policy.policy import Remedy
from platform_guard.remediation.ledger import State
from tests.simulation import people
from tests.simulation.faults import Fault
from tests.simulation.pool import AMD64, ARM64, POOL
from tests.simulation.scripted import TAG, handle_all, only_entry, push, quiet_world
from tests.simulation.world import World

INDEX = POOL[6]
CODES = pytest.mark.parametrize("code", ["ImageNotFound", "ImageInaccessible"])


def world_where(code: str, remedy: Remedy) -> World:
    world = quiet_world(remedy, grace_seconds=0)
    world.ecr._operations.archived_failure_code = code
    return world


def archive(world: World, tag: str) -> None:
    world.ecr.update_image_storage_class(imageId={"imageTag": tag}, targetStorageClass="ARCHIVE")


@CODES
def test_an_interrupted_archive_remedy_is_completed(code: str) -> None:
    world = world_where(code, Remedy.ARCHIVE)
    push(world, ARM64[0])
    world.faults.once["update_image_storage_class"] = Fault.CRASH_AFTER

    handle_all(world)

    entry = only_entry(world)
    assert (entry.state, entry.remedy) == (State.DONE, Remedy.ARCHIVE)
    people.undo(world, entry)
    assert only_entry(world).state is State.UNDONE


@CODES
def test_an_archived_index_does_not_block_a_quarantine_of_other_images(code: str) -> None:
    world = world_where(code, Remedy.QUARANTINE)
    world.push_parts(INDEX, "")
    world.put(INDEX, "both")
    archive(world, "both")
    world.queue.clear()

    push(world, ARM64[1])
    handle_all(world)

    assert only_entry(world).remedy is Remedy.QUARANTINE


@CODES
def test_a_push_of_an_image_archived_since_is_superseded(code: str) -> None:
    world = world_where(code, Remedy.TAG)
    push(world, ARM64[0])
    archive(world, TAG)

    handle_all(world)

    assert not world.ledger.kept
    assert not world.alerts


def test_an_index_with_an_inaccessible_child_is_unreadable_and_not_changed() -> None:
    world = world_where("ImageInaccessible", Remedy.DELETE)
    push(world, INDEX)
    archive(world, TAG)
    world.store._images[AMD64[0].digest].is_archived = True
    world.store._images[INDEX.digest].is_archived = False

    handle_all(world)

    assert not world.ledger.kept
    assert set(world.alerts.values()) == {1}
    assert "it is unreadable" in "\n".join(world.trace)
