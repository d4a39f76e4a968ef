"""What the mirror gives to feed readers and search engines: feeds, a list of feeds, sitemaps.

    feeds/<section>.xml|json   Atom and JSON Feed of a section's newest articles
    feed.xml|json              of the whole mirror's
    feeds/sections.opml        all feeds, for a feed reader
    sitemap.xml                names sitemap-front.xml and sitemaps/<section>/<n>.xml

Addresses of files are those where a git host gives the file itself (``links.file_address``). A mirror without
an https address has feeds that name the original articles, with words in place of pictures, and neither a
list of feeds nor sitemaps: both hold nothing but absolute addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from html import escape
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from mirrorpress.editions import sitemap
from mirrorpress.editions.feeds import Feed, Item, Outline, atom, json_feed, opml
from mirrorpress.editions.former import unlinked
from mirrorpress.editions.pages import Pages
from mirrorpress.editions.words import is_right_to_left, words
from mirrorpress.links import file_address, followable
from mirrorpress.model import ROOT, Article, Configuration, File, Section, Stored

IN_FEED = 40
"""Articles in a feed."""
_MOST_TEXT = 500_000  # characters of HTML in a feed; older articles beyond have a summary only
_IMAGE = re.compile(r'<img((?:\s+[a-z-]+="[^"]*")*)\s*/?>')
_ALT = re.compile(r'\salt="([^"]*)"')


class Syndication:
    """Renders feeds, lists of feeds and sitemaps for one configuration; ``corrected_at`` says when the words
    of an article changed last, ``full`` puts whole texts into feeds, ``list_size`` is the edition's."""

    def __init__(
        self,
        configuration: Configuration,
        pages: Pages,
        corrected_at: Callable[[Stored], datetime | None],
        *,
        full: bool,
        list_size: int,
    ) -> None:
        self._corrected_at = corrected_at
        self._mirror = configuration.mirror
        self._pages = pages
        self._words = words(self._mirror.language)
        self.full = full
        self.shard = sitemap.size_of(list_size)
        self._own = pages.rendering.is_own
        root = file_address(pages.root)
        self._root = root if followable(root) else ""  # where pictures stand, for all renderings
        self._files = self._root and self._root + quote(pages.rendering.folder)

    # --- feeds ---------------------------------------------------------------------------

    def section(self, section: Section, articles: Sequence[Stored]) -> Iterator[File]:
        """A section's feeds of ``articles``, newest first, with bodies if ``full``."""
        title = f"{self._mirror.title} · {section.title}"
        language = section.language or self._mirror.language
        parts = [(section, stored) for stored in articles]
        yield from self._feeds(f"feeds/{section.id}", title, language, self._pages.list_path(section), parts)

    def whole(self, articles: Sequence[tuple[Section, Stored]]) -> Iterator[File]:
        """The whole mirror's feeds, as above."""
        yield from self._feeds(
            "feed", self._mirror.title, self._mirror.language, self._pages.home_path, articles
        )

    def _feeds(
        self, path: str, title: str, language: str, home: str, articles: Sequence[tuple[Section, Stored]]
    ) -> Iterator[File]:
        items = []
        room = _MOST_TEXT
        for section, stored in articles:
            items.append(self._item(section, stored, room))
            room -= len(items[-1].html)
        feed = Feed(
            title=title,
            mirror=self._mirror.title,
            language=language,
            path=path,
            files=self._files,
            home=self._pages.address(home) if self._files else "",
            items=tuple(items),
        )
        yield File(f"{path}.xml", atom(feed))
        yield File(f"{path}.json", json_feed(feed))

    def _item(self, section: Section, stored: Stored, room: int) -> Item:
        """An article as a feed's item; its text only if it has no more than ``room`` characters."""
        article, publisher = stored.article, self._pages.publisher_of(stored)
        page = self._pages.address(self._pages.path(stored)) if self._files else ""
        rights = self._pages.rights(publisher)
        summary = f"{self._words['partial']} {article.excerpt}" if article.partial else article.excerpt
        whole = self.full and not publisher.excerpt_only and len(article.html) <= room
        names = article.authors or (publisher.name,)
        # RFC 4287, 4.2.15: what a reader would call a change.
        updated = article.updated if stored.revision == 1 else self._corrected_at(stored)
        return Item(
            # Some feed readers make a link of an id that is an address.
            id=article.url if followable(article.url) else uuid5(NAMESPACE_URL, article.url).urn,
            title=article.title,
            section=section.id,
            section_title=section.title,
            page=page,
            original=article.url if followable(article.url) else "",
            published=stored.first_date,
            updated=updated or stored.first_date,
            authors=tuple(name for name in names if name.strip()),
            summary=summary,
            rights=rights,
            language=article.language,
            html=self._content(article, rights) if whole else "",
        )

    def _content(self, article: Article, rights: str) -> str:
        """An article's text with absolute addresses, and below it what stands below every page: whose it is
        and where it came from."""
        body = unlinked(article.html)
        body = body.replace(ROOT, escape(self._root)) if self._files else _IMAGE.sub(_words_of, body)
        parts = [f"<p><strong>{escape(self._words['partial'])}</strong></p>"] if article.partial else []
        direction = "rtl" if is_right_to_left(article.language or self._mirror.language) else ""
        parts.append(f'<div dir="{direction}">{body}</div>' if direction else body)
        address = escape(article.url)
        shown = f"<code>{address}</code>"
        if followable(article.url):
            shown = f'<a href="{address}" rel="external noopener noreferrer">{address}</a>'
        said = f"{escape(self._words['original'])}{escape(self._words['colon'])}{shown}"
        return "\n".join([*parts, f"<hr><p>{escape(rights)}</p>", f"<p>{said}</p>"])

    def outlines(self, sections: Sequence[Section]) -> Iterator[File]:
        """The list of all feeds."""
        if not self._files:
            return
        title, language = self._mirror.title, self._mirror.language
        found = [
            Outline(title, language, f"{self._files}feed.xml", self._pages.address(self._pages.home_path))
        ]
        for section in sections:
            feed = f"{self._files}{quote(f'feeds/{section.id}.xml')}"
            home = self._pages.address(self._pages.list_path(section))
            found.append(Outline(section.title, section.language or language, feed, home))
        yield File("feeds/sections.opml", opml(title, found))

    # --- sitemaps ------------------------------------------------------------------------

    @property
    def has_sitemap(self) -> bool:
        """Whether this rendering has one: the mirror's own names the pages of all."""
        return bool(self._files) and self._own

    def shard_path(self, section: Section, number: int) -> str:
        return f"sitemaps/{section.id}/{number}.xml"

    def sitemap_of(self, section: Section, number: int, articles: Sequence[Stored]) -> File:
        """The sitemap of ``articles``, those that are shown of the ``number``-th ``shard`` of a section. One
        of none names the section's list, as a sitemap must not be empty."""
        pages = [(address, one.captured_at) for one in articles for address in self._pages.addresses_of(one)]
        listed = self._pages.address(self._pages.list_path(section))
        return File(self.shard_path(section, number), sitemap.urlset(pages or [(listed, None)]))

    def sitemap_index(self, shards: Sequence[tuple[Section, range]]) -> Iterator[File]:
        """The index of all sitemaps: that of the front pages, and of each section the numbers that stand."""
        if not self.has_sitemap:
            return
        front = [self._pages.home_path, *(self._pages.list_path(section) for section, _ in shards)]
        ways = ["", *(way for _, way in self._pages.rendering.others)]
        addresses = [self._pages.address(way + path) for way in ways for path in front]
        yield File("sitemap-front.xml", sitemap.urlset((one, None) for one in addresses[: sitemap.MOST]))
        paths = [self.shard_path(section, number) for section, numbers in shards for number in numbers]
        files = [f"{self._files}{quote(path)}" for path in ("sitemap-front.xml", *paths)]
        yield File("sitemap.xml", sitemap.index(files))


def _words_of(image: re.Match[str]) -> str:
    """What stands for a picture that cannot be had."""
    alt = _ALT.search(image[1])
    return f"🖼 {alt[1]}" if alt and alt[1] else ""
