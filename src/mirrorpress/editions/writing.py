"""How the words of a page are written: what ``Pages`` has to say, in the form of an edition's files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from mirrorpress.editions.correctionpages import marked
from mirrorpress.editions.corrections import Paragraph
from mirrorpress.editions.direction import joined, lead
from mirrorpress.editions.former import settled
from mirrorpress.editions.notes import led, quoted
from mirrorpress.editions.plain import code, destination, escape, fenced
from mirrorpress.editions.words import words
from mirrorpress.links import followable
from mirrorpress.model import ROOT, Article

Way = Callable[[str], str]
"""The way from a page to the root that a relative address of the operator's begins at."""


class Writing(Protocol):
    """What is written is text for a page's template, which only puts such texts together."""

    @property
    def edition(self) -> str:
        """The type of edition, whose templates the pages have."""

    @property
    def suffix(self) -> str:
        """What the names of pages end in."""

    @property
    def home(self) -> str:
        """Where the home page stands."""

    @property
    def has_qr_files(self) -> bool:
        """Whether QR codes are files of their own; else they stand within the pages."""

    def words(self, language: str) -> Mapping[str, Any]:
        """The mirror's own words of a language."""

    def inline(self, markdown: str) -> str:
        """A line of the mirror's own words, that may hold Markdown's marks."""

    def escape(self, text: str) -> str:
        """Any text, in one line."""

    def lead(self, language: str) -> str:
        """What begins a line that may begin with a word of another direction."""

    def strong(self, written: str) -> str:
        """What is written, emphasised."""

    def link(self, written: str, path: str, *, outgoing: bool = False) -> str:
        """A link of what is written; one that leads out of the mirror is marked."""

    def href(self, path: str) -> str:
        """A path or address as templates put it into a link."""

    def address(self, address: str, *, linked: bool = True) -> str:
        """An address in full: a link where a reader may follow it by a click, else, and if it is not to be
        ``linked``, text."""

    def literal(self, text: str) -> str:
        """A text that is no prose, shown as it is."""

    def menu(self, language: str, parts: Sequence[str]) -> str:
        """The links of a menu."""

    def note(self, markdown: str, way: Way) -> str:
        """A pinned note of the operator's."""

    def body(self, article: Article, root: str, way: Callable[[str], str]) -> str:
        """An article's text. ``root`` is the way to its pictures, ``way`` says where a page of an old mirror
        stands now; where it says nothing, only the words of a link stay."""

    def excerpt(self, text: str, said: str) -> str:
        """What stands in place of a text that may not: its excerpt, and why."""

    def changed(self, paragraph: Paragraph) -> str:
        """A paragraph with what is gone and what is new."""

    def share(self, title: str, address: str) -> str:
        """What readers pass on, ready to copy."""

    def frame(self, texts: Mapping[str, str]) -> Mapping[str, Any]:
        """What every page of an edition with these templates holds beside its own values."""


class Markdown:
    """Implements ``Writing`` for files that git hosts show."""

    edition, suffix, home, has_qr_files = "markdown", ".md", "README.md", True

    def words(self, language: str) -> Mapping[str, Any]:
        return words(language)

    def inline(self, markdown: str) -> str:
        return markdown

    def escape(self, text: str) -> str:
        return escape(text)

    def lead(self, language: str) -> str:
        return lead(language)

    def strong(self, written: str) -> str:
        return f"**{written}**"

    def link(self, written: str, path: str, *, outgoing: bool = False) -> str:
        return f"[{written}{' ↗' if outgoing else ''}]({destination(path)})"

    def href(self, path: str) -> str:
        return destination(path)

    def address(self, address: str, *, linked: bool = True) -> str:
        return f"<{address}>" if linked and followable(address) else code(address)

    def literal(self, text: str) -> str:
        return code(text)

    def menu(self, language: str, parts: Sequence[str]) -> str:
        return joined(language, parts)

    def note(self, markdown: str, way: Way) -> str:
        return quoted(led(markdown, way))

    def body(self, article: Article, root: str, way: Callable[[str], str]) -> str:
        return settled(article.markdown, way).replace(ROOT, root)

    def excerpt(self, text: str, said: str) -> str:
        return f"> {escape(text)}\n\n{said}\n"

    def changed(self, paragraph: Paragraph) -> str:
        return marked(paragraph, escape)

    def share(self, title: str, address: str) -> str:
        return fenced(title, address)

    def frame(self, texts: Mapping[str, str]) -> Mapping[str, Any]:  # noqa: ARG002 - the protocol's
        return {}
