"""How sure the extractor was of each revision, and which revisions are only the beginning of an article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import TextClause, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from mirrorpress.archive import schema as t
from mirrorpress.archive.index import Index
from mirrorpress.model import Article

_EXAMPLES = 3  # addresses a section


@dataclass(frozen=True, slots=True)
class Standing:
    """What an article's current revision is worth: its length in characters, how sure it is. An article
    without a revision has the length 0."""

    text_length: int = 0
    confidence: float = 1.0


class Extractions:
    """Reads and writes what is known of how revisions were found. Every method may raise ``ArchiveError``."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def record(self, revision: int, article: Article) -> None:
        """Note, inside a transaction, how a revision was found; of one that is found again the last time
        counts, but for its offset, by which lists show its day."""
        values: dict[str, Any] = {
            "confidence": article.confidence,
            "engine": article.engine,
            "partial": int(article.partial),
            "licence": article.licence,
        }
        statement = upsert(t.extractions).values(revision=revision, ahead=article.offset, **values)
        self._index.execute(statement.on_conflict_do_update(index_elements=["revision"], set_=values))

    def standing(self, article: int) -> Standing:
        """What an article's current revision is worth."""
        query = (
            select(t.revisions.c.text_length, t.extractions.c.confidence)
            .select_from(t.articles)
            .join(t.revisions, t.revisions.c.number == t.articles.c.revision)
            .outerjoin(t.extractions, t.extractions.c.revision == t.revisions.c.number)
            .where(t.articles.c.number == article)
        )
        row = self._index.row(query)
        if row is None:
            return Standing()
        unknown = row["confidence"] is None
        return Standing(row["text_length"], 1.0 if unknown else row["confidence"])

    def doubtful(self) -> dict[str, dict[str, Any]]:
        """By section: how many articles are of low confidence (below 0.5), and the lowest of them."""
        return self._summary(t.DOUBTFUL, t.extractions.c.confidence)

    def partial(self) -> dict[str, dict[str, Any]]:
        """By section: how many articles are only a beginning, and the newest of them."""
        return self._summary(t.PARTIAL, t.articles.c.position.desc())

    def _summary(self, condition: TextClause, order: Any) -> dict[str, dict[str, Any]]:
        section = t.articles.c.section
        place = func.row_number().over(partition_by=section, order_by=(order, t.articles.c.position.desc()))
        count = func.count().over(partition_by=section)
        found = (
            select(section, t.articles.c.url, place.label("place"), count.label("articles"))
            .select_from(t.extractions)
            # An inner join would let SQLite begin with all articles. What has none is a former revision.
            .outerjoin(t.articles, t.articles.c.revision == t.extractions.c.revision)
            .where(condition)
            .subquery()
        )
        query = select(found).where(found.c.place <= _EXAMPLES).order_by(found.c.section, found.c.place)
        summary: dict[str, dict[str, Any]] = {}
        for row in self._index.rows(query):
            if row["section"] is None:
                continue
            one = summary.setdefault(row["section"], {"articles": row["articles"], "examples": []})
            one["examples"].append(row["url"])
        return summary
