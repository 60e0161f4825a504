"""The ledger of remedies: image, actor and reason, and the manifests that undo needs."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from platform_guard.oci.image import Kind
from platform_guard.oci.reader import StoredDocument
from platform_guard.policy.policy import Remedy
from platform_guard.policy.verdict import Finding
from platform_guard.registry.reference import Reference, Repository

LEDGER_INDEX = "history"
"""The secondary index of the state table that contains only ledger entries."""

LEDGER_INDEX_KEYS = ("repository", "at")
"""The partition and sort key of the index."""

LEDGER_INDEX_ATTRIBUTES = ("entry",)
"""The attributes that the index projects besides its keys. Manifests are too large."""

STATE_TABLE_OUTPUT = "GuardStateTable"
"""The stack output that names the state table."""

SCHEDULE_GROUP_OUTPUT = "GuardScheduleGroup"
"""The stack output that names the schedule group, if the policy has grace periods."""

KEPT = timedelta(days=400)
"""The retention of an entry."""

IGNORED_AFTER_UNDO = timedelta(minutes=15)
"""Undo may push a tag. The guard ignores that push and all earlier ones of the image."""

# The queue's delay and four attempts, with the visibility timeouts in between.
_ENDED_WITHIN = timedelta(hours=2)

_ID_LENGTH = 16


class State(StrEnum):
    """The state of a remediation."""

    IN_PROGRESS = "begun"
    """Being executed, or interrupted and resumed by the next delivery."""
    WAITING = "waiting"
    """The image is marked and its grace period runs."""
    DONE = "done"
    CANCELED = "canceled"
    """The grace period ended without a remedy."""
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Entry:
    """One remedy: the guard's action on one pushed image."""

    id: str
    at: str
    """When it started, ISO 8601 in UTC."""
    actor: str
    """The ARN of the function or operator."""
    image: Reference
    """With tag and digest."""
    pushed: str
    """The time of the push event, RFC 3339 in UTC."""
    finding: Finding
    reason: str
    """The verdict's reason, a clause."""
    kind: Kind
    platforms: tuple[str, ...]
    """The runnable platforms, truncated to the first ones."""
    fails_on: tuple[str, ...]
    rule: str
    """The rule that sets the remedy."""
    wanted: Remedy
    remedy: Remedy
    """The actual remedy, which may be weaker than the wanted one."""
    mark: str
    tags_before: tuple[str, ...] = ()
    """Empty unless a destructive remedy was planned."""
    blocked_by: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    """Digests that are deleted with an index, outer ones first."""
    documents: tuple[StoredDocument, ...] = ()
    """For destructive remedies: the manifest of the image, then those of its children."""
    state: State = State.IN_PROGRESS
    tag_removed: bool = False
    """Whether the guard removed the image's own tag."""
    sentence: str = ""
    """The outcome, as a sentence."""
    due: str = ""
    """When a grace period ends, ISO 8601 in UTC."""
    undone_by: str = ""
    undone_at: str = ""
    platforms_left_off: int = 0
    """The number of runnable platforms beyond those in `platforms`."""
    version: int = 0
    """The number of saves; the condition of the next write."""

    @property
    def document(self) -> StoredDocument | None:
        """The manifest of the image itself, if it was kept."""
        return next((item for item in self.documents if item.digest == self.image.digest), None)

    @property
    def is_open(self) -> bool:
        """Whether the remedy is in progress."""
        return self.state is State.IN_PROGRESS


def has_lapsed(entry: Entry, now: datetime) -> bool:
    """Return whether a grace period ended over two hours ago and was never processed."""
    waits = entry.state is State.WAITING
    return waits and now > datetime.fromisoformat(entry.due) + _ENDED_WITHIN


class EntryChangedError(Exception):
    """Another process changed the entry in the meantime; read it again."""


class Ledger(Protocol):
    """Stores entries."""

    def find(self, entry_id: str) -> Entry | None:
        """Return the entry with its manifests, None if there is none."""

    def save(self, entry: Entry) -> Entry:
        """Store an entry and return it with its new version.

        Raises EntryChangedError if the stored entry has another version.
        """

    def release(self, image: Reference, until: str) -> None:
        """Ignore pushes of an image until a time (ISO 8601)."""

    def released_until(self, image: Reference) -> str:
        """Return the time (ISO 8601) until which pushes of an image are ignored, or empty."""


class History(Protocol):
    """The entries of all images."""

    def entries(self, repository: str = "") -> Iterable[Entry]:
        """Return entries without manifests, newest first: of one repository, or of all."""


def entry_id(event_id: str, image: Reference) -> str:
    """Return the id of the entry about a push: short enough to type, stable across retries."""
    return hashlib.sha256(f"{event_id} {image.uri}".encode()).hexdigest()[:_ID_LENGTH]


_STORED_NAMES = {"blocked_by": "refused_because", "tag_removed": "tag_is_taken"}
"""Fields whose stored name, written since 0.1.0, differs from the name in code."""

_TUPLES = ("platforms", "fails_on", "tags_before", "blocked_by", "children")


def write_entry(entry: Entry) -> dict[str, Any]:
    """Return an entry as a JSON object, without manifests."""
    fields = asdict(entry)
    del fields["documents"]
    fields |= {name: list(fields[name]) for name in _TUPLES}
    return {_STORED_NAMES.get(name, name): value for name, value in fields.items()}


def read_entry(stored: dict[str, Any]) -> Entry:
    """Return the entry that `write_entry` wrote."""
    names = {stored_name: name for name, stored_name in _STORED_NAMES.items()}
    fields = {names.get(name, name): value for name, value in stored.items()}
    image = fields["image"]
    typed = {
        **fields,
        **{name: tuple(fields[name]) for name in _TUPLES},
        "image": Reference(Repository(**image["repository"]), image["tag"], image["digest"]),
        "finding": Finding(fields["finding"]),
        "kind": Kind(fields["kind"]),
        "wanted": Remedy(fields["wanted"]),
        "remedy": Remedy(fields["remedy"]),
        "state": State(fields["state"]),
    }
    return Entry(**typed)


def write_documents(documents: Sequence[StoredDocument]) -> bytes:
    """Return manifests as JSON. A registry stores UTF-8."""
    return json.dumps(
        [[item.digest, item.media_type, item.content.decode()] for item in documents]
    ).encode()


def read_documents(content: bytes) -> tuple[StoredDocument, ...]:
    """Return the manifests that `write_documents` wrote."""
    return tuple(
        StoredDocument(digest, text.encode(), media_type)
        for digest, media_type, text in json.loads(content)
    )
