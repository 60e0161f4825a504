"""In-memory state outside the registry, behind the product's own interfaces."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from platform_guard.registry.reference import Reference
from platform_guard.remediation.grace_schedule import schedule_name, tag_prefix
from platform_guard.remediation.ledger import Entry, EntryChangedError
from platform_guard.remediation.protection import Use
from platform_guard.unavailable import Unavailable
from tests.simulation.faults import Faults


@dataclass
class MemoryLedger:
    """A ledger with DynamoDB's semantics: each save is conditional on the version."""

    kept: dict[str, Entry] = field(default_factory=dict)
    released: dict[str, str] = field(default_factory=dict)


@dataclass
class FaultyLedger:
    """A client's view of the ledger, whose calls may fail."""

    memory: MemoryLedger
    faults: Faults

    def find(self, entry_id: str) -> Entry | None:
        return self.faults.call("GetItem", lambda: self.memory.kept.get(entry_id))

    def save(self, entry: Entry) -> Entry:
        return self.faults.call("PutItem", lambda: self._save(entry))

    def release(self, image: Reference, until: str) -> None:
        def put() -> None:
            self.memory.released[image.uri] = until

        self.faults.call("PutItem", put)

    def released_until(self, image: Reference) -> str:
        return self.faults.call("GetItem", lambda: self.memory.released.get(image.uri, ""))

    def _save(self, entry: Entry) -> Entry:
        kept = self.memory.kept.get(entry.id)
        if kept is not None and kept.version != entry.version:
            raise EntryChangedError(entry.id)
        saved = replace(entry, version=entry.version + 1)
        self.memory.kept[entry.id] = saved
        return saved


class InProgressError(Exception):
    """Another process is running the action."""


@dataclass
class MemoryOnce:
    """Completed actions, with the semantics of Powertools' idempotency."""

    faults: Faults
    done: set[str] = field(default_factory=set)
    in_progress: set[str] = field(default_factory=set)

    def __call__(self, key: str, action: Callable[[], None]) -> None:
        try:
            if not self.faults.call("PutItem", lambda: self._begin(key)):
                return
            action()
            self.faults.call("UpdateItem", lambda: self.done.add(key))
        except InProgressError:
            raise
        except BaseException:
            # The lease of the failed process expires.
            self.in_progress.discard(key)
            raise
        self.in_progress.discard(key)

    def _begin(self, key: str) -> bool:
        if key in self.done:
            return False
        if key in self.in_progress:
            raise InProgressError(key)
        self.in_progress.add(key)
        return True


@dataclass
class MemorySchedules:
    """Schedules by name: the entry id and the due time."""

    planned: dict[str, tuple[str, datetime]] = field(default_factory=dict)


@dataclass
class FaultySchedules:
    """A client's view of the schedules, whose calls may fail."""

    memory: MemorySchedules
    faults: Faults

    def create(self, image: Reference, entry_id: str, due: datetime) -> None:
        name = schedule_name(image, entry_id)
        self.faults.call(
            "CreateSchedule", lambda: self.memory.planned.setdefault(name, (entry_id, due))
        )

    def delete(self, image: Reference, entry_id: str) -> None:
        name = schedule_name(image, entry_id)
        self.faults.call("DeleteSchedule", lambda: self.memory.planned.pop(name, None))

    def waiting(self, image: Reference) -> tuple[str, ...]:
        prefix = tag_prefix(image)

        def named() -> tuple[str, ...]:
            names = [name for name in self.memory.planned if name.startswith(prefix)]
            return tuple(name.removeprefix(prefix) for name in names)

        return self.faults.call("ListSchedules", named)


@dataclass
class SimulatedAccount:
    """The workloads that run images. Lookups may fail."""

    faults: Faults
    running: dict[int, Use] = field(default_factory=dict)

    def uses(self) -> tuple[tuple[Use, ...] | Unavailable, ...]:
        if self.faults.random.random() < self.faults.probability * 2:
            self.faults.note("the lookup of tasks fails")
            return (Unavailable("the tasks", "ThrottlingException"), ())
        return (tuple(self.running.values()), ())


class NoCaches:
    """A registry without pull-through caches."""

    def prefix_for(self, repository: str) -> str | Unavailable:  # noqa: ARG002
        return ""
