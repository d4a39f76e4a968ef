"""All that a page's dates and authors can be read from, each source read once, when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from mirrorpress.extract.draft import Page
from mirrorpress.extract.linked import Linked, Marked, read_marked
from mirrorpress.extract.visible import Around, Dated, dates_around, look_round
from mirrorpress.markup import Document, Element


@dataclass(slots=True)
class Sources:
    """``meta`` are the contents of ``<meta>`` by name, ``sites`` names of the site, ``language`` the declared
    one with the country of the address, ``anchor`` the element that shows the title."""

    document: Document
    page: Page
    meta: dict[str, str]
    linked: Linked
    sites: list[str]
    language: str
    anchor: Element | None
    _marked: Marked | None = field(default=None, init=False)
    _around: Around | None = field(default=None, init=False)
    _dated: Dated | None = field(default=None, init=False)

    @property
    def marked(self) -> Marked:
        """What microdata marks."""
        if self._marked is None:
            self._marked = read_marked(self.document)
        return self._marked

    @property
    def marks_read(self) -> bool:
        """Whether microdata was asked for: it is slow, and an update alone is not worth it."""
        return self._marked is not None

    @property
    def around(self) -> Around:
        """The lines round the title."""
        if self._around is None:
            self._around = look_round(self.anchor) if self.anchor is not None else Around()
        return self._around

    @property
    def dated(self) -> Dated:
        """The dates round the title."""
        if self._dated is None:
            self._dated = dates_around(self.around, self.language)
        return self._dated

    def remembered(self, what: str) -> Element | None:
        """The first element at the place where other pages of the site show their dates or authors."""
        memory = self.page.memory
        selector = {"published": memory.published, "authors": memory.authors}[what] if memory else ""
        return self.document.select_one(selector) if selector else None
