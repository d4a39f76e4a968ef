"""Where adopted pages and lists stood in old mirrors."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from mirrorpress.archive import schema as t
from mirrorpress.archive.index import Index
from mirrorpress.archive.withdrawals import CLOCK
from mirrorpress.paths import folded, stem

_BATCH = 500  # paths in one query


class Former:
    """The archive's memory of old mirrors' paths. What a path stands for is settled once."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def note(self, places: Sequence[tuple[str, int | None]]) -> list[str]:
        """Remember, in one transaction, what stood at these paths: an article, by its number; None: a list.

        Returns those that are taken: by something else, or by a path that some file system takes for the
        same. From now on no later article gets the id that such a path ends in. May raise ``ArchiveError``.
        """
        rows: dict[str, tuple[str, int | None]] = {}
        taken = []
        for start in range(0, len(places), _BATCH):
            batch = [(folded(path), path, article) for path, article in places[start : start + _BATCH]]
            query = select(t.former).where(t.former.c.key.in_(key for key, _, _ in batch))
            known = {row["key"]: (row["path"], row["article"]) for row in self._index.rows(query)}
            for key, path, article in batch:
                if (known.get(key) or rows.setdefault(key, (path, article))) != (path, article):
                    taken.append(path)
        if rows:
            with self._index.transaction():
                tick = self._index.value(CLOCK) + 1
                values = [
                    {"key": key, "path": path, "article": article, "tick": tick}
                    for key, (path, article) in rows.items()
                ]
                self._index.execute(insert(t.former), values)
                ids = [
                    {"key": stem(path).casefold(), "article": article}
                    for path, article in rows.values()
                    if article is not None
                ]
                if ids:
                    self._index.execute(upsert(t.ids).on_conflict_do_nothing(), ids)
        return taken
