"""What stands at an address that an operator wants to mirror: a feed, or a page that lists articles.

A first guess for a configuration that a person then reads; nothing at run time depends on it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from statistics import mean
from typing import Literal
from urllib.parse import urljoin, urlsplit

from mirrorpress import markup
from mirrorpress.app import rules
from mirrorpress.errors import SourceError
from mirrorpress.gather.sources.feed import looks_like_feed, parse_feed
from mirrorpress.gather.sources.feedformats import ParsedFeed
from mirrorpress.markup import Document, Element
from mirrorpress.model import Capture

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_BETWEEN_NAMES = re.compile(r"\s+[-|–—·»_]+\s+|[|_»]")  # "Officials - Harbour Times"

# Codes of two letters for what the detector gives in three; BCP 47 wants the shorter.
# fmt: off
_SHORT = {
    "cmn": "zh", "yue": "zh", "eng": "en", "pes": "fa", "rus": "ru", "arb": "ar", "jpn": "ja", "kor": "ko",
    "tur": "tr", "deu": "de", "fra": "fr", "spa": "es", "por": "pt", "ita": "it", "nld": "nl", "pol": "pl",
    "ukr": "uk", "bel": "be", "vie": "vi", "tha": "th", "hin": "hi", "ben": "bn", "urd": "ur", "mya": "my",
    "uig": "ug", "bod": "bo", "azj": "az", "kat": "ka", "heb": "he",
}
# fmt: on

_BESIDE = "nav, footer, aside, [role=navigation]"
_NAME = re.compile(r"[A-Za-z_][A-Za-z_-]{1,40}")  # of a class that a site keeps: no counters, no hashes
_STATES = frozenset({"odd", "even", "first", "last", "active", "current", "visited"})
_MOST_LINKS = 5_000


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found. ``items`` is a CSS selector, ``feed_url`` a feed that a list page announces;
    empty strings stand for what could not be told."""

    kind: Literal["feed", "listpage"]
    url: str
    title: str = ""
    language: str = ""
    publisher: str = ""
    items: str = ""
    feed_url: str = ""


def probe(capture: Capture) -> Probe:
    """Tell a feed from a list page and read off what a section needs.

    Pages are hostile: run it where it can be killed. Raises ``SourceError`` for what is neither.
    """
    url = capture.final_url or capture.url
    content_type = capture.header("content-type")
    if looks_like_feed(capture.body, content_type):
        return _feed(url, parse_feed(capture.body, content_type, url))
    text = markup.decode(capture.body, content_type)
    if "<" not in text or capture.body[:4] in (b"%PDF", b"PK\x03\x04"):
        raise SourceError(
            "is neither a feed nor a web page", where=url, hint="give the address of a feed or of a list page"
        )
    try:
        document = markup.parse(text)
    except ValueError as error:
        raise SourceError(str(error), where=url, hint="give the address of a smaller list page") from error
    return _list_page(url, document)


def _feed(url: str, feed: ParsedFeed) -> Probe:
    title = _words(feed.title)
    language = _tag(feed.language) or _detected(" ".join(item.title for item in feed.items))
    return Probe("feed", url, title, language, publisher=_name_of_site(title))


def _list_page(url: str, document: Document) -> Probe:
    whole = document.select_one("title")
    title = _words(whole.text) if whole else ""
    site = document.select_one('meta[property="og:site_name"]')
    publisher = _words(site.attr("content") or "") if site else _name_of_site(title)
    root = document.select_one("html")
    declared = _tag((root.attr("lang") or root.attr("xml:lang") or "") if root else "")
    items = _items(url, document)
    # Menus are often in another language than the articles.
    words = " ".join(link.text for link in document.select(items or "body"))
    return Probe(
        "listpage",
        url,
        _BETWEEN_NAMES.split(title)[0].strip() or title,
        declared or _detected(words),
        publisher,
        items=items,
        feed_url=_announced(url, document),
    )


def _name_of_site(title: str) -> str:
    """By custom the last part of a title; the first one is of the page or section."""
    return _BETWEEN_NAMES.split(title)[-1].strip()


def _tag(language: str) -> str:
    try:
        return rules.language(language.strip().replace("_", "-"))
    except ValueError:
        return ""


def _detected(text: str) -> str:
    return _SHORT.get(markup.language_of(_words(text)), "")


def _words(text: str) -> str:
    return " ".join(text.split())


def _announced(url: str, document: Document) -> str:
    """The first feed that the page links to, except one of comments (WordPress lists it second)."""
    for link in document.select("link[rel~=alternate][href]"):
        if (link.attr("type") or "").strip().lower() in _FEED_TYPES:
            try:
                found = rules.url(urljoin(url, (link.attr("href") or "").strip()))
            except ValueError:
                continue
            if "comment" not in found.lower():
                return found
    return ""


# --- the links of a list ----------------------------------------------------------------------


def _items(url: str, document: Document) -> str:
    """A selector of the links that look most like a list of articles, or an empty string.

    Links are grouped by how their surroundings look; a group counts by how many articles it
    leads to and by how long its words are, since titles are longer than names of menus.
    """
    groups: dict[tuple[str, ...], dict[str, tuple[Element, int]]] = {}
    for link in islice(document.select("a[href]"), _MOST_LINKS):
        try:
            target = urljoin(url, (link.attr("href") or "").strip())
            same_site = _site(target) == _site(url)
        except ValueError:
            continue
        if same_site and target.partition("#")[0] != url and not link.closest(_BESIDE):
            steps = tuple(_step(element) for element in islice(_upwards(link), 5))
            groups.setdefault(steps, {}).setdefault(target.partition("#")[0], (link, _width(link.text[:300])))
    best = max(groups.items(), key=lambda group: _likeness(group[1]), default=None)
    if best is None or _likeness(best[1]) == 0:
        return ""
    return _selector(document, [link for link, _ in best[1].values()])


def _likeness(group: dict[str, tuple[Element, int]]) -> float:
    """How much a group of links, by their targets, looks like a list of articles."""
    if len(group) < 3:
        return 0
    widths = [min(width, 80) for _, width in group.values()]
    long = sum(width >= 16 for width in widths) / len(widths)
    numbered = sum(bool(re.search(r"\d{2}", urlsplit(target).path)) for target in group) / len(group)
    return min(len(group), 60) * mean(widths) * long * (1 + numbered)


def _selector(document: Document, links: list[Element]) -> str:
    """The shortest path of tags and classes that selects these links and hardly any other."""
    wanted = set(links)
    best, best_score = "", 0.0
    path = ""
    for depth, element in enumerate(islice(_upwards(links[0]), 6)):
        step = _step(element, with_id=depth > 2)
        path = f"{step} > {path}" if path else step
        found = set(document.select(path))
        hits = len(found & wanted)
        score = hits / len(found | wanted)
        if score > best_score + 0.02:
            best, best_score = path, score
    return best


def _upwards(link: Element) -> Iterator[Element]:
    yield link
    for element in link.ancestors:
        if isinstance(element, Element) and element.tag not in ("body", "html"):
            yield element


def _step(element: Element, *, with_id: bool = False) -> str:
    name = element.attr("id") or ""
    if with_id and _NAME.fullmatch(name):
        return f"{element.tag}#{name}"
    classes = [name for name in (element.attr("class") or "").split() if _NAME.fullmatch(name)]
    return ".".join([element.tag, *(name for name in classes if name.lower() not in _STATES)])


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.").removeprefix("m.")


def _width(text: str) -> int:
    """Columns of a text: a Chinese character says as much as two Latin letters."""
    return sum(
        2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in " ".join(text.split())
    )
