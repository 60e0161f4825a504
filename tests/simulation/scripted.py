"""A world in which only the order of messages is random."""

from platform_guard.policy.policy import Remedy
from platform_guard.remediation.ledger import Entry, State
from tests.simulation.faults import Crash
from tests.simulation.pool import policies
from tests.simulation.world import World
from tests.support.images import Blob

TAG = "1.0"
HOUR = 3600


def quiet_world(remedy: Remedy, grace_seconds: int = HOUR) -> World:
    world = World(seed=1)
    world.untags_whole_images = False
    world.ecr._untags_whole_images = False
    world.policies = policies(remedy, grace_seconds)
    return world


def push(world: World, blob: Blob, tag: str = TAG) -> None:
    world.push_parts(blob, "")
    world.put(blob, tag)


def handle_all(world: World) -> None:
    while world.queue:
        world.deliver()


def die_before(world: World, *calls: str) -> None:
    """Deliver messages until the guard dies right before the last of these calls, in order."""

    def reach() -> None:
        if not left:
            raise Crash
        await_next()

    def await_next() -> None:
        world.faults.once_before[left.pop(0)] = reach

    left = list(calls)
    await_next()
    while world.faults.once_before:
        world.deliver()


def let_grace_end(world: World) -> None:
    world.now = max(due for _, due in world.schedules.planned.values())
    world.fire_schedules()


def only_entry(world: World) -> Entry:
    (entry,) = world.ledger.kept.values()
    return entry


def states(world: World) -> list[State]:
    return [entry.state for entry in world.ledger.kept.values()]
