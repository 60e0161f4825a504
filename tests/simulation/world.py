"""One history: a repository, the people who push to it and run its images, and the guard."""

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

from botocore.exceptions import ClientError

from platform_guard.event import Ignored
from platform_guard.oci.media_types import IN_TOTO
from platform_guard.oci.reader import Bounds
from platform_guard.policy.policy import Remedy
from platform_guard.push.finding import FindingContext
from platform_guard.push.processor import PushProcessor, Remediated, StillInProgressError
from platform_guard.push.remediator import Remediator
from platform_guard.registry.mark import is_mark
from platform_guard.registry.push_event import Push, parse_push
from platform_guard.remediation.ledger import EntryChangedError
from platform_guard.remediation.plan import RemediationResult
from platform_guard.remediation.protection_lookup import EcrProtectionLookup
from platform_guard_emulator.ecr.events import ImageEvent
from tests.simulation.doubles import (
    FaultyLedger,
    FaultySchedules,
    InProgressError,
    MemoryLedger,
    MemoryOnce,
    MemorySchedules,
    NoCaches,
    SimulatedAccount,
)
from tests.simulation.faults import Crash, Faults
from tests.simulation.messages import Handling, Message
from tests.simulation.permitted import forbidden_by
from tests.simulation.pool import NAMES, REPOSITORY, policies
from tests.simulation.protection import Protection
from tests.simulation.registry import DirectEcr, images_of
from tests.simulation.watched_ecr import WatchedEcr
from tests.support.images import OCI_LAYER, Blob, layer

Json = dict[str, object]

_LAYERS = [str(layer(media_type)["digest"]) for media_type in (OCI_LAYER, IN_TOTO)]
"""The layers of all images in the pool. Their content does not matter."""

RETRIED = (ClientError, InProgressError, EntryChangedError, StillInProgressError)
"""Errors after which an event is redelivered."""


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
        self.ids = itertools.count(1)
        self.ecr = DirectEcr(
            lambda: self.now,
            self._emit,
            REPOSITORY,
            mutability,
            untags_whole_images=self.untags_whole_images,
            archived_failure_code=self.random.choice(["ImageInaccessible", "ImageNotFound"]),
        )
        self.store = self.ecr.store
        self.ledger = MemoryLedger()
        self.schedules = MemorySchedules()
        self.once = MemoryOnce(self.faults)
        self.account = SimulatedAccount(self.faults)
        self.queue: list[Message] = []
        self.pushed_tags: dict[str, str] = {}
        """The digest that people pushed last, by tag."""
        self.undone_tags: dict[str, str] = {}
        """The digest that undo restored, by tag, until the tag changes."""
        self.removed_tags: dict[str, str] = {}
        """The digest that the guard untagged, by tag, until the tag names an image again."""
        self.announced: dict[str, Remedy] = {}
        """The announced remedies, by entry id."""
        self.deleted_by_people: set[str] = set()
        self.evaluated: dict[str, Push] = {}
        """The pushes with a finding, by message key."""
        self.alerts: Counter[str] = Counter()
        self.alerts_again: Counter[str] = Counter()
        """Alerts that failed invocations sent."""
        self.note(
            f"remedy {self.remedy}, grace {self.grace}, {mutability}"
            + (", untagging deletes the image" if self.untags_whole_images else "")
        )

    def note(self, what: str) -> None:
        self.trace.append(
            f"{self.now:%H:%M:%S} {'  ' * len(self.__dict__.get('handling', []))}{what}"
        )

    def deliver(self) -> None:
        """Invoke the guard with a random message from the queue."""
        if not self.queue:
            return
        message = self.queue[self.random.randrange(len(self.queue))]
        if self.random.random() >= 0.1:
            self.queue.remove(message)
        else:
            # The message stays in the queue: EventBridge and SQS deliver at least once.
            message = Message(message.event, message.entry_id, message.receives)
        protection = Protection.now(self.store, self.account)
        handling = Handling(message.key, message.digest, self._tag_of(message), protection)
        self.handling.append(handling)
        self.note(f"the guard handles {self._described(message)}")
        try:
            done = self._handle(message)
        except (Crash, *RETRIED) as error:
            self.note(f"redelivered: {type(error).__name__} {error}")
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

    def _handle(self, message: Message) -> RemediationResult | None:
        if message.event is None:
            entry = self.faults.call("GetItem", lambda: self.ledger.kept.get(message.entry_id))
            if entry is None:
                raise AssertionError(
                    f"a schedule announces {message.entry_id}, which does not exist"
                )
            image = entry.image
            effective = self.policies.policy_for(image.repository.name, image.tag)
            outcome = self._processor().end_grace(entry, effective)
            return outcome.done if isinstance(outcome, Remediated) else None
        push = parse_push(message.event)
        if isinstance(push, Ignored):
            return None
        effective = self.policies.policy_for(REPOSITORY.name, push.image.tag)
        processed = self._processor().process(push, effective, is_redelivered=message.receives > 0)
        return processed.done if isinstance(processed, Remediated) else None

    def _processor(self) -> PushProcessor:
        images = images_of(
            WatchedEcr(self.ecr, self.faults, self._watch, self._note_removed, self._note_describe),
            REPOSITORY,
            self.faults,
        )
        remediator = Remediator(
            images=images,
            ledger=FaultyLedger(self.ledger, self.faults),
            schedules=FaultySchedules(self.schedules, self.faults),
            protection_lookup=EcrProtectionLookup(images, self.account, NoCaches(), lambda: 0.0),
            publish=lambda _: self.faults.call("Publish", self._publish),
            now=lambda: self.now,
            actor="guard",
        )
        return PushProcessor(
            images, lambda: remediator, self.once, lambda: 0.0, Bounds(), self._note_verdict
        )

    def _note_verdict(self, found: FindingContext) -> None:
        self.note(f"it is {found.verdict.name}")
        if found.push.event_id == self.handling[-1].key:
            compliant = found.verdict.name in ("compliant", "not-an-image")
            if compliant:
                self.evaluated.pop(found.push.event_id, None)
            else:
                self.evaluated[found.push.event_id] = found.push

    def _publish(self) -> None:
        self.handling[-1].published += 1
        self.alerts[self.handling[-1].key] += 1

    def _watch(self, what: str, digest: str, tag: str) -> None:
        """Raise AssertionError if the policy forbids a removal or the image was protected."""
        self.note(f"{what} {NAMES.get(digest, 'a child')} {tag}")
        why = forbidden_by(
            self.policies.default, what, tag, self.store.tags_of(digest), self.handling[-1].tag
        )
        if why:
            raise AssertionError(f"the guard {what} {NAMES.get(digest, 'a child')}: {why}")
        why = self.handling[-1].protection.protected_by(digest, tag) or self._old_child(digest, tag)
        if why:
            raise AssertionError(f"the guard {what} {NAMES.get(digest, 'a child')}, although {why}")

    def _old_child(self, digest: str, tag: str) -> str:
        """Return why a child of an index may not lose its last tag, a mark; empty if it may."""
        pushes = [
            entry.pushed
            for entry in self.ledger.kept.values()
            if entry.is_open and digest in entry.children
        ]
        evaluated = {entry.image.digest for entry in self.ledger.kept.values()}
        if digest in evaluated or not pushes or self.store.tags_of(digest) != [tag]:
            return ""
        stored = self.store._images[digest].pushed_at
        if stored >= datetime.fromisoformat(min(pushes)) - timedelta(seconds=60):
            return ""
        return "it was stored long before the push of its index"

    def _note_describe(self, digest: str) -> None:
        handling = self.handling[-1]
        handling.protection = handling.protection.refreshed(digest)

    def _note_removed(self, digest: str, tag: str) -> None:
        if not is_mark(tag):
            self.removed_tags[tag] = digest

    def put(self, blob: Blob, tag: str) -> None:
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
            self.pushed_tags[tag] = blob.digest
            self.undone_tags.pop(tag, None)
            self.removed_tags.pop(tag, None)
            self.deleted_by_people.discard(blob.digest)

    def push_parts(self, blob: Blob, tag: str) -> None:
        for part in blob.parts:
            if "manifest" in part.media_type or "index" in part.media_type:
                self.push_parts(part, tag)
                self.put(part, tag)
            else:
                self.store.layers._blobs[part.digest] = part.content
        for known in _LAYERS:
            self.store.layers.declare(known)

    def _emit(self, event: ImageEvent) -> None:
        self.queue.append(Message(event.as_event(f"e{next(self.ids)}", self.now)))

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
