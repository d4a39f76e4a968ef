"""What editions read of the archive."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, func, select, text, union

from mirrorpress.archive import schema as t
from mirrorpress.archive.amendments import Amendments
from mirrorpress.archive.index import Index
from mirrorpress.archive.rows import articles, stored
from mirrorpress.archive.withdrawals import CLOCK
from mirrorpress.model import Pick, Revision, Stored, Withdrawal, Withdrawn
from mirrorpress.paths import folded

_BATCH = 200  # articles held in memory at a time, about 2 MB
_AT_ONCE = 50  # of the newest; a feed takes 40

# Asked for every page of a list and every file of a sitemap, so put together once.
_BETWEEN = (
    articles()
    .where(
        t.articles.c.section == bindparam("of"),
        t.articles.c.position.between(bindparam("first"), bindparam("last")),
    )
    .order_by(t.articles.c.position)
)
_EVERY = (
    articles(bodies=True)
    .where(t.articles.c.section == bindparam("of"), t.articles.c.position >= bindparam("first"))
    .order_by(t.articles.c.position)
    .limit(_BATCH)
)
# CROSS JOIN keeps SQLite to this order: by days, each a range of the primary key.
_MOST_READ = text("""
    SELECT articles.section, articles.position, most.readers
    FROM (
        SELECT reads.article, SUM(readers) AS readers, SUM(readers * weight.value) AS score
        FROM json_each(:weights) AS weight CROSS JOIN reads ON reads.day = :until - weight.key
        GROUP BY reads.article
        HAVING SUM(readers) >= :minimum
    ) AS most
    JOIN articles ON articles.number = most.article
    WHERE NOT EXISTS (
        SELECT 1 FROM withdrawals WHERE article = most.article AND undone_at IS NULL
    )
    ORDER BY most.score DESC, articles.number DESC
    LIMIT :size
""")


class ArchiveShelf:
    """Implements ``model.Shelf`` on the archive's index."""

    def __init__(self, index: Index, folder: Path) -> None:
        self._index = index
        self._folder = folder
        self._amendments = Amendments(index)

    def clock(self) -> int:
        """One on with all that an edition may show otherwise: see ``withdrawals.CLOCK``."""
        found: int = self._index.value(CLOCK)
        return found

    def sections(self) -> Sequence[str]:
        return self._index.values(select(t.articles.c.section).distinct().order_by(t.articles.c.section))

    def count(self, section: str) -> int:
        query = select(func.coalesce(func.max(t.articles.c.position), 0)).where(
            t.articles.c.section == section
        )
        found: int = self._index.value(query)
        return found

    def count_withdrawn(self, section: str, first: int) -> int:
        query = (
            select(func.count())
            .select_from(t.withdrawals)
            .join(t.articles, t.articles.c.number == t.withdrawals.c.article)
            .where(
                t.withdrawals.c.undone_at.is_(None),
                t.articles.c.section == section,
                t.articles.c.position >= first,
            )
        )
        found: int = self._index.value(query)
        return found

    def between(self, section: str, first: int, last: int) -> Sequence[Stored]:
        return self._articles(_BETWEEN, {"of": section, "first": first, "last": last})

    def every(self, section: str, first: int = 1) -> Iterator[Stored]:
        while True:
            batch = self._articles(_EVERY, {"of": section, "first": first})
            yield from batch
            if len(batch) < _BATCH:
                return
            first = batch[-1].position + 1

    def newest(self, *, bodies: bool) -> Iterator[Stored]:
        newest_first = (t.articles.c.dated.desc(), t.articles.c.number.desc())
        query = articles(t.articles.c.number, bodies=bodies).order_by(*newest_first).limit(_AT_ONCE)
        found = self._numbered(query)
        while found:
            yield from (one for _, one in found)
            number, last = found[-1]
            older = t.articles.c.dated < last.dated
            older |= (t.articles.c.dated == last.dated) & (t.articles.c.number < number)
            found = self._numbered(query.where(older)) if len(found) == _AT_ONCE else []

    def by_day(self, first: date) -> Iterator[Stored]:
        oldest_first = (t.articles.c.dated, t.articles.c.number)
        query = articles(t.articles.c.number, bodies=True).order_by(*oldest_first).limit(_AT_ONCE)
        found = self._numbered(query.where(t.articles.c.dated >= datetime.combine(first, time(), UTC)))
        while found:
            yield from (one for _, one in found)
            number, last = found[-1]
            later = t.articles.c.dated > last.dated
            later |= (t.articles.c.dated == last.dated) & (t.articles.c.number > number)
            found = self._numbered(query.where(later)) if len(found) == _AT_ONCE else []

    def changed(self, since: int) -> Iterator[Stored]:
        last = since
        while True:
            query = (
                articles(t.revisions.c.number, bodies=True)
                .where(t.articles.c.revision > last)
                .order_by(t.articles.c.revision)
                .limit(_BATCH)
            )
            found = self._numbered(query)
            yield from (one for _, one in found)
            if len(found) < _BATCH:
                break
            last = found[-1][0]
        others = union(_taken(since), _found_again(since))
        yield from self._whole(sorted(self._index.values(others)))

    def withdrawals(self, since: int = 0) -> Sequence[Withdrawn]:
        holds = t.withdrawals.c.tick > since if since else t.withdrawals.c.undone_at.is_(None)
        query = (
            select(t.withdrawals, t.articles.c.section, t.articles.c.position)
            .outerjoin(t.articles, t.articles.c.number == t.withdrawals.c.article)
            .where(holds)
            .order_by(t.withdrawals.c.at, t.withdrawals.c.number)
        )
        found = []
        for row in self._index.rows(query):
            others = (
                select(t.refused.c.key).where(t.refused.c.withdrawal == row["number"])
                if row["article"] is None
                else select(t.addresses.c.key).where(t.addresses.c.article == row["article"])
            )
            keys = tuple(sorted({row["key"], *self._index.values(others)}))
            place = None if row["article"] is None else (row["section"], row["position"])
            told = Withdrawal(row["at"], row["public_reason"], bool(row["keeps_title"]))
            found.append(Withdrawn(told, keys, place))
        return found

    def at(self, places: Iterable[tuple[str, int]]) -> Iterator[Stored]:
        for section, position in places:
            place = (t.articles.c.section == section) & (t.articles.c.position == position)
            yield from self._articles(articles(bodies=True).where(place))

    def numbered(self, article: int) -> Stored:
        """The article with a number, which is known to be there, without its body."""
        return self._articles(articles().where(t.articles.c.number == article))[0]

    def adopted(self, path: str) -> Stored | None:
        return self._one(t.former, folded(path))

    def named(self, id: str) -> Stored | None:
        return self._one(t.ids, id.casefold())

    def _one(self, names: Table, key: str) -> Stored | None:
        """The article that ``names`` have under a key, without body."""
        query = articles().join(names, names.c.article == t.articles.c.number)
        return next(iter(self._articles(query.where(names.c.key == key))), None)

    def referring(self, since: int) -> Iterator[Stored]:
        query = (
            select(t.mentions.c.article)
            .distinct()
            .join(t.former, t.former.c.key == t.mentions.c.key)
            .join(t.articles, t.articles.c.number == t.mentions.c.article)
            .where(t.former.c.tick > since, t.articles.c.revision <= since)
        )
        yield from self._whole(sorted(self._index.values(query)))

    def former_lists(self, since: int) -> Sequence[str]:
        query = select(t.former.c.path).where(t.former.c.article.is_(None), t.former.c.tick > since)
        return self._index.values(query.order_by(t.former.c.key))

    def _whole(self, numbers: Iterable[int]) -> Iterator[Stored]:
        """The articles with these numbers, with bodies."""
        for number in numbers:
            yield from self._articles(articles(bodies=True).where(t.articles.c.number == number))

    def _articles(self, query: Select[Any], values: Mapping[str, Any] | None = None) -> list[Stored]:
        """What a query of ``articles`` finds with these values of its parameters."""
        return [stored(row) for row in self._index.tuples(query, values)]

    def _numbered(self, query: Select[Any]) -> list[tuple[int, Stored]]:
        """The same, each behind a number that the query asks for first."""
        return [(row[0], stored(row[1:])) for row in self._index.tuples(query)]

    def counted_until(self) -> int | None:
        return cast("int | None", self._index.value(select(func.max(t.reads.c.day))))

    def most_read(
        self, until: int, weights: Sequence[int], minimum: int, size: int
    ) -> Sequence[tuple[str, int, int]]:
        values = {"weights": json.dumps(weights), "until": until, "minimum": minimum, "size": size}
        return [
            (row["section"], row["position"], row["readers"])
            for row in self._index.rows(_MOST_READ.bindparams(**values))
        ]

    def was_read(self, minimum: int) -> bool:
        query = select(t.reads.c.article).group_by(t.reads.c.article)
        found = self._index.value(query.having(func.sum(t.reads.c.readers) >= minimum).limit(1))
        return found is not None

    def amendments(self, section: str, position: int) -> Iterator[tuple[Revision, Revision]]:
        return self._amendments.of(section, position)

    def amended(self, count: int) -> Sequence[Stored]:
        numbers = self._amendments.newest(count)
        query = articles(t.articles.c.number).where(t.articles.c.number.in_(numbers))
        found = dict(self._numbered(query))
        return [found[number] for number in numbers]

    def picks(self, section: str) -> Sequence[Pick]:
        query = (
            select(t.articles.c.section, t.articles.c.position, t.picks.c.title)
            .join(t.articles, t.articles.c.number == t.picks.c.article)
            .where(t.picks.c.section == section)
            .order_by(t.picks.c.place)
        )
        return [Pick(row["section"], row["position"], row["title"]) for row in self._index.rows(query)]

    def asset(self, path: str) -> Path:
        return self._folder / path

    def former_assets(self, since: int) -> Sequence[str]:
        found: set[str] = set()
        for changed in (select(t.articles.c.number).where(t.articles.c.revision > since), _taken(since)):
            query = select(t.revisions.c.assets).where(
                t.revisions.c.article.in_(changed), t.revisions.c.assets != []
            )
            found.update(path for paths in self._index.values(query) for path in paths)
        return sorted(found)

    def assets_of(self, section: str, position: int) -> Sequence[str]:
        place = (t.articles.c.section == section) & (t.articles.c.position == position)
        query = select(t.uses.c.path).join(t.articles, t.articles.c.number == t.uses.c.article).where(place)
        return self._index.values(query)

    def users(self, asset: str) -> Sequence[Stored]:
        query = articles().join(t.uses, t.uses.c.article == t.articles.c.number)
        return self._articles(query.where(t.uses.c.path == asset))


def _taken(since: int) -> Select[Any]:
    """Numbers of articles that were withdrawn or restored after ``since`` and have no later revision."""
    return (
        select(t.articles.c.number)
        .distinct()
        .join(t.withdrawals, t.withdrawals.c.article == t.articles.c.number)
        .where(t.withdrawals.c.tick > since, t.articles.c.revision <= since)
    )


def _found_again(since: int) -> Select[Any]:
    """Numbers of articles of which a place in an old mirror was noted after ``since``, that have no later
    revision."""
    return (
        select(t.articles.c.number)
        .distinct()
        .join(t.former, t.former.c.article == t.articles.c.number)
        .where(t.former.c.tick > since, t.articles.c.revision <= since)
    )
