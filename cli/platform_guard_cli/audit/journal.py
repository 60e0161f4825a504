"""The results of an audit so far, in a file, so that it can be resumed.

A SQLite database, written by one thread. It holds everything that grows with the number of images,
which is not kept in memory.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import TypeVar

from platform_guard.registry.reference import Repository
from platform_guard_cli.audit.rows import ImageRow, Tally, packed

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

# The columns of a row after its repository, in the order of ImageRow.
_COLUMNS = (
    "digest, tags, pushed_at, kind, platforms, verdict, reason, evidence, remedy, fix, fix_commands"
)


class AuditJournal:
    """The repositories to audit and the images evaluated so far."""

    def __init__(self, file: Path | None) -> None:
        """Open or create a journal; without a file it is kept in memory.

        Raises sqlite3.OperationalError while another process has it open.
        """
        self._database = sqlite3.connect(":memory:" if file is None else file, timeout=0)
        # Another audit of the same must not write into it.
        self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
        # What an interrupted audit lost would be found again.
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.executescript(_SCHEMA)
        self._forget_unfinished_repositories()

    def close(self) -> None:
        """Write everything and close the file."""
        self._database.commit()
        self._database.close()

    def start_over(self) -> None:
        """Delete all content."""
        for table in ("images", "repositories", "progress"):
            self._database.execute(f"DELETE FROM {table}")  # noqa: S608
        self._database.commit()

    def in_progress(self, now: float) -> float:
        """Return when the audit started, in seconds since 1970; now for a new one."""
        self._database.execute("INSERT OR IGNORE INTO progress VALUES ('begun', ?)", (str(now),))
        return float(self._value("begun") or now)

    @property
    def is_complete(self) -> bool:
        """Whether all repositories are done."""
        done, count = self.repositories()
        return self.is_listed and done == count

    @property
    def is_listed(self) -> bool:
        """Whether all repositories were listed."""
        return self._value("listed") is not None

    def note_listed(self) -> None:
        """Record that all repositories were listed."""
        self._database.execute("INSERT OR REPLACE INTO progress VALUES ('listed', 'yes')")
        self._database.commit()

    def add_repositories(self, repositories: Iterable[Repository]) -> None:
        """Add repositories to audit; known ones are unchanged."""
        self._database.executemany(
            "INSERT OR IGNORE INTO repositories (account, region, name, uri) VALUES (?, ?, ?, ?)",
            [(*astuple(repository), repository.uri) for repository in repositories],
        )

    def repositories(self) -> tuple[int, int]:
        """Return the number of finished repositories and of all."""
        (row,) = self._database.execute(
            "SELECT coalesce(sum(is_done), 0), count(*) FROM repositories"
        )
        return int(row[0]), int(row[1])

    def images(self) -> int:
        """Return the number of evaluated images."""
        ((count,),) = self._database.execute("SELECT count(*) FROM images")
        return int(count)

    def waiting(self) -> list[Repository]:
        """Return the repositories that are not finished."""
        rows = self._database.execute(
            "SELECT account, region, name FROM repositories WHERE NOT is_done ORDER BY number"
        )
        return [Repository(*row) for row in rows]

    def add_images(
        self, repository: Repository, rows: Sequence[ImageRow], unavailable: int
    ) -> None:
        """Add images of a repository and the number that could not be read."""
        number = self._number(repository)
        self._database.executemany(
            f"INSERT INTO images (repository, {_COLUMNS}) VALUES ({', '.join('?' * 12)})",  # noqa: S608
            [
                (
                    number,
                    row.digest,
                    packed(row.tags),
                    row.pushed_at,
                    row.kind,
                    packed(row.platforms),
                    row.verdict,
                    row.reason,
                    packed(row.evidence),
                    row.remedy,
                    row.fix,
                    packed(row.fix_commands),
                )
                for row in rows
            ],
        )
        if unavailable:
            self._database.execute(
                "UPDATE repositories SET unseen = unseen + ? WHERE number = ?",
                (unavailable, number),
            )

    def finish(self, repository: Repository, trouble: str = "") -> None:
        """Record that a repository is finished, and why some of it could not be read."""
        self._database.execute(
            "UPDATE repositories SET is_done = 1, trouble = ? WHERE number = ?",
            (trouble, self._number(repository)),
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
            Tally(uri, verdicts.get(number, {}), unavailable, trouble)
            for number, uri, unavailable, trouble in self._database.execute(
                "SELECT number, uri, unseen, trouble FROM repositories ORDER BY uri"
            )
        ]
        return sorted(tallies, key=lambda tally: tally.badness, reverse=True)

    def by_platform(self) -> dict[tuple[str, str], int]:
        """Count images by platform and verdict; an image for two platforms counts twice."""
        return self._counts(
            "SELECT coalesce(platform.value, ''), verdict, count(*) FROM images "
            "LEFT JOIN json_each(platforms) AS platform GROUP BY 1, 2"
        )

    def by_push_day(self) -> dict[tuple[str, str], int]:
        """Count images by the day of their push, as an ISO date in UTC, and verdict."""
        return self._counts(
            "SELECT date(pushed_at, 'unixepoch'), verdict, count(*) FROM images GROUP BY 1, 2"
        )

    def rows(
        self, *, verdicts: Sequence[str] = (), places: Mapping[str, int] | None = None
    ) -> Iterator[ImageRow]:
        """Return the images with the given verdicts, or all, by repository, tag and digest.

        `places` is the order of the repositories; by name without it.
        """
        chosen = f"WHERE verdict IN ({', '.join('?' * len(verdicts))})" if verdicts else ""
        order = "uri, tags, digest"
        if places is not None:
            self._database.create_function("place", 1, places.get, deterministic=True)
            order = f"place(uri), {order}"
        query = (
            f"SELECT uri, {_COLUMNS} FROM images JOIN repositories ON repository = number "  # noqa: S608
            f"{chosen} ORDER BY {order}"
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

    def _forget_unfinished_repositories(self) -> None:
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
