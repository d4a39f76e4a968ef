"""How many read which article on which day: totals, and nothing of anybody who read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from mirrorpress.archive import schema as t
from mirrorpress.archive.index import Index

Totals = Mapping[tuple[int, int], int]
"""(day since 1970, article's number): readers."""
Spans = Mapping[int, tuple[int, int]]
"""Day since 1970: the first and last second of it, since 1970, that a log was counted for."""


_READS = upsert(t.reads)
_PLACE = ("day", "article", "source")
_ADDED = _READS.on_conflict_do_update(
    index_elements=_PLACE, set_={"readers": t.reads.c.readers + _READS.excluded.readers}
)
_RAISED = _READS.on_conflict_do_update(
    index_elements=_PLACE, set_={"readers": func.max(t.reads.c.readers, _READS.excluded.readers)}
)


class Reads:
    """Every writing method is one transaction."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def articles(self, ids: Iterable[str]) -> dict[str, tuple[int, str]]:
        """The number and section of the articles with these ids, which are in comparable form."""
        wanted, found = list(ids), {}
        for start in range(0, len(wanted), 500):
            query = (
                select(t.ids.c.key, t.articles.c.number, t.articles.c.section)
                .join(t.articles, t.articles.c.number == t.ids.c.article)
                .where(t.ids.c.key.in_(wanted[start : start + 500]))
            )
            for row in self._index.rows(query):
                found[row["key"]] = (row["number"], row["section"])
        return found

    def spans(self, source: str) -> dict[int, tuple[int, int]]:
        """What of a source's logs was counted."""
        query = select(t.counted).where(t.counted.c.source == source)
        return {row["day"]: (row["first"], row["last"]) for row in self._index.rows(query)}

    def add(self, source: str, totals: Totals, spans: Spans) -> None:
        """Add readers that a log shows, and note what of it was counted."""
        spanned = upsert(t.counted)
        widened = spanned.on_conflict_do_update(
            index_elements=["source", "day"],
            set_={
                "first": func.min(t.counted.c.first, spanned.excluded.first),
                "last": func.max(t.counted.c.last, spanned.excluded.last),
            },
        )
        rows = [
            {"source": source, "day": day, "first": first, "last": last}
            for day, (first, last) in sorted(spans.items())
        ]
        with self._index.transaction():
            if totals:
                self._index.execute(_ADDED, _rows(source, totals))
            if rows:
                self._index.execute(widened, rows)

    def raise_to(self, source: str, totals: Totals) -> int:
        """Keep, of each day's total and what is there, the larger; returns how many readers that adds."""
        with self._index.transaction():
            before = self._sum(source)
            if totals:
                self._index.execute(_RAISED, _rows(source, totals))
            return self._sum(source) - before

    def fill(self, source: str, totals: Totals, days: int) -> int:
        """Take totals over the ``days`` days up to each day: what the days of that window do not hold already
        is added to its last one. Returns how many readers that adds."""
        added = 0
        with self._index.transaction():
            for (day, article), readers in sorted(totals.items()):
                there = select(func.coalesce(func.sum(t.reads.c.readers), 0)).where(
                    t.reads.c.article == article,
                    t.reads.c.source == source,
                    t.reads.c.day.between(day - days + 1, day),
                )
                if (missing := readers - self._index.value(there)) > 0:
                    self._index.execute(_ADDED, _rows(source, {(day, article): missing}))
                    added += missing
        return added

    def summary(self) -> list[dict[str, Any]]:
        """A row a source: its first and last day since 1970, its articles and its readers."""
        query = (
            select(
                t.reads.c.source,
                func.min(t.reads.c.day).label("first"),
                func.max(t.reads.c.day).label("last"),
                func.count(t.reads.c.article.distinct()).label("articles"),
                func.sum(t.reads.c.readers).label("readers"),
            )
            .group_by(t.reads.c.source)
            .order_by(t.reads.c.source)
        )
        return [dict(row) for row in self._index.rows(query)]

    def _sum(self, source: str) -> int:
        query = select(func.coalesce(func.sum(t.reads.c.readers), 0)).where(t.reads.c.source == source)
        found: int = self._index.value(query)
        return found


def _rows(source: str, totals: Totals) -> list[dict[str, Any]]:
    return [
        {"source": source, "day": day, "article": article, "readers": readers}
        for (day, article), readers in sorted(totals.items())
    ]
