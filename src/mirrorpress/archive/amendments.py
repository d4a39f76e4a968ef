"""Which revisions may say something else than those before them: where corrections are looked for.

What counts as another wording is decided elsewhere; a revision stands here unless it was found, when it was
stored, to say the same. Most revisions of most sites do: they differ in pictures, spaces or counters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import RowMapping, Select, insert, select

from mirrorpress.archive import schema as t
from mirrorpress.archive.index import Index
from mirrorpress.model import Revision

_MOST = 20  # pairs of an article that are looked at; a page that changes at every run has thousands
_READ = (
    t.revisions.c.title,
    t.revisions.c.html,
    t.revisions.c.excerpt,
    t.revisions.c.captured_at,
    t.revisions.c.updated,
    t.extractions.c.engine,
    t.extractions.c.partial,
)


class Amendments:
    """Reads and writes the pairs of revisions. Every method may raise ``ArchiveError``."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def current(self, article: int) -> Revision | None:
        """What an article says now."""
        query = _revisions().join(t.articles, t.articles.c.revision == t.revisions.c.number)
        row = self._index.row(query.where(t.articles.c.number == article))
        return _revision(row) if row else None

    def note(self, article: int, revision: int) -> None:
        """Note, inside a transaction, a revision (by its number) that may say something else."""
        self._index.execute(insert(t.amendments).values(revision=revision, article=article))

    def of(self, section: str, position: int) -> Iterator[tuple[Revision, Revision]]:
        """An article's pairs (before, after), newest first, at most 20."""
        query = (
            select(t.revisions.c.article, t.revisions.c.revision)
            .join(t.amendments, t.amendments.c.revision == t.revisions.c.number)
            .join(t.articles, t.articles.c.number == t.amendments.c.article)
            .where(t.articles.c.section == section, t.articles.c.position == position)
            .order_by(t.amendments.c.revision.desc())
            .limit(_MOST)
        )
        for row in self._index.rows(query):
            pair = _revisions().where(
                t.revisions.c.article == row["article"],
                t.revisions.c.revision.between(row["revision"] - 1, row["revision"]),
            )
            before, after = self._index.rows(pair.order_by(t.revisions.c.revision))
            yield _revision(before), _revision(after)

    def newest(self, count: int) -> list[int]:
        """The numbers of the articles that the ``count`` newest pairs are of, the newest first."""
        query = select(t.amendments.c.article).order_by(t.amendments.c.revision.desc()).limit(count)
        return list(dict.fromkeys(self._index.values(query)))


def _revisions() -> Select[Any]:
    return (
        select(*_READ)
        .select_from(t.revisions)
        .outerjoin(t.extractions, t.extractions.c.revision == t.revisions.c.number)
    )


def _revision(row: RowMapping) -> Revision:
    return Revision(
        title=row["title"],
        html=row["html"],
        excerpt=row["excerpt"],
        captured_at=row["captured_at"],
        updated=row["updated"],
        engine=row["engine"] or "",
        partial=bool(row["partial"]),
    )
