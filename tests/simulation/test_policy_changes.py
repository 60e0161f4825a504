"""A policy that changes while something waits or was interrupted: the new one rules from then on.

Nothing stronger is done than was announced, and every entry ends with what became of it.
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
MILDER = {
    "tag": policies(Remedy.TAG, HOUR),
    "alert": policies(Remedy.ALERT, 0),
    "ignore": IGNORED,
    "what makes it compliant": FOR_ARM,
}
ARM_INDEX = next(blob for blob in POOL if "index" in blob.media_type)


def waiting_world(remedy: Remedy, blob: Blob = ARM64[0]) -> World:
    world = quiet_world(remedy)
    push(world, blob)
    handle_all(world)
    assert only_entry(world).state is State.WAITING
    return world


def tags(world: World, blob: Blob = ARM64[0]) -> set[str]:
    """The image's own tags, which are no marks."""
    return {tag for tag in world.store.tags_of(blob.digest) if not is_mark(tag)}


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (MILDER["tag"], "the policy does not ask for it any more"),
        (MILDER["alert"], "the policy does not ask for it any more"),
        (MILDER["ignore"], "the policy now ignores such images"),
        (MILDER["what makes it compliant"], "it is compliant"),
    ],
    ids=MILDER,
)
def test_a_policy_that_takes_nothing_any_more_cancels_what_waits(new: Policies, why: str) -> None:
    world = waiting_world(Remedy.DELETE)

    world.policies = new
    let_grace_end(world)
    handle_all(world)

    assert tags(world) == {TAG}
    assert only_entry(world).state is State.CANCELED
    assert f"Canceled: {why}" in only_entry(world).sentence


@pytest.mark.parametrize(
    ("announced", "by_then"),
    [(Remedy.DELETE, Remedy.QUARANTINE), (Remedy.QUARANTINE, Remedy.DELETE)],
)
@pytest.mark.parametrize("grace", [0, HOUR])
def test_the_milder_is_done_of_what_was_announced_and_what_the_policy_wants_by_then(
    announced: Remedy, by_then: Remedy, grace: int
) -> None:
    world = waiting_world(announced)

    world.policies = policies(by_then, grace)
    let_grace_end(world)
    handle_all(world)

    entry = only_entry(world)
    assert (entry.state, entry.remedy) == (State.DONE, Remedy.QUARANTINE)
    assert tags(world) == set()
    assert ARM64[0].digest in world.store._images


@pytest.mark.parametrize("grace", [0, 60, 2 * HOUR])
def test_what_waits_is_done_when_it_was_announced_whatever_the_grace_period_is_by_then(
    grace: int,
) -> None:
    world = waiting_world(Remedy.DELETE)

    world.policies = policies(Remedy.DELETE, grace)
    # The tag goes to another image and comes back, so that it is pushed once more.
    push(world, AMD64[0])
    push(world, ARM64[0])
    handle_all(world)
    assert tags(world) == {TAG}

    let_grace_end(world)
    handle_all(world)
    assert ARM64[0].digest not in world.store._images
    assert {entry.state for entry in world.ledger.kept.values()} == {State.DONE}


def test_another_finding_than_the_announced_one_takes_nothing_away() -> None:
    world = waiting_world(Remedy.DELETE, ARM_INDEX)

    world.policies = Policies(replace(FOR_ARM.default, index_rule=IndexRule.FORBID))
    let_grace_end(world)
    handle_all(world)

    assert tags(world, ARM_INDEX) == {TAG}
    assert only_entry(world).state is State.CANCELED
    assert f"it is now {Finding.INDEX_ONLY}" in only_entry(world).sentence


@pytest.mark.parametrize("new", list(MILDER.values()), ids=MILDER)
@pytest.mark.parametrize("remedy", [Remedy.QUARANTINE, Remedy.ARCHIVE, Remedy.DELETE])
@pytest.mark.parametrize("grace", [0, HOUR])
def test_what_was_interrupted_ends_without_taking_anything(
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


def test_an_image_that_lost_its_tag_already_is_kept_under_its_mark() -> None:
    world = waiting_world(Remedy.DELETE)
    let_grace_end(world)
    die_before(world, "batch_delete_image", "batch_delete_image")

    world.policies = IGNORED
    handle_all(world)

    entry = only_entry(world)
    assert set(world.store.tags_of(ARM64[0].digest)) == {entry.mark}
    assert (entry.state, entry.remedy) == (State.DONE, Remedy.QUARANTINE)
    assert "was not deleted because the policy now ignores such images" in entry.sentence


def test_the_children_of_a_deleted_index_are_kept() -> None:
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
@pytest.mark.parametrize("new", list(MILDER.values()), ids=MILDER)
def test_what_was_interrupted_before_it_waited_waits_no_more(new: Policies, call: str) -> None:
    world = quiet_world(Remedy.DELETE)
    push(world, ARM64[0])
    die_before(world, call)

    world.policies = new
    handle_all(world)

    assert tags(world) == {TAG}
    assert world.schedules.planned == {}
    assert only_entry(world).state is State.DONE


def test_what_was_interrupted_ends_though_another_copy_of_its_event_comes_first() -> None:
    world = quiet_world(Remedy.DELETE)
    push(world, ARM64[0])
    die_before(world, "CreateSchedule")
    for message in world.queue:
        # EventBridge has sent it twice: SQS has not delivered this copy before.
        message.receives = 0

    world.policies = MILDER["alert"]
    handle_all(world)

    assert only_entry(world).state is State.DONE


def test_what_was_interrupted_before_it_waited_is_done_at_once_without_a_grace_period() -> None:
    world = quiet_world(Remedy.QUARANTINE)
    push(world, ARM64[0])
    die_before(world, "CreateSchedule")

    world.policies = policies(Remedy.QUARANTINE, 0)
    handle_all(world)

    assert tags(world) == set()
    assert world.schedules.planned == {}
    assert only_entry(world).remedy is Remedy.QUARANTINE
