"""What goes into reading a page and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mirrorpress.extract.memory import SiteMemory
from mirrorpress.model import ArticleRules, Layout, Picture

LONGEST = 2_000_000
"""Characters of an article's HTML; a longer one is refused."""
PICTURE = "picture:"
"""Marks the n-th picture of a draft in its HTML: ``<img src="picture:0">``."""

INNER = "https://old-mirror.invalid/"  # RFC 6761: such a name never exists
"""Begins, in the HTML of a draft, the address of another page of the old mirror that a page comes from."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page to read: its bytes and what is known about it from outside.

    ``title``, ``published``, ``offset`` and ``authors`` are what the entry said; ``language`` what the
    section says; ``site_names`` are names that page titles carry after a dash; ``memory`` is what other
    pages of the site taught. A page of an old mirror stands at ``place`` there.
    """

    url: str
    body: bytes
    content_type: str = ""
    rules: ArticleRules = field(default_factory=ArticleRules)
    title: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    offset: int | None = None
    authors: tuple[str, ...] = ()
    language: str = ""
    site_names: tuple[str, ...] = ()
    old_mirror: bool = False
    place: str = ""
    memory: SiteMemory | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An article before its pictures are fetched. ``html`` is simple but not yet sanitised; ``next_page`` is
    the address of the page on which the article goes on; ``layout`` is set where no selector found the body.
    """

    url: str
    canonical: str
    title: str
    html: str
    text: str
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    language: str = ""
    pictures: tuple[Picture, ...] = field(default=())
    confidence: float = 1.0
    engine: str = "selectors"
    partial: bool = False
    licence: str = ""
    offset: int | None = None
    next_page: str = ""
    layout: Layout | None = None
