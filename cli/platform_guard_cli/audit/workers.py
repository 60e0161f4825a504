"""Audits repositories concurrently and writes the results to the journal."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from queue import Full, Queue
from typing import Protocol

from platform_guard.registry.reference import Repository
from platform_guard.sweep.evaluation import EvaluatedImage, UnavailableImage
from platform_guard_cli.audit.journal import AuditJournal
from platform_guard_cli.audit.rows import row_of

_REPOSITORIES_AT_ONCE = 8


class RepositoryUnavailableError(Exception):
    """A repository cannot be read, or not completely; the message is a clause with the reason."""


class Page(Protocol):
    """The results for some images."""

    @property
    def evaluated(self) -> Sequence[EvaluatedImage]:
        """The evaluated images."""

    @property
    def unavailable(self) -> Sequence[UnavailableImage]:
        """The images that could not be read."""


AuditRepository = Callable[[Repository], Iterator[Page]]
"""Evaluates a repository page by page. Raises RepositoryUnavailableError if it cannot be read."""


@dataclass(frozen=True, slots=True)
class _Ended:
    repository: Repository
    trouble: str


@dataclass(frozen=True, slots=True)
class _Broken:
    error: BaseException


_Event = tuple[Repository, Page] | _Ended | _Broken | None
"""None: a worker has finished."""


def run_audit(
    journal: AuditJournal,
    audit: AuditRepository,
    report: Callable[[int, int], None],
    workers: int = _REPOSITORIES_AT_ONCE,
) -> None:
    """Audit the repositories that the journal does not have yet.

    `report` gets the number of repositories and images that were just finished. Any exception of
    `audit` except RepositoryUnavailableError ends the run and is raised.
    """
    crew = _Crew(journal.waiting(), audit, workers)
    first_unseen: dict[Repository, str] = {}
    try:
        for event in crew.events():
            match event:
                case _Ended(repository, trouble):
                    journal.finish(repository, _both(first_unseen.pop(repository, ""), trouble))
                    report(1, 0)
                case _Broken(error):
                    raise error
                case repository, page:
                    rows = [row_of(evaluated) for evaluated in page.evaluated]
                    journal.add_images(repository, rows, len(page.unavailable))
                    for unavailable in page.unavailable[:1]:
                        first_unseen.setdefault(repository, unavailable.reason)
                    report(0, len(rows))
    finally:
        crew.stop()


def _both(unavailable: str, trouble: str) -> str:
    """Return why images, and then the rest of their repository, could not be read."""
    if unavailable and trouble:
        return f"{unavailable}; the rest could not be seen: {trouble}"
    return unavailable or trouble


class _Crew:
    """Threads that each audit one repository after the other."""

    def __init__(self, waiting: Sequence[Repository], audit: AuditRepository, workers: int) -> None:
        self._waiting = iter(waiting)
        self._audit = audit
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        # Few, so that memory does not grow where the journal is slower than the registry.
        self._events: Queue[_Event] = Queue(maxsize=workers)
        self._workers = [
            threading.Thread(target=self._work, daemon=True)
            for _ in range(min(workers, max(1, len(waiting))))
        ]

    def events(self) -> Iterator[tuple[Repository, Page] | _Ended | _Broken]:
        """Yield the results of the workers until all have finished."""
        for worker in self._workers:
            worker.start()
        working = len(self._workers)
        while working:
            event = self._events.get()
            if event is None:
                working -= 1
            else:
                yield event

    def stop(self) -> None:
        """Tell the workers to stop after their current repository."""
        self._stopped.set()

    def _work(self) -> None:
        try:
            while (repository := self._next()) is not None:
                self._audit_one(repository)
        except BaseException as error:
            self._put(_Broken(error))
        finally:
            self._put(None)

    def _next(self) -> Repository | None:
        with self._lock:
            return None if self._stopped.is_set() else next(self._waiting, None)

    def _audit_one(self, repository: Repository) -> None:
        trouble = ""
        try:
            for page in self._audit(repository):
                self._put((repository, page))
                if self._stopped.is_set():
                    return
        except RepositoryUnavailableError as error:
            trouble = str(error)
        self._put(_Ended(repository, trouble))

    def _put(self, event: _Event) -> None:
        """Queue an event unless the audit has ended."""
        while not self._stopped.is_set():
            try:
                self._events.put(event, timeout=0.2)
            except Full:
                continue
            return
