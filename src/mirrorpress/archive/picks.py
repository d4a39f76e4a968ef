"""What editors picked, as the articles that their lists came to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from mirrorpress.archive import schema as t
from mirrorpress.archive.index import Index


class Picks:
    """Keeps an editor's list a section. Every method may raise ``ArchiveError``."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def keep(self, section: str, picked: Sequence[tuple[int, str]]) -> None:
        """Keep a list of (number of an article, the editor's title), in the editor's order, in place of the
        one before."""
        query = select(t.picks.c.article, t.picks.c.title).where(t.picks.c.section == section)
        before = [(row["article"], row["title"]) for row in self._index.rows(query.order_by(t.picks.c.place))]
        if before == list(picked):
            return
        rows = [
            {"section": section, "place": place, "article": article, "title": title}
            for place, (article, title) in enumerate(picked, start=1)
        ]
        with self._index.transaction():
            self._index.execute(delete(t.picks).where(t.picks.c.section == section))
            if rows:
                self._index.execute(insert(t.picks), rows)
