"""The ledger: what was done to which image, by whom and why, and what it takes to undo it."""

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
"""The index of the state table that holds the entries of the ledger alone."""

LEDGER_INDEX_KEYS = ("repository", "at")
"""What entries are found by in the index."""

LEDGER_INDEX_ATTRIBUTES = ("entry",)
"""What the index holds besides its keys: not the manifests, which are large."""

STATE_TABLE_OUTPUT = "GuardStateTable"
"""The stack's output that names the state table."""

SCHEDULE_GROUP_OUTPUT = "GuardScheduleGroup"
"""The stack's output that names the group of the schedules, where there are grace periods."""

KEPT = timedelta(days=400)
"""How long an entry is kept."""

LEFT_ALONE_AFTER_UNDO = timedelta(minutes=15)
"""Undoing may push a tag; that push, and all before it, start the guard no more."""

# The queue's delay, and four attempts with the time in between.
_ENDED_WITHIN = timedelta(hours=2)

_ID_LENGTH = 16


class State(StrEnum):
    """How far a deed has come."""

    IN_PROGRESS = "begun"
    """It is being done, or whoever did it died halfway and it will be taken up again."""
    WAITING = "waiting"
    """The image is marked, and its grace period runs."""
    DONE = "done"
    CANCELED = "canceled"
    """The grace period ended without anything to do."""
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed: what the guard did about one push."""

    id: str
    at: str
    """When it was begun, ISO 8601 in UTC."""
    actor: str
    """Who did it, as an ARN."""
    image: Reference
    """With tag and digest."""
    pushed: str
    """When the push was announced, RFC 3339 in UTC."""
    finding: Finding
    reason: str
    """Why, a clause."""
    kind: Kind
    platforms: tuple[str, ...]
    """What of the image can run, of a great many the first."""
    fails_on: tuple[str, ...]
    rule: str
    """Which rule of the policy asks for the remedy."""
    wanted: Remedy
    remedy: Remedy
    """What it came to, or is coming to."""
    mark: str
    tags_before: tuple[str, ...] = ()
    """Empty where nothing is taken away and nobody looked."""
    blocked_by: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    """Digests that are deleted with an index, outer ones first."""
    documents: tuple[StoredDocument, ...] = ()
    """The image's manifest first, then those of the children, where something is taken away."""
    state: State = State.IN_PROGRESS
    tag_is_taken: bool = False
    """Whether the guard itself has taken the image's own tag away."""
    sentence: str = ""
    """What was done, for people."""
    due: str = ""
    """When a grace period ends, ISO 8601 in UTC."""
    undone_by: str = ""
    undone_at: str = ""
    platforms_left_off: int = 0
    """How many more can run."""
    version: int = 0
    """How often it was saved."""

    @property
    def document(self) -> StoredDocument | None:
        """The image's own manifest, where it was kept."""
        return next((item for item in self.documents if item.digest == self.image.digest), None)

    @property
    def is_open(self) -> bool:
        """Tell whether whoever began it has not ended it."""
        return self.state is State.IN_PROGRESS


def has_lapsed(entry: Entry, now: datetime) -> bool:
    """Tell whether a grace period is over that nobody has ended, so that nothing comes of it."""
    waits = entry.state is State.WAITING
    return waits and now > datetime.fromisoformat(entry.due) + _ENDED_WITHIN


class EntryChangedError(Exception):
    """Somebody else has changed the entry meanwhile; look at it again."""


class Ledger(Protocol):
    """Where entries are kept."""

    def find(self, entry_id: str) -> Entry | None:
        """Give an entry as it is now, None where there is none."""

    def save(self, entry: Entry) -> Entry:
        """Keep an entry, and give it with its new version.

        Raises EntryChangedError unless the kept one, if any, has the version of this one.
        """

    def release(self, image: Reference, until: str) -> None:
        """Note that a person wants an image left alone that is pushed until then (ISO 8601)."""

    def released_until(self, image: Reference) -> str:
        """Tell until when; empty where nobody has said so."""


class History(Protocol):
    """The entries of all images."""

    def entries(self, repository: str = "") -> Iterable[Entry]:
        """Give the entries of a repository, of all without a name; the newest first.

        Without the manifests.
        """


def entry_id(event_id: str, image: Reference) -> str:
    """Name the deed about a push: short enough to be typed, the same however often it is tried."""
    return hashlib.sha256(f"{event_id} {image.uri}".encode()).hexdigest()[:_ID_LENGTH]


_STORED_NAMES = {"blocked_by": "refused_because"}
"""Fields that are stored under another name than they have in code, as 0.1.0 wrote them."""

_TUPLES = ("platforms", "fails_on", "tags_before", "blocked_by", "children")


def write_entry(entry: Entry) -> dict[str, Any]:
    """Write an entry as a JSON object, without the manifests."""
    fields = asdict(entry)
    del fields["documents"]
    fields |= {name: list(fields[name]) for name in _TUPLES}
    return {_STORED_NAMES.get(name, name): value for name, value in fields.items()}


def read_entry(stored: dict[str, Any]) -> Entry:
    """Read what `write_entry` wrote."""
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
    """Write manifests as JSON. What a registry stores is UTF-8."""
    return json.dumps(
        [[item.digest, item.media_type, item.content.decode()] for item in documents]
    ).encode()


def read_documents(content: bytes) -> tuple[StoredDocument, ...]:
    """Read what `write_documents` wrote."""
    return tuple(
        StoredDocument(digest, text.encode(), media_type)
        for digest, media_type, text in json.loads(content)
    )
