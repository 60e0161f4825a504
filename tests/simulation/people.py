"""Random actions of people on a repository and its workloads while the guard runs."""

from contextlib import suppress
from datetime import timedelta

from botocore.exceptions import ClientError

from platform_guard.policy.policy import Remedy
from platform_guard.remediation.ledger import Entry
from platform_guard.remediation.protection import Use
from platform_guard.remediation.undo import CannotUndoError, Undo, announce_undo
from tests.simulation.doubles import FaultyLedger, FaultySchedules
from tests.simulation.faults import Crash
from tests.simulation.pool import NAMES, POOL, REPOSITORY, TAGS, policies
from tests.simulation.registry import FaultyEcr, images_of
from tests.simulation.world import RETRIED, World


def push(world: World) -> None:
    blob = world.random.choice(POOL)
    tag = world.random.choice(TAGS)
    under = world.random.random() < 0.2
    world.note(f"somebody pushes {NAMES[blob.digest]} as {tag}")
    try:
        world.push_parts(blob, tag if under else "")
        world.put(blob, tag)
    except ClientError as error:
        world.note(f"  refused: {error.response['Error']['Code']}")


def retag(world: World) -> None:
    """Add another tag to an existing image."""
    there = [image.digest for image in world.store.images() if image.digest in NAMES]
    handled = world.handling[-1].digest if world.handling else ""
    if handled in there and world.random.random() < 0.7:
        there = [handled]
    if not there:
        return
    digest, tag = world.random.choice(there), world.random.choice(TAGS)
    world.note(f"somebody tags {NAMES[digest]} as {tag}")
    with suppress(ClientError):
        world.put(next(blob for blob in POOL if blob.digest == digest), tag)


def delete_tag(world: World) -> None:
    tag = world.random.choice(TAGS)
    digest = world.store._tags.get(tag)
    if digest is None or world.untags_whole_images:
        return
    world.note(f"somebody deletes the tag {tag}")
    answer = world.ecr.batch_delete_image(imageIds=[{"imageTag": tag}])
    if not answer["failures"]:
        world.pushed_tags.pop(tag, None)
        world.undone_tags.pop(tag, None)
        world.deleted_by_people.add(digest)


def run_image(world: World) -> None:
    tag = world.random.choice(TAGS)
    digest = world.store._tags.get(tag)
    if digest is not None:
        number = next(world.ids)
        world.note(f"task {number} runs {tag}")
        uri = f"{REPOSITORY.uri}:{tag}"
        known = world.random.random() < 0.7
        world.account.running[number] = Use(f"task {number}", uri, digest if known else "")


def stop_image(world: World) -> None:
    if world.account.running:
        number = world.random.choice(list(world.account.running))
        world.note(f"task {number} stops")
        del world.account.running[number]


def pull(world: World) -> None:
    """Pull a tag, or any image by its digest."""
    there = [image.digest for image in world.store.images()]
    digest = world.store._tags.get(world.random.choice(TAGS))
    if there and world.random.random() < 0.5:
        digest = world.random.choice(there)
    if digest is not None:
        world.store.record_pull(digest, world.now)


def pass_time(world: World) -> None:
    world.now += timedelta(seconds=world.random.choice([1, 5, 30, 90, 900, 2000]))


def change_policy(world: World) -> None:
    """Deploy another policy, if policies change in this history."""
    if not world.changes_policy:
        return
    remedy, grace = world.random.choice(list(Remedy)), world.random.choice([0, 0, 3600])
    ignore = world.random.random() < 0.2
    world.note(f"the policy becomes {remedy}, grace {grace}" + ignore * ", ignore")
    world.policies = policies(remedy, grace, ignore=ignore)


def undo(world: World, entry: Entry | None = None) -> None:
    """Undo a random or given entry. Nothing is pushed meanwhile."""
    entries = list(world.ledger.kept.values())
    if not entries:
        return
    entry = entry or world.random.choice(entries)
    meanwhile, world.faults.meanwhile = world.faults.meanwhile, lambda: None
    probability = world.faults.probability
    if world.untags_whole_images:
        world.faults.probability = 0
    name = f"{entry.image.tag} ({NAMES[entry.image.digest]}), {entry.remedy}, {entry.state}"
    world.note(f"somebody undoes {entry.id[:4]}: {name}")
    undo_operation = Undo(
        images_of(FaultyEcr(world.ecr, world.faults), REPOSITORY, world.faults),
        FaultyLedger(world.ledger, world.faults),
        FaultySchedules(world.schedules, world.faults),
        lambda: world.now,
        "operator",
    )
    try:
        announce_undo(entry)
        undone = undo_operation.undo(entry)
    except (CannotUndoError, Crash, *RETRIED) as error:
        world.note(f"  {type(error).__name__} {error}")
    else:
        if undone.remedy in (Remedy.QUARANTINE, Remedy.DELETE):
            world.pushed_tags[entry.image.tag] = entry.image.digest
        if world.store._tags.get(entry.image.tag) == entry.image.digest:
            world.undone_tags[entry.image.tag] = entry.image.digest
        world.deleted_by_people.discard(entry.image.digest)
    finally:
        world.faults.meanwhile, world.faults.probability = meanwhile, probability
