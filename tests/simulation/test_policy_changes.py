"""Policy changes during a grace period or an interrupted remedy: the new policy applies.

No remedy is stronger than the announced one, and every entry records its outcome.
"""

from dataclasses import replace

import pytest

from platform_guard.oci.platforms import Platform
from platform_guard.policy.policy import IndexRule, Remedy
from platform_guard.policy.rules import Policies
from platform_guard.policy.verdict import Finding
from platform_guard.registry.mark import is_mark
from platform_guard.remediation.ledger import State
from tests.simulation.pool import AMD64, ARM64, POOL, descendants, policies
from tests.simulation.scripted import (
    HOUR,
    TAG,
    die_before,
    handle_all,
    let_grace_end,
    only_entry,
    push,
    quiet_world,
)
from tests.simulation.world import World
from tests.support.images import Blob

IGNORED = Policies(replace(policies(Remedy.DELETE, HOUR).default, ignore=True))
FOR_ARM = Policies(
    replace(policies(Remedy.DELETE, HOUR).default, required_platforms=(Platform("linux", "arm64"),))
)
WEAKER = {
    "tag": policies(Remedy.TAG, HOUR),
    "alert": policies(Remedy.ALERT, 0),
    "ignore": IGNORED,
    "now compliant": FOR_ARM,
}
ARM_INDEX = next(blob for blob in POOL if "index" in blob.media_type)


def waiting_world(remedy: Remedy, blob: Blob = ARM64[0]) -> World:
    world = quiet_world(remedy)
    push(world, blob)
    handle_all(world)
    assert only_entry(world).state is State.WAITING
    return world


def tags(world: World, blob: Blob = ARM64[0]) -> set[str]:
    """Return the image's tags except marks."""
    return {tag for tag in world.store.tags_of(blob.digest) if not is_mark(tag)}


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (WEAKER["tag"], "the policy does not ask for it any more"),
        (WEAKER["alert"], "the policy does not ask for it any more"),
        (WEAKER["ignore"], "the policy now ignores such images"),
        (WEAKER["now compliant"], "it is compliant"),
    ],
    ids=WEAKER,
)
def test_a_non_destructive_policy_cancels_a_waiting_entry(new: Policies, why: str) -> None:
    world = waiting_world(Remedy.DELETE)

    world.policies = new
    let_grace_end(world)
    handle_all(world)

    assert tags(world) == {TAG}
    assert only_entry(world).state is State.CANCELED
    assert f"Canceled: {why}" in only_entry(world).sentence


@pytest.mark.parametrize(
    ("announced", "current"),
    [(Remedy.DELETE, Remedy.QUARANTINE), (Remedy.QUARANTINE, Remedy.DELETE)],
)
@pytest.mark.parametrize("grace", [0, HOUR])
def test_the_weaker_of_the_announced_and_the_current_remedy_is_executed(
    announced: Remedy, current: Remedy, grace: int
) -> None:
    world = waiting_world(announced)

    world.policies = policies(current, grace)
    let_grace_end(world)
    handle_all(world)

    entry = only_entry(world)
    assert (entry.state, entry.remedy) == (State.DONE, Remedy.QUARANTINE)
    assert tags(world) == set()
    assert ARM64[0].digest in world.store._images


@pytest.mark.parametrize("grace", [0, 60, 2 * HOUR])
def test_a_waiting_entry_is_executed_as_announced_under_a_new_grace_period(
    grace: int,
) -> None:
    world = waiting_world(Remedy.DELETE)

    world.policies = policies(Remedy.DELETE, grace)
    # The tag moves to another image and back, so the image is pushed again.
    push(world, AMD64[0])
    push(world, ARM64[0])
    handle_all(world)
    assert tags(world) == {TAG}

    let_grace_end(world)
    handle_all(world)
    assert ARM64[0].digest not in world.store._images
    assert {entry.state for entry in world.ledger.kept.values()} == {State.DONE}


def test_another_finding_than_the_announced_one_removes_nothing() -> None:
    world = waiting_world(Remedy.DELETE, ARM_INDEX)

    world.policies = Policies(replace(FOR_ARM.default, index_rule=IndexRule.FORBID))
    let_grace_end(world)
    handle_all(world)

    assert tags(world, ARM_INDEX) == {TAG}
    assert only_entry(world).state is State.CANCELED
    assert f"it is now {Finding.INDEX_ONLY}" in only_entry(world).sentence


@pytest.mark.parametrize("new", list(WEAKER.values()), ids=WEAKER)
@pytest.mark.parametrize("remedy", [Remedy.QUARANTINE, Remedy.ARCHIVE, Remedy.DELETE])
@pytest.mark.parametrize("grace", [0, HOUR])
def test_an_interrupted_remedy_ends_without_removing_anything(
    new: Policies, remedy: Remedy, grace: int
) -> None:
    world = quiet_world(remedy, grace)
    push(world, ARM64[0])
    if grace:
        handle_all(world)
        let_grace_end(world)
    call = "update_image_storage_class" if remedy is Remedy.ARCHIVE else "batch_delete_image"
    die_before(world, call)
    assert only_entry(world).state is State.IN_PROGRESS

    world.policies = new
    handle_all(world)

    assert tags(world) == {TAG}
    assert only_entry(world).state is State.DONE
    assert only_entry(world).remedy in (Remedy.ALERT, Remedy.TAG)


def test_an_image_that_already_lost_its_tag_is_kept_by_its_mark() -> None:
    world = waiting_world(Remedy.DELETE)
    let_grace_end(world)
    die_before(world, "batch_delete_image", "batch_delete_image")

    world.policies = IGNORED
    handle_all(world)

    entry = only_entry(world)
    assert set(world.store.tags_of(ARM64[0].digest)) == {entry.mark}
    assert (entry.state, entry.remedy) == (State.DONE, Remedy.QUARANTINE)
    assert "was not deleted because the policy now ignores such images" in entry.sentence


def test_an_ignoring_policy_keeps_the_children_of_a_deleted_index() -> None:
    world = quiet_world(Remedy.DELETE, 0)
    push(world, ARM_INDEX)
    die_before(world, "batch_delete_image", "put_image")
    assert ARM_INDEX.digest not in world.store._images

    world.policies = IGNORED
    handle_all(world)

    assert descendants(ARM_INDEX.digest) <= world.store._images.keys()
    entry = only_entry(world)
    assert (entry.state, entry.remedy) == (State.DONE, Remedy.DELETE)
    assert "what it led to stays, because the policy" in entry.sentence


@pytest.mark.parametrize("call", ["put_image", "CreateSchedule"])
@pytest.mark.parametrize("new", list(WEAKER.values()), ids=WEAKER)
def test_an_entry_interrupted_before_its_grace_period_does_not_wait(
    new: Policies, call: str
) -> None:
    world = quiet_world(Remedy.DELETE)
    push(world, ARM64[0])
    die_before(world, call)

    world.policies = new
    handle_all(world)

    assert tags(world) == {TAG}
    assert world.schedules.planned == {}
    assert only_entry(world).state is State.DONE


def test_an_interrupted_entry_ends_with_a_duplicate_of_its_event() -> None:
    world = quiet_world(Remedy.DELETE)
    push(world, ARM64[0])
    die_before(world, "CreateSchedule")
    for message in world.queue:
        # A duplicate from EventBridge: SQS has not delivered this copy before.
        message.receives = 0

    world.policies = WEAKER["alert"]
    handle_all(world)

    assert only_entry(world).state is State.DONE


def test_an_interrupted_entry_is_executed_at_once_if_the_grace_period_was_removed() -> None:
    world = quiet_world(Remedy.QUARANTINE)
    push(world, ARM64[0])
    die_before(world, "CreateSchedule")

    world.policies = policies(Remedy.QUARANTINE, 0)
    handle_all(world)

    assert tags(world) == set()
    assert world.schedules.planned == {}
    assert only_entry(world).remedy is Remedy.QUARANTINE
