"""Invariants of every history: after each step, and after the last message."""

from platform_guard.policy.policy import Remedy
from platform_guard.registry.mark import is_mark, mark_for
from platform_guard.remediation.ledger import State
from platform_guard_emulator.ecr.store import ImageStatus
from tests.simulation.pool import NAMES, is_compliant
from tests.simulation.world import World


class BrokenInvariantError(AssertionError):
    """The guard broke an invariant."""


def check_step(world: World) -> None:
    """Check the invariants that hold between any two calls."""
    _good_images_stay(world)
    _undone_tags_stay(world)
    _marks_are_known(world)
    _announcements_are_recorded(world)


def check_rest(world: World) -> None:
    """Check the invariants that hold after the last message and the last grace period."""
    check_step(world)
    _all_entries_are_closed(world)
    _quarantined_images_are_kept(world)
    _removed_tags_can_be_restored(world)
    _no_remedy_exceeds_its_announcement(world)
    _archived_images_have_no_other_tag(world)
    _findings_were_reported(world)


def check_pause(world: World) -> None:
    """Check that every waiting entry has a schedule, while no message is in flight.

    A schedule may outlive its entry if the policy changed.
    """
    waiting = {entry.id for entry in world.ledger.kept.values() if entry.state is State.WAITING}
    announced = {entry_id for entry_id, _ in world.schedules.planned.values()}
    holds = waiting <= announced if world.changes_policy else waiting == announced
    require(holds, f"waiting entries: {waiting}; scheduled entries: {announced}")


def _good_images_stay(world: World) -> None:
    for tag, digest in world.pushed_tags.items():
        if is_compliant(tag, digest):
            require(
                world.store._tags.get(tag) == digest,
                f"{tag} was {NAMES[digest]}, which is compliant, and lost its tag",
            )
            status = world.store._images[digest].status(world.now)
            is_under_way = world.handling != [] or any(
                entry.is_open and entry.image.digest == digest
                for entry in world.ledger.kept.values()
            )
            require(
                status is not ImageStatus.ARCHIVED or is_under_way,
                f"{tag} is {NAMES[digest]}, which is compliant, and is archived",
            )


def _undone_tags_stay(world: World) -> None:
    for tag, digest in world.undone_tags.items():
        require(
            world.store._tags.get(tag) == digest,
            f"undo restored {tag} to {NAMES[digest]}, which lost it again",
        )


def _marks_are_known(world: World) -> None:
    known = {
        (mark_for(entry.finding, entry.image.tag, digest), digest)
        for entry in world.ledger.kept.values()
        for digest in (entry.image.digest, *entry.children)
    }
    for tag, digest in world.store._tags.items():
        if is_mark(tag):
            require((tag, digest) in known, f"no ledger entry explains the mark {tag}")


def _all_entries_are_closed(world: World) -> None:
    require(not world.schedules.planned, f"schedules remain: {world.schedules.planned}")
    for entry in world.ledger.kept.values():
        require(
            entry.state in (State.DONE, State.CANCELED, State.UNDONE),
            f"the entry {entry.id[:4]} remains {entry.state}",
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
            require(
                digest in world.store._images or digest in world.deleted_by_people | deleted,
                f"{NAMES[digest]} was quarantined and is gone",
            )


def _removed_tags_can_be_restored(world: World) -> None:
    for tag, digest in world.removed_tags.items():
        if tag in world.store._tags:
            continue
        about_it = [
            entry.remedy
            for entry in world.ledger.kept.values()
            if (entry.image.tag, entry.image.digest) == (tag, digest)
        ]
        require(
            Remedy.QUARANTINE in about_it or Remedy.DELETE in about_it,
            f"{tag} was removed from {NAMES[digest]}, and undo does not restore it",
        )


def _announcements_are_recorded(world: World) -> None:
    for entry in world.ledger.kept.values():
        if entry.state is State.WAITING:
            world.announced.setdefault(entry.id, entry.wanted)


def _no_remedy_exceeds_its_announcement(world: World) -> None:
    for entry_id, announced in world.announced.items():
        done = world.ledger.kept[entry_id].remedy
        require(
            done.strength <= announced.strength or world.untags_whole_images,
            f"{entry_id[:4]}: {announced} was announced, and {done} was executed",
        )


def _archived_images_have_no_other_tag(world: World) -> None:
    for image in world.store.images():
        if image.status(world.now) is not ImageStatus.ARCHIVED:
            continue
        archived_under = {
            entry.image.tag
            for entry in world.ledger.kept.values()
            if entry.image.digest == image.digest and entry.remedy is Remedy.ARCHIVE
        }
        others = set(filter(_is_own, world.store.tags_of(image.digest))) - archived_under
        require(not others, f"{NAMES[image.digest]} is archived and has the tags {others}")


def _is_own(tag: str) -> bool:
    return not is_mark(tag)


def _findings_were_reported(world: World) -> None:
    for key in world.evaluated.keys() & world.once.done:
        push, alerts = world.evaluated[key], world.alerts[key]
        if world.ledger.released.get(push.image.uri, "") >= push.time:
            continue
        if _is_canceled(world, key):
            continue
        require(alerts >= 1, f"the finding of {key} was not reported")
        require(
            alerts <= 1 + world.alerts_again[key],
            f"the finding of {key} was reported {alerts} times",
        )


def _is_canceled(world: World, key: str) -> bool:
    """Return whether a grace period was canceled; its finding was reported at its start."""
    entry = world.ledger.kept.get(key.removeprefix("grace-"))
    return entry is not None and "Canceled: " in entry.sentence


def require(condition: bool, otherwise: str) -> None:
    """Raise BrokenInvariantError unless a condition holds."""
    if not condition:
        raise BrokenInvariantError(otherwise)
