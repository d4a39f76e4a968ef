"""What is searched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

Rank = tuple[int, int]
"""Where a document stands among the others: microseconds since 1970 (UTC), then a number of its own."""

_EPOCH = date(1970, 1, 1)
_DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True, slots=True)
class Document:
    """One article as it is searched: ``path`` is where its page stands, relative to the edition's root,
    ``section`` an id, ``language`` a BCP 47 tag or empty, ``text`` plain, paragraphs on lines of their own.

    ``also_in`` names the folders that hold the same page once more, in another script: a reader of
    ``zh-Hant/search.html`` is then led to ``zh-Hant/<path>``.
    """

    path: str
    title: str
    section: str
    section_title: str
    language: str
    day: date
    text: str
    also_in: tuple[str, ...] = ()
    order: Rank | None = None

    @property
    def rank(self) -> Rank:
        """By which it stands among the others: ``order``, else the beginning of its ``day``."""
        return self.order or ((self.day - _EPOCH).days * _DAY, 0)


def day_of(rank: Rank) -> date:
    """The day (UTC) of a rank."""
    return _EPOCH + timedelta(days=rank[0] // _DAY)
