"""The articles' short codes: given once, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import bindparam, select, update

from mirrorpress.archive import schema as t
from mirrorpress.archive.index import Index
from mirrorpress.errors import ArchiveError

_BATCH = 500  # articles a transaction
_LACKING = (
    select(t.articles.c.number, t.articles.c.url)
    .where(t.articles.c.code.is_(None))
    .order_by(t.articles.c.number)
    .limit(_BATCH)
)
_GIVE = (
    update(t.articles).where(t.articles.c.number == bindparam("article")).values(code=bindparam("its_code"))
)


class Codes:
    """Which article has which code."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def lacking(self) -> Sequence[tuple[int, str]]:
        """Number and address of some articles without a code, in order of arrival; empty: all have one."""
        return [(row["number"], row["url"]) for row in self._index.rows(_LACKING)]

    def give(self, wanted: Iterable[tuple[int, Iterator[str]]]) -> None:
        """Give articles, by number, the first of the codes wanted that no article has. One transaction."""
        asked = [(number, codes, next(codes, "")) for number, codes in wanted]
        with self._index.transaction():
            taken = set(self._taken([code for _, _, code in asked]))
            rows = []
            for number, codes, first in asked:
                code = first
                while code in taken:
                    code = next(codes, "")
                    if not code:
                        raise ArchiveError(f"no free code for article {number}", where="the index")
                    taken.update(self._taken([code]))
                taken.add(code)
                rows.append({"article": number, "its_code": code})
            if rows:
                self._index.execute(_GIVE, rows)

    def _taken(self, codes: Sequence[str]) -> list[str]:
        return self._index.values(select(t.articles.c.code).where(t.articles.c.code.in_(codes)))
