"""Runs one random history from a seed."""

from dataclasses import dataclass
from datetime import timedelta

from platform_guard.remediation.ledger import State
from tests.simulation import people
from tests.simulation.invariants import check_pause, check_rest, check_step
from tests.simulation.undoing_all import undo_everything
from tests.simulation.world import World

_STEPS = 14
_WRITES = ("put_image", "batch_delete_image", "update_image_storage_class")
_ROUNDS_TO_REST = 200
_ROUNDS_WITH_FAULTS = 30


@dataclass(frozen=True, slots=True)
class Failed:
    """A history that broke an invariant."""

    seed: int
    why: str
    trace: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([f"seed {self.seed}: {self.why}", *self.trace])


def run_history(seed: int) -> Failed | None:
    """Run random steps, process everything to the end, undo every remedy. None on success."""
    world = World(seed)
    try:
        _happen(world)
        _come_to_rest(world)
        world.faults.refused.clear()
        undo_everything(world)
        _come_to_rest(world)
    except Exception as error:
        return Failed(seed, f"{type(error).__name__}: {error}", tuple(world.trace))
    return None


def _happen(world: World) -> None:
    random = world.random
    world.faults.probability = random.choice([0.0, 0.0, 0.02, 0.1])
    if random.random() < 0.1:
        world.faults.refused[random.choice(_WRITES)] = "LimitExceededException"
    world.faults.meanwhile = lambda: _meanwhile(world)
    steps = [
        *[people.push] * 5,
        *[World.deliver] * 8,
        people.retag,
        people.delete_tag,
        people.run_image,
        people.stop_image,
        people.pull,
        people.pass_time,
        World.fire_schedules,
        people.change_policy,
        *[people.undo] * 2,
    ]
    people.push(world)
    for _ in range(_STEPS):
        random.choice(steps)(world)
        world.now += timedelta(seconds=random.choice([0, 1, 3]))
        check_step(world)


def _meanwhile(world: World) -> None:
    """Simulate concurrent activity between two calls of the guard."""
    if world.untags_whole_images:
        # While an image is deleted by mistake and not yet stored again, invariants cannot hold.
        return
    check_step(world)
    chance = world.random.random()
    if chance < 0.05:
        step = world.random.choice([people.push, people.push, people.retag, people.run_image])
        step(world)
    elif chance < 0.07 and len(world.handling) < 3:
        world.deliver()


def _come_to_rest(world: World) -> None:
    world.faults.meanwhile = lambda: None if world.untags_whole_images else check_step(world)
    for number in range(_ROUNDS_TO_REST):
        if number == _ROUNDS_WITH_FAULTS:
            world.faults.probability = 0
        if world.queue:
            world.deliver()
        elif undo_operation := [
            entry for entry in world.ledger.kept.values() if entry.state is State.UNDOING
        ]:
            people.undo(world, undo_operation[0])
        elif world.schedules.planned:
            check_pause(world)
            world.now = max(world.now, min(due for _, due in world.schedules.planned.values()))
            world.fire_schedules()
        else:
            break
    else:
        raise AssertionError(f"the history never ends: {len(world.queue)} messages in the queue")
    check_rest(world)
