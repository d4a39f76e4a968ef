"""What is searched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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
    order: date | None = None

    @property
    def sorted_on(self) -> date:
        """The day by which it stands among the others: ``order`` where that is another than ``day``."""
        return self.order or self.day
