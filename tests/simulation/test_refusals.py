"""Writes that ECR refuses for good: nothing is removed without a mark, and the ledger says so."""

from datetime import timedelta

import pytest

from platform_guard.policy.policy import Remedy
from platform_guard.registry.mark import is_mark
from platform_guard.remediation.ledger import State
from platform_guard.remediation.undo import CannotUndoError, Undo
from platform_guard_emulator.ecr.store import ImageStatus
from tests.simulation.doubles import FaultyLedger, FaultySchedules
from tests.simulation.faults import Crash
from tests.simulation.pool import AMD64, ARM64, POOL, REPOSITORY
from tests.simulation.registry import FaultyEcr, images_of
from tests.simulation.scripted import handle_all, only_entry, push, quiet_world
from tests.simulation.world import World

ARM_INDEX = POOL[4]
CHILD = ARM64[0].digest
TOO_MANY_TAGS = {"put_image": "LimitExceededException"}


def refusing_world(remedy: Remedy) -> World:
    """Return a world in which an arm64 image was pushed and ECR accepts no more tags."""
    world = quiet_world(remedy, grace_seconds=0)
    push(world, ARM64[0])
    world.faults.refused |= TOO_MANY_TAGS
    return world


@pytest.mark.parametrize("remedy", [Remedy.TAG, Remedy.QUARANTINE, Remedy.ARCHIVE])
def test_an_image_whose_mark_is_refused_keeps_its_tag_and_its_class(remedy: Remedy) -> None:
    world = refusing_world(remedy)

    handle_all(world)

    assert world.store._tags == {"1.0": CHILD}
    assert world.store._images[CHILD].status(world.now) is ImageStatus.ACTIVE
    entry = only_entry(world)
    assert (entry.state, entry.remedy) == (State.DONE, Remedy.ALERT)
    assert entry.sentence == (f"none: ECR refused the mark {entry.mark} (LimitExceededException)")


def test_a_child_whose_mark_is_refused_stays_without_its_index() -> None:
    world = quiet_world(Remedy.DELETE, grace_seconds=0)
    push(world, ARM_INDEX)
    world.faults.refused |= TOO_MANY_TAGS

    handle_all(world)

    assert ARM_INDEX.digest not in world.store._images
    assert CHILD in world.store._images
    assert "ECR refused to delete it" in only_entry(world).sentence


@pytest.mark.parametrize("remedy", [Remedy.QUARANTINE, Remedy.DELETE])
def test_an_image_whose_tag_ecr_does_not_remove_is_only_marked(remedy: Remedy) -> None:
    world = quiet_world(remedy, grace_seconds=0)
    push(world, ARM64[0])
    world.faults.refused["batch_delete_image"] = "InvalidParameterException"

    handle_all(world)

    tags = {tag for tag, digest in world.store._tags.items() if digest == CHILD}
    assert "1.0" in tags
    assert any(map(is_mark, tags))
    entry = only_entry(world)
    assert entry.remedy is Remedy.TAG
    assert "ECR refused it (InvalidParameterException" in entry.sentence


def undo_of(world: World) -> Undo:
    return Undo(
        images_of(FaultyEcr(world.ecr, world.faults), REPOSITORY, world.faults),
        FaultyLedger(world.ledger, world.faults),
        FaultySchedules(world.schedules, world.faults),
        lambda: world.now,
        "operator",
    )


def test_an_interrupted_undo_does_not_move_a_tag_that_was_pushed_meanwhile() -> None:
    world = quiet_world(Remedy.QUARANTINE, grace_seconds=0)
    push(world, ARM64[0])
    handle_all(world)

    def die() -> None:
        raise Crash

    world.faults.once_before["put_image"] = die
    with pytest.raises(Crash):
        undo_of(world).undo(only_entry(world))
    assert only_entry(world).state is State.UNDOING
    world.now += timedelta(seconds=90)
    push(world, AMD64[0])

    with pytest.raises(
        CannotUndoError, match=f"the tag 1.0 now names another image, {AMD64[0].digest}"
    ):
        undo_of(world).undo(only_entry(world))

    assert world.store._tags["1.0"] == AMD64[0].digest
    assert only_entry(world).state is State.DONE


def test_the_ledger_records_a_quarantine() -> None:
    world = quiet_world(Remedy.QUARANTINE, grace_seconds=0)
    push(world, ARM64[0])

    handle_all(world)

    entry = only_entry(world)
    assert (entry.state, entry.remedy, entry.tag_removed) == (State.DONE, Remedy.QUARANTINE, True)
    assert entry.sentence == (
        f"quarantined: its tag 1.0 was removed; the image keeps the tag {entry.mark}"
    )
