"""Tags that move to another image between two calls stay with that image."""

import pytest

from platform_guard.policy.policy import Remedy
from platform_guard.registry.mark import is_mark
from platform_guard.remediation.ledger import State
from tests.simulation import people
from tests.simulation.pool import AMD64, ARM64
from tests.simulation.scripted import TAG, handle_all, only_entry, push, quiet_world
from tests.simulation.world import World

OLD, NEW = ARM64


def push_and_archive_new(world: World) -> None:
    push(world, NEW)
    world.ecr.update_image_storage_class(
        imageId={"imageDigest": NEW.digest}, targetStorageClass="ARCHIVE"
    )
    world.queue.clear()


def test_a_compliant_push_during_undo_keeps_its_tag_and_the_marked_image() -> None:
    world = quiet_world(Remedy.TAG)
    push(world, OLD)
    handle_all(world)

    world.faults.once_before["batch_delete_image"] = lambda: push(world, AMD64[0])
    people.undo(world, only_entry(world))

    assert world.store._tags[TAG] == AMD64[0].digest
    assert world.store.tags_of(OLD.digest) == [only_entry(world).mark]


def test_undo_does_not_take_a_tag_from_an_archived_image() -> None:
    world = quiet_world(Remedy.QUARANTINE, 0)
    push(world, OLD)
    handle_all(world)
    push_and_archive_new(world)

    people.undo(world, only_entry(world))

    assert only_entry(world).state is State.DONE
    assert world.store._tags[TAG] == NEW.digest


@pytest.mark.parametrize("remedy", [Remedy.QUARANTINE, Remedy.DELETE])
def test_a_tag_that_moved_to_an_archived_image_was_not_removed(remedy: Remedy) -> None:
    world = quiet_world(remedy, 0)
    push(world, OLD)

    world.faults.once_before["batch_delete_image"] = lambda: push_and_archive_new(world)
    world.deliver()
    handle_all(world)

    entry = only_entry(world)
    assert (entry.remedy, entry.tag_removed) == (Remedy.TAG, False)
    assert "its tag has moved on meanwhile" in entry.sentence
    assert world.store._tags[TAG] == NEW.digest
    assert list(filter(is_mark, world.store.tags_of(OLD.digest)))


@pytest.mark.parametrize("remedy", [Remedy.QUARANTINE, Remedy.ARCHIVE])
def test_an_image_that_gets_another_tag_while_it_is_marked_keeps_both(remedy: Remedy) -> None:
    world = quiet_world(remedy, 0)
    push(world, OLD)

    world.faults.once_before["put_image"] = lambda: push(world, OLD, "stable")
    world.deliver()

    assert {TAG, "stable"} <= set(world.store.tags_of(OLD.digest))
    assert only_entry(world).remedy is Remedy.TAG
    assert "it got the tag stable meanwhile" in only_entry(world).sentence
