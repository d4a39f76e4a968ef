"""How the archive stands, read in a moment and without a write, also while a run is at work.

Plain sqlite3: importing SQLAlchemy takes longer than all that is asked here of 100,000 articles.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mirrorpress.errors import ArchiveError

_EXAMPLES = 3  # addresses a section
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Row = dict[str, Any]

_SECTIONS = """
SELECT section, publisher, count(*) AS articles, max(first_seen) AS newest, sum(first_seen >= ?) AS today
FROM articles GROUP BY section, publisher
"""
_WHOLE = """
SELECT url AS place, count(*) AS articles FROM articles WHERE section = ? AND publisher = ? GROUP BY 1
"""
_ORIGINS = """
SELECT substr(url, 1, instr(substr(url || '/', 9), '/') + 7) AS place, count(*) AS articles
FROM articles WHERE section = ? AND publisher = ? GROUP BY 1
"""
_FAILURES = """
SELECT url, section, stage, reason, hint, first_at, last_at, times, 1 AS is_alarm FROM alarms
UNION ALL SELECT url, section, stage, reason, hint, first_at, last_at, times, 0 FROM failures
ORDER BY last_at DESC, is_alarm DESC, url
"""
# The conditions are those of the partial indexes, word for word; an inner join would let SQLite begin with
# all articles.
_EXTRACTIONS = """
SELECT section, url, articles FROM (
    SELECT a.section, a.url, count(*) OVER (PARTITION BY a.section) AS articles,
        row_number() OVER (PARTITION BY a.section ORDER BY {order}, a.position DESC) AS place
    FROM extractions e LEFT JOIN articles a ON a.revision = e.revision WHERE {condition}
) WHERE place <= ? AND section IS NOT NULL ORDER BY section, place
"""


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes: of the index, of the captures as they are packed, of the pictures (which the editions share
    where the file system can); bytes and files that may still be written where the mirror's folder is (files
    None: without a bound)."""

    index: int
    captures: int
    pictures: int
    free: int
    free_files: int | None


class Standing:
    """What ``status`` asks. Every method may raise ``ArchiveError``; times are aware, in UTC."""

    def __init__(self, connection: sqlite3.Connection, folder: Path) -> None:
        self._connection = connection
        self._folder = folder

    def sections(self, today: datetime) -> Sequence[Row]:
        """A row a section and publisher: articles, newest, and how many came since ``today``."""
        return [
            {**row, "newest": _moment(row["newest"])}
            for row in self._rows(_SECTIONS, ((today - _EPOCH) // timedelta(microseconds=1),))
        ]

    def origins(self, section: str, publisher: str, *, whole: bool) -> Iterable[tuple[str, int]]:
        """Where a section's articles of this publisher come from, as (address, how many); without ``whole``,
        of each address only what stands before its path."""
        for row in self._rows(_WHOLE if whole else _ORIGINS, (section, publisher)):
            yield row["place"], row["articles"]

    def sources(self) -> dict[str, Row]:
        """By section: when its source was asked, and when it answered."""
        rows = self._rows("SELECT section, checked_at, succeeded_at FROM sources")
        return {
            row["section"]: {name: _moment(row[name]) for name in ("checked_at", "succeeded_at")}
            for row in rows
        }

    def listed_titles(self, section: str) -> list[str]:
        """Titles of what the section's source listed when it last answered."""
        for row in self._rows("SELECT entries FROM sources WHERE section = ?", (section,)):
            return [entry.get("title", "") for entry in json.loads(row["entries"])]
        return []

    def doubtful(self) -> dict[str, Row]:
        """By section: how many articles are of low confidence (below 0.5), and the lowest of them."""
        return self._examples("confidence < 0.5", "e.confidence")

    def partial(self) -> dict[str, Row]:
        """By section: how many articles are only a beginning, and the newest of them."""
        return self._examples("partial = 1", "a.position DESC")

    def withdrawn(self) -> dict[str, int]:
        """How many articles are withdrawn, by section; under an empty id, addresses without an article."""
        rows = self._rows(
            "SELECT coalesce(a.section, '') AS section, count(*) AS articles FROM withdrawals w "
            "LEFT JOIN articles a ON a.number = w.article WHERE w.undone_at IS NULL GROUP BY 1"
        )
        return {row["section"]: row["articles"] for row in rows}

    def failures(self) -> list[Row]:
        """What failed and has not succeeded since, and alarms, newest first; ``is_alarm`` tells which."""
        return [
            {**row, "first_at": _moment(row["first_at"]), "last_at": _moment(row["last_at"])}
            for row in self._rows(_FAILURES)
        ]

    def builds(self) -> dict[str, Row]:
        """By edition: digest, revision up to which it was built, time, size in bytes (None: not known)."""
        rows = self._rows("SELECT edition, digest, revision, built_at, size FROM builds")
        return {row["edition"]: {**row, "built_at": _moment(row["built_at"])} for row in rows}

    def clock(self) -> int:
        """The archive's clock; ``withdrawals.CLOCK`` says the same."""
        [row] = self._rows(
            "SELECT max((SELECT coalesce(max(number), 0) FROM revisions), "
            "(SELECT coalesce(max(tick), 0) FROM withdrawals)) AS number"
        )
        return int(row["number"])

    def publications(self) -> dict[str, Row]:
        """By target: when it last took something, and its last error."""
        rows = self._rows("SELECT target, published_at, error FROM publications")
        return {row["target"]: {**row, "published_at": _moment(row["published_at"])} for row in rows}

    def last_run(self) -> Row | None:
        """The last command that worked on the archive."""
        for row in self._rows("SELECT * FROM runs ORDER BY number DESC LIMIT 1"):
            times = {name: _moment(row[name]) for name in ("started_at", "finished_at")}
            return {**row, **times, "counts": json.loads(row["counts"])}
        return None

    def disk(self) -> Disk:
        """What is used and what is left. Nothing is walked: sizes are those that the index holds."""
        [sizes] = self._rows(
            "SELECT (SELECT coalesce(sum(size), 0) FROM captures) AS captures, "
            "(SELECT coalesce(sum(size), 0) FROM assets) AS pictures"
        )
        archive = self._folder / "archive"
        index = sum(_size_of(archive / name) for name in ("index.sqlite", "index.sqlite-wal"))
        system = os.statvfs(self._folder)
        return Disk(
            index,
            sizes["captures"],
            sizes["pictures"],
            free=system.f_bavail * system.f_frsize,
            free_files=system.f_favail if system.f_files else None,  # btrfs makes them as they are needed
        )

    def _examples(self, condition: str, order: str) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for row in self._rows(_EXTRACTIONS.format(condition=condition, order=order), (_EXAMPLES,)):
            one = found.setdefault(row["section"], {"articles": row["articles"], "examples": []})
            one["examples"].append(row["url"])
        return found

    def _rows(self, query: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        for row in self._connection.execute(query, values).fetchall():
            yield dict(row)


@contextmanager
def opened(folder: Path, migrate: Callable[[], None]) -> Iterator[Standing | None]:
    """The standing of the archive below ``folder``; None where there is none yet.

    An index that an earlier mirrorpress wrote is brought up to date by ``migrate`` first. Raises
    ``ArchiveError``.
    """
    path = folder / "archive" / "index.sqlite"
    if not path.exists():
        yield None
        return
    try:
        if not _is_present(path):
            migrate()
        with closing(_connected(path)) as connection:
            connection.execute("BEGIN")  # so that all that is told is of one moment
            yield Standing(connection, folder)
    except (sqlite3.Error, OSError, ValueError) as error:
        raise ArchiveError(
            f"the index cannot be read: {error}",
            where=str(path),
            hint="restore it from a backup; captures and pictures beside it are whole",
        ) from error


def _connected(path: Path) -> sqlite3.Connection:
    # Not mode=ro: such a connection leaves -wal and -shm behind when it was the last one.
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True, timeout=5)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA query_only = ON")
    return connection


def _is_present(path: Path) -> bool:
    """Whether the index has all that is asked here."""
    with closing(_connected(path)) as connection:
        names = {row["name"] for row in connection.execute("SELECT name FROM sqlite_master")}
    return {"articles_by_arrival", "withdrawals"} <= names


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _moment(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)
