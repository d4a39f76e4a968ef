"""What was built, published and what failed: the archive's book of its own work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from mirrorpress.archive import schema as t
from mirrorpress.archive.index import Index
from mirrorpress.model import Change, Configuration

_MOST = 500  # files looked up at a time


@dataclass(frozen=True, slots=True)
class Build:
    """The last build of an edition: ``build`` counts from 1, ``revision`` is the clock it was built at,
    ``front`` what its ``front`` said of the front pages then, ``size`` that of its files, in bytes (None:
    not known).
    """

    build: int
    revision: int
    digest: str
    built_at: datetime
    front: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that failed and has not succeeded since."""

    url: str
    section: str
    stage: str
    reason: str
    hint: str
    first_at: datetime
    last_at: datetime
    times: int


class Ledger:
    """Reads and writes the book; every writing method is one transaction."""

    def __init__(self, index: Index) -> None:
        self._index = index

    # --- editions ------------------------------------------------------------------------

    def last_build(self, edition: str) -> Build | None:
        query = select(t.builds).where(t.builds.c.edition == edition)
        row = self._index.row(query)
        return Build(**{name: row[name] for name in Build.__slots__}) if row else None

    def digests(self, edition: str, paths: Sequence[str]) -> dict[str, str]:
        """The digests of files as they were last written, by path; of those that are there."""
        files, found = t.files.c, {}
        for start in range(0, len(paths), _MOST):
            query = select(files.path, files.digest).where(
                files.edition == edition, files.path.in_(paths[start : start + _MOST]), files.digest != ""
            )
            found.update({row["path"]: row["digest"] for row in self._index.rows(query)})
        return found

    def present(self, edition: str, beginning: str = "") -> Iterator[str]:
        """All paths of an edition that begin so, streamed."""
        files = t.files.c
        query = select(files.path).where(files.edition == edition, files.digest != "")
        if beginning:
            query = query.where(files.path >= beginning, files.path < beginning + "\U0010ffff")
        last = ""
        while True:
            paths = self._index.values(query.where(files.path > last).order_by(files.path).limit(5000))
            yield from paths
            if len(paths) < 5000:
                return
            last = paths[-1]

    def built(
        self, edition: str, build: Build, written: Iterable[tuple[str, str]], left: Sequence[str]
    ) -> None:
        """Record a finished build: files written as (path, digest), and paths that left."""
        rows = [
            *(
                {"edition": edition, "path": path, "digest": digest, "build": build.build}
                for path, digest in written
            ),
            *({"edition": edition, "path": path, "digest": "", "build": build.build} for path in left),
        ]
        values = {
            "build": build.build,
            "revision": build.revision,
            "digest": build.digest,
            "built_at": build.built_at,
            "front": build.front,
            "size": build.size,
        }
        with self._index.transaction():
            for start in range(0, len(rows), 1000):
                statement = upsert(t.files)
                statement = statement.on_conflict_do_update(
                    index_elements=["edition", "path"],
                    set_={"digest": statement.excluded.digest, "build": statement.excluded.build},
                )
                self._index.execute(statement, rows[start : start + 1000])
            statement = upsert(t.builds).values(edition=edition, **values)
            self._index.execute(statement.on_conflict_do_update(index_elements=["edition"], set_=values))

    def forget_builds(self) -> None:
        """Have every edition rendered anew: something changed that no revision tells."""
        self._index.write(update(t.builds).values(digest=""))

    def changes(self, edition: str, after: int) -> Iterator[Change]:
        """Paths written or left by builds after ``after``; for 0, every present file."""
        last = ""
        while True:
            query = (
                select(t.files.c.path, t.files.c.digest)
                .where(t.files.c.edition == edition, t.files.c.build > after, t.files.c.path > last)
                .order_by(t.files.c.path)
                .limit(5000)
            )
            if after == 0:
                query = query.where(t.files.c.digest != "")
            rows = self._index.tuples(query)
            for path, digest in map(tuple, rows):
                yield Change(path, bool(digest), "" if ":" in digest else digest)
            if len(rows) < 5000:
                return
            last = rows[-1][0]

    # --- targets -------------------------------------------------------------------------

    def publication(self, target: str) -> tuple[str, datetime | None, str]:
        """A target's own state, when it last took something, and its last error."""
        query = select(t.publications.c.state, t.publications.c.published_at, t.publications.c.error)
        row = self._index.row(query.where(t.publications.c.target == target))
        return (row["state"], row["published_at"], row["error"]) if row else ("", None, "")

    def published(self, target: str, *, state: str | None, at: datetime, error: str = "") -> None:
        """Record what a target said; ``state`` None: it failed, with ``error``."""
        values: dict[str, Any] = {"error": error}
        if state is not None:
            values |= {"state": state, "published_at": at}
        statement = upsert(t.publications).values(target=target, **{"state": "", **values})
        with self._index.transaction():
            self._index.execute(statement.on_conflict_do_update(index_elements=["target"], set_=values))

    # --- failures and runs ---------------------------------------------------------------

    def failed(self, url: str, section: str, stage: str, *, reason: str, hint: str, at: datetime) -> None:
        """Note a failure; it stays until ``succeeded``."""
        values = {"section": section, "stage": stage, "reason": reason, "hint": hint, "last_at": at}
        statement = upsert(t.failures).values(url=url, first_at=at, times=1, **values)
        with self._index.transaction():
            self._index.execute(
                statement.on_conflict_do_update(
                    index_elements=["url"], set_={**values, "times": t.failures.c.times + 1}
                )
            )

    def succeeded(self, url: str) -> None:
        """Forget an address's failure."""
        with self._index.transaction():
            self._index.execute(delete(t.failures).where(t.failures.c.url == url))

    def open_failures(self) -> list[Failure]:
        """All failures and alarms that still stand, newest first, alarms before failures of the same time."""
        names = Failure.__slots__
        found = [
            Failure(**{name: row[name] for name in names})
            for table in (t.alarms, t.failures)
            for row in self._index.rows(select(table).order_by(table.c.last_at.desc()))
        ]
        return sorted(found, key=lambda one: one.last_at, reverse=True)

    def raise_alarm(
        self, section: str, stage: str, *, url: str, reason: str, hint: str, at: datetime
    ) -> None:
        """Note that something is wrong with a section as a whole; it stays until ``clear_alarm``. Unlike a
        failure of its source, which it may share the address with, no single success ends it."""
        values = {"url": url, "stage": stage, "reason": reason, "hint": hint, "last_at": at}
        statement = upsert(t.alarms).values(section=section, first_at=at, times=1, **values)
        self._index.write(
            statement.on_conflict_do_update(
                index_elements=["section"], set_={**values, "times": t.alarms.c.times + 1}
            )
        )

    def alarmed(self) -> list[str]:
        """Ids of the sections with an alarm."""
        return self._index.values(select(t.alarms.c.section).order_by(t.alarms.c.section))

    def clear_alarm(self, section: str) -> None:
        """Forget a section's alarm."""
        self._index.write(delete(t.alarms).where(t.alarms.c.section == section))

    def begin_run(self, command: str, at: datetime) -> int:
        with self._index.transaction():
            row = insert(t.runs).values(command=command, started_at=at, counts={})
            return self._index.insert(row)

    def end_run(self, number: int, at: datetime, counts: dict[str, Any]) -> None:
        with self._index.transaction():
            self._index.execute(
                update(t.runs).where(t.runs.c.number == number).values(finished_at=at, counts=counts)
            )

    def last_run(self) -> dict[str, Any] | None:
        row = self._index.row(select(t.runs).order_by(t.runs.c.number.desc()).limit(1))
        return dict(row) if row else None

    def unlicensed(self, configuration: Configuration) -> int:
        """How many articles have no publisher that licenses more than an excerpt."""
        query = select(t.articles.c.publisher, t.articles.c.url)
        rows = self._index.rows(query)
        return sum(configuration.publisher_of(row["publisher"], row["url"]).excerpt_only for row in rows)

    def section_summary(self) -> list[dict[str, Any]]:
        """A row a section: articles, newest, when its source last answered."""
        query = (
            select(
                t.articles.c.section,
                func.count().label("articles"),
                func.max(t.articles.c.first_seen).label("newest"),
                t.sources.c.checked_at,
                t.sources.c.succeeded_at,
            )
            .outerjoin(t.sources, t.sources.c.section == t.articles.c.section)
            .group_by(t.articles.c.section)
        )
        return [dict(row) for row in self._index.rows(query)]
