"""What editions read of the archive."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, cast

from sqlalchemy import RowMapping, Select, Table, func, select, text, union

from mirrorpress.archive import schema as t
from mirrorpress.archive.amendments import Amendments
from mirrorpress.archive.index import Index
from mirrorpress.archive.withdrawals import CLOCK
from mirrorpress.model import Article, Pick, Picture, Revision, Stored, Withdrawal, Withdrawn
from mirrorpress.paths import folded

_BATCH = 200  # articles held in memory at a time, about 2 MB
_AT_ONCE = 50  # of the newest; a feed takes 40

_first = t.revisions.alias("first")
_first_found = t.extractions.alias("first_found")
_LIGHT = (
    t.articles.c.section,
    t.articles.c.id,
    t.articles.c.position,
    t.articles.c.publisher,
    t.articles.c.url,
    t.articles.c.code,
    t.articles.c.dated,
    select(func.group_concat(t.former.c.path, "\n"))
    .where(t.former.c.article == t.articles.c.number)
    .correlate(t.articles)
    .scalar_subquery()
    .label("former"),
    t.revisions.c.revision,
    t.revisions.c.title,
    t.revisions.c.authors,
    t.revisions.c.published,
    t.revisions.c.updated,
    t.revisions.c.captured_at,
    t.revisions.c.language,
    t.revisions.c.excerpt,
    t.revisions.c.text_length,
    t.revisions.c.lead_image,
    t.extractions.c.confidence,
    t.extractions.c.engine,
    t.extractions.c.partial,
    t.extractions.c.licence,
    t.extractions.c.ahead,
    _first_found.c.ahead.label("first_ahead"),
    _first.c.title.label("first_title"),
    _first.c.number.label("arrived"),
    func.coalesce(_first.c.published, _first.c.captured_at, type_=t.Moment).label("first_date"),
    t.withdrawals.c.at.label("withdrawn_at"),
    t.withdrawals.c.public_reason,
    t.withdrawals.c.keeps_title,
)
_BODY = (t.revisions.c.pictures, t.revisions.c.assets, t.revisions.c.html, t.revisions.c.markdown)

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
        query = (
            _select(*_LIGHT)
            .where(t.articles.c.section == section, t.articles.c.position.between(first, last))
            .order_by(t.articles.c.position)
        )
        return [_stored(row) for row in self._index.rows(query)]

    def every(self, section: str, first: int = 1) -> Iterator[Stored]:
        while True:
            query = (
                _select(*_LIGHT, *_BODY)
                .where(t.articles.c.section == section, t.articles.c.position >= first)
                .order_by(t.articles.c.position)
                .limit(_BATCH)
            )
            batch = [_stored(row) for row in self._index.rows(query)]
            yield from batch
            if len(batch) < _BATCH:
                return
            first = batch[-1].position + 1

    def newest(self, *, bodies: bool) -> Iterator[Stored]:
        columns = (*_LIGHT, *_BODY) if bodies else _LIGHT
        newest = (t.articles.c.dated, t.articles.c.number)
        place = t.articles.c.number.label("place")
        newest_first = (column.desc() for column in newest)
        query = _select(place, *columns).order_by(*newest_first).limit(_AT_ONCE)
        rows = self._index.rows(query)
        while rows:
            for row in rows:
                yield _stored(row)
            dated, number = rows[-1]["dated"], rows[-1]["place"]
            older = t.articles.c.dated < dated
            older |= (t.articles.c.dated == dated) & (t.articles.c.number < number)
            rows = self._index.rows(query.where(older)) if len(rows) == _AT_ONCE else []

    def by_day(self, first: date) -> Iterator[Stored]:
        oldest = (t.articles.c.dated, t.articles.c.number)
        query = _select(t.articles.c.number.label("place"), *_LIGHT, *_BODY).order_by(*oldest).limit(_AT_ONCE)
        rows = self._index.rows(query.where(t.articles.c.dated >= datetime.combine(first, time(), UTC)))
        while rows:
            for row in rows:
                yield _stored(row)
            dated, number = rows[-1]["dated"], rows[-1]["place"]
            later = t.articles.c.dated > dated
            later |= (t.articles.c.dated == dated) & (t.articles.c.number > number)
            rows = self._index.rows(query.where(later)) if len(rows) == _AT_ONCE else []

    def changed(self, since: int) -> Iterator[Stored]:
        last = since
        while True:
            query = (
                _select(t.revisions.c.number, *_LIGHT, *_BODY)
                .where(t.articles.c.revision > last)
                .order_by(t.articles.c.revision)
                .limit(_BATCH)
            )
            rows = self._index.rows(query)
            for row in rows:
                yield _stored(row)
            if len(rows) < _BATCH:
                break
            last = rows[-1]["number"]
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
            yield from map(_stored, self._index.rows(_select(*_LIGHT, *_BODY).where(place)))

    def numbered(self, article: int) -> Stored:
        """The article with a number, which is known to be there, without its body."""
        row = self._index.row(_select(*_LIGHT).where(t.articles.c.number == article))
        assert row is not None  # noqa: S101 - articles are never deleted
        return _stored(row)

    def adopted(self, path: str) -> Stored | None:
        return self._one(t.former, folded(path))

    def named(self, id: str) -> Stored | None:
        return self._one(t.ids, id.casefold())

    def _one(self, names: Table, key: str) -> Stored | None:
        """The article that ``names`` have under a key, without body."""
        query = _select(*_LIGHT).join(names, names.c.article == t.articles.c.number)
        row = self._index.row(query.where(names.c.key == key))
        return _stored(row) if row else None

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
            query = _select(*_LIGHT, *_BODY).where(t.articles.c.number == number)
            yield from map(_stored, self._index.rows(query))

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
        place = t.articles.c.number.label("place")
        query = _select(place, *_LIGHT).where(t.articles.c.number.in_(numbers))
        found = {row["place"]: _stored(row) for row in self._index.rows(query)}
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
        query = (
            _select(*_LIGHT)
            .join(t.uses, t.uses.c.article == t.articles.c.number)
            .where(t.uses.c.path == asset)
        )
        return [_stored(row) for row in self._index.rows(query)]


def _select(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(t.articles)
        .join(t.revisions, t.revisions.c.number == t.articles.c.revision)
        .outerjoin(t.extractions, t.extractions.c.revision == t.revisions.c.number)
        .join(_first, (_first.c.article == t.articles.c.number) & (_first.c.revision == 1))
        .outerjoin(_first_found, _first_found.c.revision == _first.c.number)
        .outerjoin(
            t.withdrawals,
            (t.withdrawals.c.article == t.articles.c.number) & t.withdrawals.c.undone_at.is_(None),
        )
    )


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


def _stored(row: RowMapping) -> Stored:
    body = "markdown" in row
    article = Article(
        url=row["url"],
        title=row["title"],
        html=row["html"] if body else "",
        markdown=row["markdown"] if body else "",
        excerpt=row["excerpt"],
        text_length=row["text_length"],
        authors=tuple(row["authors"]),
        published=row["published"],
        updated=row["updated"],
        language=row["language"],
        lead_image=row["lead_image"],
        pictures=tuple(
            Picture(tuple(p["urls"]), p["alt"], p["caption"], p["credit"]) for p in row["pictures"]
        )
        if body
        else (),
        assets=tuple(row["assets"]) if body else (),
        confidence=1.0 if row["confidence"] is None else row["confidence"],
        engine=row["engine"] or "",
        partial=bool(row["partial"]),
        licence=row["licence"] or "",
        offset=row["ahead"],
    )
    return Stored(
        section=row["section"],
        id=row["id"],
        position=row["position"],
        publisher=row["publisher"],
        revision=row["revision"],
        first_title=row["first_title"],
        first_date=row["first_date"],
        captured_at=row["captured_at"],
        arrived=row["arrived"],
        code=row["code"] or "",
        dated=row["dated"],
        former=tuple(sorted(row["former"].split("\n"))) if row["former"] else (),
        first_offset=row["first_ahead"],
        withdrawn=None
        if row["withdrawn_at"] is None
        else Withdrawal(row["withdrawn_at"], row["public_reason"], bool(row["keeps_title"])),
        article=article,
    )
