"""Everything that a page's dates and authors can be read from, each source read once, when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from mirrorpress.extract.draft import Page
from mirrorpress.extract.linked import Linked, Marked, read_marked
from mirrorpress.extract.visible import Seen, look_round
from mirrorpress.markup import Document, Element


@dataclass(slots=True)
class Sources:
    """``meta`` are the contents of ``<meta>`` by name, ``sites`` names of the site, ``language`` the declared one
    with the country of the address, ``anchor`` the element that shows the title."""

    document: Document
    page: Page
    meta: dict[str, str]
    linked: Linked
    sites: list[str]
    language: str
    anchor: Element | None
    _marked: Marked | None = field(default=None, init=False)
    _seen: Seen | None = field(default=None, init=False)

    @property
    def marked(self) -> Marked:
        """What microdata marks."""
        if self._marked is None:
            self._marked = read_marked(self.document)
        return self._marked

    @property
    def seen(self) -> Seen:
        """What stands round the title."""
        if self._seen is None:
            self._seen = look_round(self.anchor, self.language) if self.anchor is not None else Seen()
        return self._seen

    def remembered(self, what: str) -> Element | None:
        """The first element at the place where other pages of the site show their dates or authors."""
        memory = self.page.memory
        selector = {"published": memory.published, "authors": memory.authors}[what] if memory else ""
        return self.document.select_one(selector) if selector else None
