"""Grace periods that end early: whatever happens in between, what waits has a schedule."""

from platform_guard.ledger import State
from platform_guard.policy import Remedy
from tests.simulation.faults import Crash
from tests.simulation.invariants import check_pause
from tests.simulation.pool import AMD64, ARM64, policies
from tests.simulation.world import World
from tests.support.images import Blob

TAG = "1.0"


def world_with_grace() -> World:
    world = World(seed=1)
    world.untags_whole_images = False
    world.policies = policies(Remedy.DELETE, grace_seconds=3600)
    return world


def push(world: World, blob: Blob) -> None:
    world._push_parts(blob, "")
    world._put(blob, TAG)


def handle_all(world: World) -> None:
    while world.queue:
        world.deliver()


def states(world: World) -> list[State]:
    return [entry.state for entry in world.ledger.kept.values()]


def test_what_is_canceled_loses_its_schedule_though_the_process_dies_and_the_tag_goes() -> None:
    world = world_with_grace()
    push(world, ARM64[0])
    handle_all(world)
    assert states(world) == [State.WAITING]

    def die() -> None:
        raise Crash

    world.faults.once_before["DeleteSchedule"] = die
    push(world, AMD64[0])
    while world.faults.once_before:
        world.deliver()
    world.ecr.batch_delete_image(imageIds=[{"imageTag": TAG}])
    handle_all(world)

    assert states(world) == [State.CANCELED]
    assert world.schedules.planned == {}


def test_what_is_about_to_wait_keeps_its_schedule_when_a_good_push_comes() -> None:
    world = world_with_grace()

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
    world.now = max(due for _, due in world.schedules.planned.values())
    world.fire_schedules()
    handle_all(world)
    assert states(world) == [State.CANCELED]
