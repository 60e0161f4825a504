"""Undoes every remedy of a history, last one first."""

from platform_guard.policy.policy import Remedy
from platform_guard.registry.mark import is_mark
from platform_guard.remediation.ledger import Entry, State
from platform_guard_emulator.ecr.store import RESTORE_TIME, ImageStatus
from tests.simulation import people
from tests.simulation.invariants import require
from tests.simulation.pool import NAMES, descendants
from tests.simulation.world import World

_ACTIVE = ImageStatus.ACTIVE


def undo_everything(world: World) -> None:
    """Undo every remedy. Check that each image is restored or that undo was impossible."""
    if world.untags_whole_images:
        # Removing the mark would delete the image.
        return
    world.faults.probability = 0
    for entry in reversed(list(world.ledger.kept.values())):
        if entry.state in (State.DONE, State.CANCELED) and entry.remedy is not Remedy.ALERT:
            obstacle = _obstacle(world, entry)
            people.undo(world, entry)
            # A deleted index may list an image that is still being restored from the archive.
            world.now += RESTORE_TIME
            if world.ledger.kept[entry.id].state is State.UNDONE:
                _check(world, entry)
            else:
                require(obstacle, f"{_name(entry)} cannot be undone")


def _obstacle(world: World, entry: Entry) -> bool:
    """Return whether another image has the tag, or a descendant is missing or inactive.

    An image that is being restored from the archive is inactive.
    """
    named = world.store._tags.get(entry.image.tag, entry.image.digest)
    below = descendants(entry.image.digest)
    statuses = {image.digest: image.status(world.now) for image in world.store.images()}
    is_gone = not below - set(entry.children) <= statuses.keys()
    is_inactive = any(statuses.get(digest, _ACTIVE) is not _ACTIVE for digest in below)
    return named != entry.image.digest or is_gone or is_inactive


def _check(world: World, entry: Entry) -> None:
    digest, tag = entry.image.digest, entry.image.tag
    tags = world.store.tags_of(digest)
    if entry.remedy in (Remedy.QUARANTINE, Remedy.DELETE):
        require(tag in tags, f"{_name(entry)} was undone, and has no tag {tag}")
        require(
            descendants(digest) <= world.store._images.keys(),
            f"{_name(entry)} was undone, and its descendants are gone",
        )
    if entry.remedy is Remedy.ARCHIVE and digest in world.store._images:
        status = world.store._images[digest].status(world.now)
        require(status is not ImageStatus.ARCHIVED, f"{_name(entry)} was undone, and is archived")
    require(
        entry.mark not in tags or all(map(is_mark, tags)),
        f"{_name(entry)} was undone, and still has its mark with the tags {tags}",
    )


def _name(entry: Entry) -> str:
    return f"{entry.remedy} of {entry.image.tag} ({NAMES[entry.image.digest]})"
