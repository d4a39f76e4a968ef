"""Layouts of a section's newest pages, from which its memory is learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, insert, select

from mirrorpress.archive import schema as t
from mirrorpress.archive.index import Index
from mirrorpress.model import Layout


class Layouts:
    """Keeps a few layouts a section, at most one an article. Every method may raise ``ArchiveError``."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def newest(self, section: str, *, but: Sequence[str] = ()) -> list[Layout]:
        """A section's layouts, newest first, ``but`` those of articles known under these comparable
        addresses."""
        left_out = select(t.addresses.c.article).where(t.addresses.c.key.in_(but))
        query = (
            select(t.layouts.c.layout)
            .where(t.layouts.c.section == section, t.layouts.c.article.not_in(left_out))
            .order_by(t.layouts.c.number.desc())
        )
        return [_layout(values) for values in self._index.values(query)]

    def keep(self, section: str, key: str, layout: Layout, *, most: int) -> None:
        """Keep the layout of the article known under a comparable address, as the newest of its section;
        beyond ``most`` layouts the oldest leave. An article that is not known leaves none."""
        article = select(t.addresses.c.article).where(t.addresses.c.key == key)
        with self._index.transaction():
            number = self._index.value(article)
            if number is None:
                return
            self._index.execute(delete(t.layouts).where(t.layouts.c.article == number))
            self._index.execute(
                insert(t.layouts).values(section=section, article=number, layout=asdict(layout))
            )
            beyond = (
                select(t.layouts.c.number)
                .where(t.layouts.c.section == section)
                .order_by(t.layouts.c.number.desc())
                .offset(most)
            )
            self._index.execute(delete(t.layouts).where(t.layouts.c.number.in_(beyond)))


def _layout(values: dict[str, Any]) -> Layout:
    return Layout(**{**values, "blocks": tuple(values["blocks"])})
