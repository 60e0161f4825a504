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
    """A repository could not be read, or only in part. The message is the reason, as a clause."""


class Page(Protocol):
    """The results for a page of images."""

    @property
    def evaluated(self) -> Sequence[EvaluatedImage]:
        """The evaluated images."""

    @property
    def unavailable(self) -> Sequence[UnavailableImage]:
        """The images that could not be read."""


AuditRepository = Callable[[Repository], Iterator[Page]]
"""Evaluates a repository page by page. Raises RepositoryUnavailableError if it cannot be read."""


@dataclass(frozen=True, slots=True)
class _Finished:
    repository: Repository
    problem: str
    """Why the repository could not be read completely; empty if it was."""


@dataclass(frozen=True, slots=True)
class _Failed:
    error: BaseException


_Event = tuple[Repository, Page] | _Finished | _Failed | None
"""None: a worker has no more repositories."""


def run_audit(
    journal: AuditJournal,
    audit: AuditRepository,
    report: Callable[[int, int], None],
    workers: int = _REPOSITORIES_AT_ONCE,
) -> None:
    """Audit the unfinished repositories of the journal.

    `report` receives the number of repositories and images that were just finished. Any exception
    of `audit` except RepositoryUnavailableError ends the run and is raised again.
    """
    pool = _WorkerPool(journal.unfinished(), audit, workers)
    first_reasons: dict[Repository, str] = {}
    try:
        for event in pool.events():
            match event:
                case _Finished(repository, problem):
                    reason = first_reasons.pop(repository, "")
                    journal.finish(repository, _combined(reason, problem))
                    report(1, 0)
                case _Failed(error):
                    raise error
                case repository, page:
                    rows = [row_of(evaluated) for evaluated in page.evaluated]
                    journal.add_images(repository, rows, len(page.unavailable))
                    for unavailable in page.unavailable[:1]:
                        first_reasons.setdefault(repository, unavailable.reason)
                    report(0, len(rows))
    finally:
        pool.stop()


def _combined(image_reason: str, repository_reason: str) -> str:
    if image_reason and repository_reason:
        return f"{image_reason}; the rest could not be read: {repository_reason}"
    return image_reason or repository_reason


class _WorkerPool:
    """Threads that audit one repository at a time each."""

    def __init__(
        self, repositories: Sequence[Repository], audit: AuditRepository, workers: int
    ) -> None:
        self._unfinished = iter(repositories)
        self._audit = audit
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        # Bounded: memory must not grow if the journal is slower than ECR.
        self._events: Queue[_Event] = Queue(maxsize=workers)
        self._workers = [
            threading.Thread(target=self._work, daemon=True)
            for _ in range(min(workers, max(1, len(repositories))))
        ]

    def events(self) -> Iterator[tuple[Repository, Page] | _Finished | _Failed]:
        """Yield the results of the workers until all have finished."""
        for worker in self._workers:
            worker.start()
        running = len(self._workers)
        while running:
            event = self._events.get()
            if event is None:
                running -= 1
            else:
                yield event

    def stop(self) -> None:
        """Make the workers stop after their current page."""
        self._stopped.set()

    def _work(self) -> None:
        try:
            while (repository := self._next()) is not None:
                self._audit_one(repository)
        except BaseException as error:
            self._put(_Failed(error))
        finally:
            self._put(None)

    def _next(self) -> Repository | None:
        with self._lock:
            return None if self._stopped.is_set() else next(self._unfinished, None)

    def _audit_one(self, repository: Repository) -> None:
        problem = ""
        try:
            for page in self._audit(repository):
                self._put((repository, page))
                if self._stopped.is_set():
                    return
        except RepositoryUnavailableError as error:
            problem = str(error)
        self._put(_Finished(repository, problem))

    def _put(self, event: _Event) -> None:
        """Queue an event. Return without it if the audit was stopped."""
        while not self._stopped.is_set():
            try:
                self._events.put(event, timeout=0.2)
            except Full:
                continue
            return
