"""Grace periods that end early: every waiting entry has a schedule."""

from platform_guard.policy.policy import Remedy
from platform_guard.remediation.ledger import State
from tests.simulation.invariants import check_pause
from tests.simulation.pool import AMD64, ARM64
from tests.simulation.scripted import (
    TAG,
    die_before,
    handle_all,
    let_grace_end,
    push,
    quiet_world,
    states,
)


def test_a_canceled_entry_loses_its_schedule_after_a_crash_and_a_deleted_tag() -> None:
    world = quiet_world(Remedy.DELETE)
    push(world, ARM64[0])
    handle_all(world)
    assert states(world) == [State.WAITING]

    push(world, AMD64[0])
    die_before(world, "DeleteSchedule")
    world.ecr.batch_delete_image(imageIds=[{"imageTag": TAG}])
    handle_all(world)

    assert states(world) == [State.CANCELED]
    assert world.schedules.planned == {}


def test_an_entry_about_to_wait_keeps_its_schedule_after_a_compliant_push() -> None:
    world = quiet_world(Remedy.DELETE)

    def good_push() -> None:
        push(world, AMD64[0])
        handle_all(world)

    def before_it_waits() -> None:
        world.faults.once_before["PutItem"] = good_push

    world.faults.once_before["CreateSchedule"] = before_it_waits
    push(world, ARM64[0])
    handle_all(world)

    assert not world.faults.once_before
    check_pause(world)
    let_grace_end(world)
    handle_all(world)
    assert states(world) == [State.CANCELED]
