"""The journal of an audit: its results so far, in a file, for resuming it.

A SQLite database, written by one thread. Everything that grows with the number of images is in it
and not in memory.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import TypeVar

from platform_guard.registry.reference import Repository
from platform_guard_cli.audit.rows import ImageRow, Tally, compact_json

_Key = TypeVar("_Key")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS progress (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS repositories (
    number INTEGER PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
    uri TEXT NOT NULL, is_done INTEGER NOT NULL DEFAULT 0, unseen INTEGER NOT NULL DEFAULT 0,
    trouble TEXT NOT NULL DEFAULT '', UNIQUE (account, region, name));
CREATE TABLE IF NOT EXISTS images (
    repository INTEGER NOT NULL, digest TEXT NOT NULL, tags TEXT NOT NULL,
    pushed_at INTEGER NOT NULL, kind TEXT NOT NULL, platforms TEXT NOT NULL,
    verdict TEXT NOT NULL, reason TEXT NOT NULL, evidence TEXT NOT NULL, remedy TEXT NOT NULL,
    fix TEXT NOT NULL, fix_commands TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS images_of_repository ON images (repository, verdict);
"""

# The columns after the repository, in the order of the fields of ImageRow.
_COLUMNS = (
    "digest, tags, pushed_at, kind, platforms, verdict, reason, evidence, remedy, fix, fix_commands"
)


class AuditJournal:
    """The repositories of an audit, and the images evaluated so far."""

    def __init__(self, file: Path | None) -> None:
        """Open or create a journal; in memory if `file` is None.

        Raises sqlite3.OperationalError while another process has the file open.
        """
        self._database = sqlite3.connect(":memory:" if file is None else file, timeout=0)
        # A second process with the same audit must fail.
        self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
        # A resumed audit evaluates again what was lost.
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.executescript(_SCHEMA)
        self._reset_unfinished_repositories()

    def close(self) -> None:
        """Commit and close the file."""
        self._database.commit()
        self._database.close()

    def start_over(self) -> None:
        """Delete all repositories and images."""
        for table in ("images", "repositories", "progress"):
            self._database.execute(f"DELETE FROM {table}")  # noqa: S608
        self._database.commit()

    def started_at(self, now: float) -> float:
        """Return when the audit started, in seconds since 1970.

        Stores `now` for a new audit.
        """
        self._database.execute("INSERT OR IGNORE INTO progress VALUES ('begun', ?)", (str(now),))
        return float(self._value("begun") or now)

    @property
    def is_complete(self) -> bool:
        """Whether all repositories are finished."""
        done, count = self.repositories()
        return self.is_listed and done == count

    @property
    def is_listed(self) -> bool:
        """Whether the list of repositories is complete."""
        return self._value("listed") is not None

    def mark_listed(self) -> None:
        """Record that the list of repositories is complete."""
        self._database.execute("INSERT OR REPLACE INTO progress VALUES ('listed', 'yes')")
        self._database.commit()

    def add_repositories(self, repositories: Iterable[Repository]) -> None:
        """Add repositories; those already in the journal are unchanged."""
        self._database.executemany(
            "INSERT OR IGNORE INTO repositories (account, region, name, uri) VALUES (?, ?, ?, ?)",
            [(*astuple(repository), repository.uri) for repository in repositories],
        )

    def repositories(self) -> tuple[int, int]:
        """Return the number of finished repositories and of all repositories."""
        (row,) = self._database.execute(
            "SELECT coalesce(sum(is_done), 0), count(*) FROM repositories"
        )
        return int(row[0]), int(row[1])

    def images(self) -> int:
        """Return the number of evaluated images."""
        ((count,),) = self._database.execute("SELECT count(*) FROM images")
        return int(count)

    def unfinished(self) -> list[Repository]:
        """Return the unfinished repositories in the order of the list."""
        rows = self._database.execute(
            "SELECT account, region, name FROM repositories WHERE NOT is_done ORDER BY number"
        )
        return [Repository(*row) for row in rows]

    def add_images(
        self, repository: Repository, rows: Sequence[ImageRow], unavailable: int
    ) -> None:
        """Add images of a repository. `unavailable` is the number that could not be read."""
        number = self._number(repository)
        self._database.executemany(
            f"INSERT INTO images (repository, {_COLUMNS}) VALUES ({', '.join('?' * 12)})",  # noqa: S608
            [
                (
                    number,
                    row.digest,
                    compact_json(row.tags),
                    row.pushed_at,
                    row.kind,
                    compact_json(row.platforms),
                    row.verdict,
                    row.reason,
                    compact_json(row.evidence),
                    row.remedy,
                    row.fix,
                    compact_json(row.fix_commands),
                )
                for row in rows
            ],
        )
        if unavailable:
            self._database.execute(
                "UPDATE repositories SET unseen = unseen + ? WHERE number = ?",
                (unavailable, number),
            )

    def finish(self, repository: Repository, problem: str = "") -> None:
        """Mark a repository as finished. `problem` says why it could not be read completely."""
        self._database.execute(
            "UPDATE repositories SET is_done = 1, trouble = ? WHERE number = ?",
            (problem, self._number(repository)),
        )
        self._database.commit()

    def tallies(self) -> list[Tally]:
        """Return the verdict counts of every repository, worst first."""
        verdicts: dict[int, dict[str, int]] = {}
        for number, verdict, count in self._database.execute(
            "SELECT repository, verdict, count(*) FROM images GROUP BY repository, verdict"
        ):
            verdicts.setdefault(number, {})[verdict] = count
        tallies = [
            Tally(uri, verdicts.get(number, {}), unavailable, problem)
            for number, uri, unavailable, problem in self._database.execute(
                "SELECT number, uri, unseen, trouble FROM repositories ORDER BY uri"
            )
        ]
        return sorted(tallies, key=lambda tally: tally.severity, reverse=True)

    def by_platform(self) -> dict[tuple[str, str], int]:
        """Count images by platform and verdict. An image for two platforms counts for both."""
        return self._counts(
            "SELECT coalesce(platform.value, ''), verdict, count(*) FROM images "
            "LEFT JOIN json_each(platforms) AS platform GROUP BY 1, 2"
        )

    def by_push_day(self) -> dict[tuple[str, str], int]:
        """Count images by push date (ISO 8601, UTC) and verdict."""
        return self._counts(
            "SELECT date(pushed_at, 'unixepoch'), verdict, count(*) FROM images GROUP BY 1, 2"
        )

    def rows(
        self, *, verdicts: Sequence[str] = (), positions: Mapping[str, int] | None = None
    ) -> Iterator[ImageRow]:
        """Yield the images, or those with some verdicts, by repository, tags and digest.

        `positions` orders the repositories by URI; without it they are in alphabetical order.
        """
        where = f"WHERE verdict IN ({', '.join('?' * len(verdicts))})" if verdicts else ""
        order = "uri, tags, digest"
        if positions is not None:
            self._database.create_function("position", 1, positions.get, deterministic=True)
            order = f"position(uri), {order}"
        query = (
            f"SELECT uri, {_COLUMNS} FROM images JOIN repositories ON repository = number "  # noqa: S608
            f"{where} ORDER BY {order}"
        )
        return map(_row, self._database.execute(query, tuple(verdicts)))

    def _counts(self, query: str) -> dict[tuple[str, str], int]:
        return {(first, verdict): count for first, verdict, count in self._database.execute(query)}

    def _number(self, repository: Repository) -> int:
        ((number,),) = self._database.execute(
            "SELECT number FROM repositories WHERE account = ? AND region = ? AND name = ?",
            astuple(repository),
        )
        return int(number)

    def _value(self, name: str) -> str | None:
        row = self._database.execute(
            "SELECT value FROM progress WHERE name = ?", (name,)
        ).fetchone()
        return None if row is None else str(row[0])

    def _reset_unfinished_repositories(self) -> None:
        self._database.execute(
            "DELETE FROM images WHERE repository IN "
            "(SELECT number FROM repositories WHERE NOT is_done)"
        )
        self._database.execute("UPDATE repositories SET unseen = 0 WHERE NOT is_done")
        self._database.commit()


def _row(columns: tuple[str, ...]) -> ImageRow:
    uri, digest, tags, pushed_at, kind, platforms, verdict, reason, evidence, *fix = columns
    remedy, title, commands = fix
    return ImageRow(
        repository=uri,
        digest=digest,
        tags=tuple(json.loads(tags)),
        pushed_at=int(pushed_at),
        kind=kind,
        platforms=tuple(json.loads(platforms)),
        verdict=verdict,
        reason=reason,
        evidence=tuple(json.loads(evidence)),
        remedy=remedy,
        fix=title,
        fix_commands=tuple(json.loads(commands)),
    )
