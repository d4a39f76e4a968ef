"""Entries whose pages have titles that a filter leaves out, so that they are not fetched again every time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as upsert

from mirrorpress.archive import schema as t
from mirrorpress.archive.index import Index
from mirrorpress.model import Entry

_BATCH = 500  # keys in one query


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What an entry said when its page's title was filtered out."""

    entry_title: str
    entry_updated: datetime | None


class Filtered:
    """Remembers decisions by the filter that made them: another one asks again. Every method may raise
    ``ArchiveError``."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def among(self, keys: Iterable[str], patterns: Sequence[str]) -> dict[str, LeftOut]:
        """Which of these comparable addresses the filter ``patterns`` has left out."""
        wanted, found = list(dict.fromkeys(keys)) if patterns else [], {}
        for start in range(0, len(wanted), _BATCH):
            query = select(t.filtered).where(
                t.filtered.c.key.in_(wanted[start : start + _BATCH]), t.filtered.c.filter == _digest(patterns)
            )
            for row in self._index.rows(query):
                found[row["key"]] = LeftOut(row["entry_title"], row["entry_updated"])
        return found

    def remember(self, key: str, entry: Entry, patterns: Sequence[str]) -> None:
        """Note that the filter ``patterns`` leaves out what stands at a comparable address."""
        values = {
            "filter": _digest(patterns),
            "entry_title": entry.title,
            "entry_updated": entry.updated or entry.published,
        }
        statement = upsert(t.filtered).values(key=key, **values)
        self._index.write(statement.on_conflict_do_update(index_elements=["key"], set_=values))


def _digest(patterns: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(patterns)).encode()).hexdigest()
