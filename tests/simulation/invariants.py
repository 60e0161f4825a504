"""What must hold in every history: after each step, and when everything has come to rest."""

from local_aws.ecr.store import ImageStatus
from platform_guard.ledger import State
from platform_guard.marks import is_mark, mark_for
from platform_guard.policy import Remedy
from tests.simulation.pool import NAMES, is_compliant
from tests.simulation.world import World


class BrokenInvariantError(AssertionError):
    """The guard did what it must never do."""


def check_step(world: World) -> None:
    """Check what holds at any moment, between any two calls."""
    _good_images_stay(world)
    _what_was_given_back_stays(world)
    _marks_are_known(world)


def check_rest(world: World) -> None:
    """Check what holds once every message was handled and every grace period is over."""
    check_step(world)
    _nothing_is_left_open(world)
    _quarantined_images_are_kept(world)
    _what_was_taken_can_be_given_back(world)
    _findings_were_told(world)


def check_pause(world: World) -> None:
    """Check what holds while nothing is under way: what waits, waits for a schedule."""
    waiting = {entry.id for entry in world.ledger.kept.values() if entry.state is State.WAITING}
    announced = {entry_id for entry_id, _ in world.schedules.planned.values()}
    _require(waiting == announced, f"{waiting} wait, and {announced} are announced")


def _good_images_stay(world: World) -> None:
    for tag, digest in world.given.items():
        if is_compliant(tag, digest):
            _require(
                world.store._tags.get(tag) == digest,
                f"{tag} was {NAMES[digest]}, which is fine, and lost its tag",
            )
            status = world.store._images[digest].status(world.now)
            _require(
                status is not ImageStatus.ARCHIVED or world.handling != [],
                f"{tag} is {NAMES[digest]}, which is fine, and is archived",
            )


def _what_was_given_back_stays(world: World) -> None:
    for tag, digest in world.given_back.items():
        _require(
            world.store._tags.get(tag) == digest,
            f"{tag} was given back by undoing, and {NAMES[digest]} lost it again",
        )


def _marks_are_known(world: World) -> None:
    known = {
        (mark_for(entry.finding, entry.image.tag, digest), digest)
        for entry in world.ledger.kept.values()
        for digest in (entry.image.digest, *entry.children)
    }
    for tag, digest in world.store._tags.items():
        if is_mark(tag):
            _require((tag, digest) in known, f"nobody knows of the mark {tag}")


def _nothing_is_left_open(world: World) -> None:
    _require(not world.schedules.planned, f"schedules are left: {world.schedules.planned}")
    for entry in world.ledger.kept.values():
        _require(
            entry.state in (State.DONE, State.CANCELED, State.UNDONE),
            f"the entry {entry.id[:4]} is left {entry.state}",
        )


def _quarantined_images_are_kept(world: World) -> None:
    deleted = {
        digest
        for entry in world.ledger.kept.values()
        if entry.remedy is Remedy.DELETE
        for digest in (entry.image.digest, *entry.children)
    }
    for entry in world.ledger.kept.values():
        digest = entry.image.digest
        if entry.state is State.DONE and entry.remedy is Remedy.QUARANTINE:
            _require(
                digest in world.store._images or digest in world.gone_by_people | deleted,
                f"{NAMES[digest]} was quarantined, and is gone",
            )


def _what_was_taken_can_be_given_back(world: World) -> None:
    for tag, digest in world.taken.items():
        if tag in world.store._tags:
            continue
        about_it = [
            entry.remedy
            for entry in world.ledger.kept.values()
            if (entry.image.tag, entry.image.digest) == (tag, digest)
        ]
        _require(
            Remedy.QUARANTINE in about_it or Remedy.DELETE in about_it,
            f"{tag} was taken from {NAMES[digest]}, and undoing does not bring it back",
        )


def _findings_were_told(world: World) -> None:
    for key in world.judged.keys() & world.once.done:
        push, told = world.judged[key], world.alerts[key]
        if world.ledger.given_back.get(push.image.uri, "") >= push.time:
            continue
        _require(told >= 1, f"nobody was told of the finding of {key}")
        _require(
            told <= 1 + world.alerts_again[key],
            f"people were told {told} times of the finding of {key}",
        )


def _require(condition: bool, otherwise: str) -> None:
    if not condition:
        raise BrokenInvariantError(otherwise)
