"""A section that comes from the links of a web page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mirrorpress import markup
from mirrorpress.errors import GatherError, MirrorpressError, SourceError
from mirrorpress.gather.sources import titles
from mirrorpress.gather.sources.links import absolute, without_fragment
from mirrorpress.model import Css, Entry, Reach, Url

_SEE = "`mirrorpress check` shows what the selector finds; compare it with the page's source"


@dataclass(frozen=True, slots=True)
class ListPage:
    """``items`` selects links, or blocks that hold one; ``title``, within a block, its title."""

    url: Url
    items: Css
    title: Css = ""

    def discover(self, reach: Reach) -> Sequence[Entry] | None:
        """Entries in the page's order; None if it has not changed. Raises ``GatherError``."""
        capture = reach.fetch(self.url)
        if capture.status == 304:
            return None
        try:
            return reach.isolate(
                parse_list,
                capture.body,
                capture.header("content-type"),
                capture.final_url,
                self.items,
                self.title,
            )
        except GatherError:
            raise
        except MirrorpressError as error:
            raise SourceError(
                f"the page could not be read: {error.reason}", where=self.url, hint=error.hint
            ) from error


def parse_list(body: bytes, content_type: str, url: str, items: str, title: str) -> Sequence[Entry]:
    """Entries for the links that ``items`` selects in a page fetched from ``url``, each address once.

    Raises ``SourceError`` if there is none.
    """
    try:
        for selector in filter(None, (items, title)):
            markup.check_selector(selector)
        document = markup.parse(markup.decode(body, content_type))
    except ValueError as error:
        raise SourceError(f"the page could not be searched: {error}", where=url) from error
    declared = document.select_one("base[href]")
    base = (absolute(url, declared.attr("href") or "") if declared else "") or url
    blocks = document.select(items)
    if not blocks:
        raise SourceError(f'the selector "{items}" matches nothing in this page', where=url, hint=_SEE)
    entries: dict[str, Entry] = {}
    for block in blocks:
        headline = block.select_one(title) if title else None
        link = _link(block, headline)
        address = without_fragment(absolute(base, (link.attr("href") or "") if link else ""))
        if link is None or not address or address == without_fragment(url):
            continue
        name = _title(block, link, headline)
        if address not in entries or not entries[address].title:  # a picture's link often comes first
            entries[address] = Entry(url=address, title=name)
    if not entries:
        raise SourceError(
            f'the selector "{items}" matches {len(blocks)} elements in this page, but no link to an article',
            where=url,
            hint=_SEE,
        )
    return list(entries.values())


def _link(block: markup.Element, headline: markup.Element | None) -> markup.Element | None:
    for place in filter(None, (headline, block)):
        for found in (
            place if place.matches("a[href]") else None,
            place.select_one("a[href]"),
            place.closest("a[href]"),
        ):
            if found is not None:
                return found
    return None


def _title(block: markup.Element, link: markup.Element, headline: markup.Element | None) -> str:
    """The headline's words, else the link's, else those of another link to the same place in the
    block, else the picture's description, else the link's tooltip."""
    if headline is not None and (words := titles.from_html(headline.inner_html)):
        return words
    same = [other for other in block.select("a[href]") if other.attr("href") == link.attr("href")]
    for candidate in (link, *same):
        if words := titles.from_html(candidate.inner_html):
            return words
    picture = link.select_one("img[alt]")
    described = titles.clean((picture.attr("alt") or "") if picture else "")
    return described or titles.clean(link.attr("title") or "")
