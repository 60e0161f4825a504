"""A repository, the people who push to it and run its images, and the guard, in one history."""

import itertools
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random

from botocore.exceptions import ClientError

from local_aws.ecr.events import ImageEvent
from platform_guard.aws.look_out import EcrLookOut
from platform_guard.events import Ignored, Push, parse_push
from platform_guard.found import Found
from platform_guard.guarding import Guarding, Remedied, StillBegunError
from platform_guard.ledger import Entry, EntryChangedError
from platform_guard.marks import is_mark
from platform_guard.media_types import IN_TOTO
from platform_guard.observed import Use
from platform_guard.policy import Remedy
from platform_guard.reading import Bounds
from platform_guard.references import Reference
from platform_guard.remedies import Done
from platform_guard.remedying import Remedying
from platform_guard.undoing import CannotUndoError, Undoing, announce_undo
from tests.simulation.doubles import (
    FaultyLedger,
    FaultySchedules,
    MemoryLedger,
    MemoryOnce,
    MemorySchedules,
    NoCaches,
    SimulatedAccount,
    UnderWayError,
)
from tests.simulation.faults import Crash, Faults
from tests.simulation.messages import Handling, Message
from tests.simulation.permitted import why_not_permitted
from tests.simulation.pool import NAMES, POOL, REPOSITORY, TAGS, descendants, policies
from tests.simulation.registry import DirectEcr, FaultyEcr, images_of
from tests.simulation.watched_ecr import WatchedEcr
from tests.support.images import OCI_LAYER, Blob, layer

Json = dict[str, object]

_LAYERS = [str(layer(media_type)["digest"]) for media_type in (OCI_LAYER, IN_TOTO)]
"""Of all images in the pool; what is in them does not matter."""

FOR_NOW = (ClientError, UnderWayError, EntryChangedError, StillBegunError)
"""What makes an event come back."""


class World:
    """One simulated history."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 (nothing secret)
        self.trace: list[str] = []
        self.handling: list[Handling] = []
        self.now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
        self.remedy = self.random.choice(list(Remedy)[1:])
        self.grace = self.random.choice([0, 0, 3600])
        self.policies = policies(self.remedy, self.grace)
        self.changes_policy = self.random.random() < 0.3
        self.faults = Faults(self.random, self.note)
        mutability = self.random.choice(["MUTABLE", "MUTABLE", "IMMUTABLE"])
        self.untags_whole_images = self.random.random() < 0.2
        self._ids = itertools.count(1)
        self.ecr = DirectEcr(
            lambda: self.now,
            self._emit,
            REPOSITORY,
            mutability,
            untags_whole_images=self.untags_whole_images,
            code_of_archived=self.random.choice(["ImageInaccessible", "ImageNotFound"]),
        )
        self.store = self.ecr.store
        self.ledger = MemoryLedger()
        self.schedules = MemorySchedules()
        self.once = MemoryOnce(self.faults)
        self.account = SimulatedAccount(self.faults)
        self.queue: list[Message] = []
        self.given: dict[str, str] = {}
        """What people have tagged last, by tag."""
        self.given_back: dict[str, str] = {}
        """What people got back by undoing, by tag, until they change the tag."""
        self.taken: dict[str, str] = {}
        """What the guard has taken from which image, by tag, until it names one again."""
        self.announced: dict[str, Remedy] = {}
        """What entries that waited were announced to end in, by their id."""
        self.gone_by_people: set[str] = set()
        self.judged: dict[str, Push] = {}
        """The pushes whose image had a finding, by the key of their message."""
        self.alerts: Counter[str] = Counter()
        self.alerts_again: Counter[str] = Counter()
        """Alerts that were sent by runs which did not come to their end."""
        self.note(
            f"remedy {self.remedy}, grace {self.grace}, {mutability}"
            + (", untagging takes whole images" if self.untags_whole_images else "")
        )

    def note(self, what: str) -> None:
        self.trace.append(
            f"{self.now:%H:%M:%S} {'  ' * len(self.__dict__.get('handling', []))}{what}"
        )

    # What people do

    def push(self) -> None:
        blob = self.random.choice(POOL)
        tag = self.random.choice(TAGS)
        under = self.random.random() < 0.2
        self.note(f"somebody pushes {NAMES[blob.digest]} as {tag}")
        try:
            self._push_parts(blob, tag if under else "")
            self._put(blob, tag)
        except ClientError as error:
            self.note(f"  refused: {error.response['Error']['Code']}")

    def retag(self) -> None:
        """Give an image that is there another tag."""
        there = [image.digest for image in self.store.images() if image.digest in NAMES]
        handled = self.handling[-1].digest if self.handling else ""
        if handled in there and self.random.random() < 0.7:
            there = [handled]
        if not there:
            return
        digest, tag = self.random.choice(there), self.random.choice(TAGS)
        self.note(f"somebody tags {NAMES[digest]} as {tag}")
        with suppress(ClientError):
            self._put(next(blob for blob in POOL if blob.digest == digest), tag)

    def delete_tag(self) -> None:
        tag = self.random.choice(TAGS)
        digest = self.store._tags.get(tag)
        if digest is None or self.untags_whole_images:
            return
        self.note(f"somebody deletes the tag {tag}")
        answer = self.ecr.batch_delete_image(imageIds=[{"imageTag": tag}])
        if not answer["failures"]:
            self.given.pop(tag, None)
            self.given_back.pop(tag, None)
            self.gone_by_people.add(digest)

    def run_image(self) -> None:
        tag = self.random.choice(TAGS)
        digest = self.store._tags.get(tag)
        if digest is not None:
            number = next(self._ids)
            self.note(f"task {number} runs {tag}")
            uri = f"{REPOSITORY.uri}:{tag}"
            known = self.random.random() < 0.7
            self.account.running[number] = Use(f"task {number}", uri, digest if known else "")

    def stop_image(self) -> None:
        if self.account.running:
            number = self.random.choice(list(self.account.running))
            self.note(f"task {number} stops")
            del self.account.running[number]

    def pull(self) -> None:
        digest = self.store._tags.get(self.random.choice(TAGS))
        if digest is not None:
            self.store.record_pull(digest, self.now)

    def pass_time(self) -> None:
        self.now += timedelta(seconds=self.random.choice([1, 5, 30, 90, 900, 2000]))

    def change_policy(self) -> None:
        """Deploy another policy, in a history in which that happens."""
        if not self.changes_policy:
            return
        remedy, grace = self.random.choice(list(Remedy)), self.random.choice([0, 0, 3600])
        ignore = self.random.random() < 0.2
        self.note(f"the policy becomes {remedy}, grace {grace}" + ignore * ", ignore")
        self.policies = policies(remedy, grace, ignore=ignore)

    def undo(self, entry: Entry | None = None) -> None:
        """Let somebody undo something; nobody pushes in the moments that it takes."""
        entries = list(self.ledger.kept.values())
        if not entries:
            return
        entry = entry or self.random.choice(entries)
        meanwhile, self.faults.meanwhile = self.faults.meanwhile, lambda: None
        probability = self.faults.probability
        if self.untags_whole_images:
            self.faults.probability = 0
        name = f"{entry.image.tag} ({NAMES[entry.image.digest]}), {entry.remedy}, {entry.state}"
        self.note(f"somebody undoes {entry.id[:4]}: {name}")
        undoing = Undoing(
            images_of(FaultyEcr(self.ecr, self.faults), REPOSITORY, self.faults),
            FaultyLedger(self.ledger, self.faults),
            FaultySchedules(self.schedules, self.faults),
            lambda: self.now,
            "somebody",
        )
        try:
            announce_undo(entry)
            undone = undoing.undo(entry)
        except (CannotUndoError, Crash, *FOR_NOW) as error:
            self.note(f"  {type(error).__name__} {error}")
        else:
            if undone.remedy in (Remedy.QUARANTINE, Remedy.DELETE):
                self.given[entry.image.tag] = entry.image.digest
            if self.store._tags.get(entry.image.tag) == entry.image.digest:
                self.given_back[entry.image.tag] = entry.image.digest
            self.gone_by_people.discard(entry.image.digest)
        finally:
            self.faults.meanwhile, self.faults.probability = meanwhile, probability

    # What the guard does

    def deliver(self) -> None:
        """Let the guard handle one of the messages that wait, in any order."""
        if not self.queue:
            return
        message = self.queue[self.random.randrange(len(self.queue))]
        if self.random.random() >= 0.1:
            self.queue.remove(message)
        else:
            # It will come again: EventBridge and SQS deliver at least once.
            message = Message(message.event, message.entry_id, message.receives)
        handling = Handling(
            message.key, message.digest, self._tag_of(message), self._protection(), self._pulled()
        )
        self.handling.append(handling)
        self.note(f"the guard handles {self._described(message)}")
        try:
            done = self._handle(message)
        except (Crash, *FOR_NOW) as error:
            self.note(f"it comes back: {type(error).__name__} {error}")
            self.alerts_again[handling.key] += handling.published
            message.receives += 1
            self.queue.append(message)
        else:
            if done is not None:
                self.note(f"done: {done.sentence}")
        finally:
            self.handling.pop()

    def fire_schedules(self) -> None:
        for name, (entry_id, due) in list(self.schedules.planned.items()):
            if due <= self.now:
                del self.schedules.planned[name]
                self.queue.append(Message(None, entry_id))
                self.note(f"the grace period of {entry_id[:4]} is over")

    def _handle(self, message: Message) -> Done | None:
        if message.event is None:
            entry = self.faults.call("GetItem", lambda: self.ledger.kept.get(message.entry_id))
            if entry is None:
                raise AssertionError(f"a schedule announces {message.entry_id}, which nobody knows")
            image = entry.image
            effective = self.policies.policy_for(image.repository.name, image.tag)
            outcome = self._guarding().end_grace(entry, effective)
            return outcome.done if isinstance(outcome, Remedied) else None
        push = parse_push(message.event)
        if isinstance(push, Ignored):
            return None
        effective = self.policies.policy_for(REPOSITORY.name, push.image.tag)
        guarded = self._guarding().guard(push, effective, is_redelivered=message.receives > 0)
        return guarded.done if isinstance(guarded, Remedied) else None

    def _guarding(self) -> Guarding:
        images = images_of(
            WatchedEcr(self.ecr, self.faults, self._watch, self._note_taken),
            REPOSITORY,
            self.faults,
        )
        remedying = Remedying(
            images=images,
            ledger=FaultyLedger(self.ledger, self.faults),
            schedules=FaultySchedules(self.schedules, self.faults),
            look_out=EcrLookOut(images, self.account, NoCaches(), lambda: 0.0),
            publish=lambda _: self.faults.call("Publish", self._publish),
            now=lambda: self.now,
            actor="guard",
        )
        return Guarding(
            images, lambda: remedying, self.once, lambda: 0.0, Bounds(), self._note_verdict
        )

    def _note_verdict(self, found: Found) -> None:
        self.note(f"it is {found.verdict.name}")
        if found.push.event_id == self.handling[-1].key:
            compliant = found.verdict.name in ("compliant", "not-an-image")
            if compliant:
                self.judged.pop(found.push.event_id, None)
            else:
                self.judged[found.push.event_id] = found.push

    def _publish(self) -> None:
        self.handling[-1].published += 1
        self.alerts[self.handling[-1].key] += 1

    def _watch(self, what: str, digest: str, tag: str) -> None:
        """See that the guard takes nothing away that was protected when it began."""
        self.note(f"{what} {NAMES.get(digest, 'a child')} {tag}")
        why = why_not_permitted(
            self.policies.default, what, tag, self.store.tags_of(digest), self.handling[-1].tag
        )
        if why:
            raise AssertionError(f"the guard {what} {NAMES.get(digest, 'a child')}: {why}")
        if tag and self.store._tags.get(tag) != digest:
            return
        if is_mark(tag):
            if self.store.tags_of(digest) == [tag]:
                self._watch_last_mark(digest)
            return
        # An archive takes no tag: the first that is no mark counts as the one that was judged.
        tags = (own for own in self.store.tags_of(digest) if not is_mark(own))
        why = self.handling[-1].protected(digest, tag or next(tags, ""))
        if why:
            raise AssertionError(f"the guard {what} {NAMES[digest]}, although {why}")

    def _note_taken(self, digest: str, tag: str) -> None:
        if not is_mark(tag):
            self.taken[tag] = digest

    def _watch_last_mark(self, digest: str) -> None:
        """See that nothing goes with its mark that was pulled when the guard began."""
        if digest in self.handling[-1].pulled:
            raise AssertionError(f"the guard deletes {NAMES.get(digest, digest)}, which was pulled")

    def _protection(self) -> Callable[[str, str], str]:
        """Remember what protects images now, before the guard can look."""
        tags = dict(self.store._tags)
        uses = dict(self.account.running)
        pulled = self._pulled()

        def protected(digest: str, tag: str) -> str:
            image = Reference(REPOSITORY, tag, digest)
            family = frozenset({digest, *descendants(digest)})
            for number, use in uses.items():
                if number in self.account.running and use.concerns(image, family):
                    return f"task {number} uses it"
            for other, named in tags.items():
                still = self.store._tags.get(other) == digest
                if named == digest and still and other != tag and not is_mark(other):
                    return f"it had the tag {other}"
            return "it was pulled" if digest in pulled else ""

        return protected

    def _pulled(self) -> frozenset[str]:
        return frozenset(image.digest for image in self.store.images() if image.last_pulled_at)

    # What both lead to

    def _put(self, blob: Blob, tag: str) -> None:
        named = {"imageTag": tag} if tag else {}
        try:
            self.ecr.put_image(
                imageManifest=blob.content.decode(), imageManifestMediaType=blob.media_type, **named
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ImageAlreadyExistsException":
                raise
            return
        if tag:
            self.given[tag] = blob.digest
            self.given_back.pop(tag, None)
            self.gone_by_people.discard(blob.digest)

    def _push_parts(self, blob: Blob, tag: str) -> None:
        for part in blob.parts:
            if "manifest" in part.media_type or "index" in part.media_type:
                self._push_parts(part, tag)
                self._put(part, tag)
            else:
                self.store.layers._blobs[part.digest] = part.content
        for known in _LAYERS:
            self.store.layers.declare(known)

    def _emit(self, event: ImageEvent) -> None:
        self.queue.append(Message(event.as_event(f"e{next(self._ids)}", self.now)))

    def _tag_of(self, message: Message) -> str:
        if message.event is None:
            return self.ledger.kept[message.entry_id].image.tag
        detail = message.event["detail"]
        assert isinstance(detail, dict)
        return str(detail.get("image-tag", ""))

    def _described(self, message: Message) -> str:
        if message.event is None:
            return f"the end of the grace period of {message.entry_id[:4]}"
        detail = message.event["detail"]
        assert isinstance(detail, dict)
        name = NAMES.get(str(detail["image-digest"]), "a child")
        return f"{message.key}: {detail['action-type']} {name} {detail.get('image-tag')}"
