"""What readers see round a title: lines near it, the dates in them, and selectors of what gave a fact.

Only asked when structured data is silent. Everything is bounded: so many nodes, so many characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from mirrorpress.extract.dates import date_in, parse_date
from mirrorpress.extract.layout import tag_of
from mirrorpress.extract.text import plain
from mirrorpress.extract.vocabulary import NOT_OF_ARTICLE, UPDATED
from mirrorpress.markup import Document, Element, Node, Text, beginning

_AFTER, _BEFORE = 260, 90  # nodes after and before a title that are looked at
_LONG_LINE = 160  # characters from which a text is a paragraph
_PARAGRAPHS = 3  # after so many the article has begun
_LONGEST_DATED = 130  # characters of a line that may give a date
_MOST_TIMES = 20  # <time> elements that are tried
_MOST_DATED = 12  # lines with a year in them that are tried
_YEAR = re.compile(r"[12۱۲٢１２]\d\d\d|年|\.\d\d(?!\d)")
_SKIPPED = frozenset("script style noscript template svg select option button textarea".split())
_STABLE = re.compile(r"[A-Za-z][A-Za-z-]*(?:_{1,2}[A-Za-z-]+)*")  # no hash of a build tool
_CONTAINERS = frozenset(("article", "body", "html", "main"))

Line = tuple[str, Element]
"""A text with the element that holds it; an empty text for an element that may say something by its marks."""


@dataclass(frozen=True, slots=True)
class Around:
    """The lines after a title, and those before it, nearest first."""

    after: Sequence[Line] = ()
    before: Sequence[Line] = ()


@dataclass(frozen=True, slots=True)
class Dated:
    """The dates round a title and the element that showed the first."""

    published: datetime | None = None
    updated: datetime | None = None
    at: Element | None = None


def look_round(title: Element) -> Around:
    """The short lines round a title, up to where paragraphs begin."""
    return Around(
        list(_lines(islice(title.following, _AFTER))), list(_lines(islice(title.preceding, _BEFORE)))
    )


def _lines(nodes: Iterator[Node]) -> Iterator[Line]:
    paragraphs = 0
    for node in nodes:
        if isinstance(node, Element):
            if node.tag in ("time", "a") or node.attrs.get("class"):
                yield "", node
            continue
        holder = node.parent
        if not isinstance(node, Text) or not isinstance(holder, Element) or holder.tag in _SKIPPED:
            continue
        text = node.data
        if len(text) >= _LONG_LINE and len(text.strip()) >= _LONG_LINE:
            paragraphs += 1
            if paragraphs >= _PARAGRAPHS:
                return
        elif text := text.strip():
            yield text, holder


def dates_around(around: Around, language: str) -> Dated:
    """The first date of publication and of an update in the lines after a title, else in those before it."""
    after = _dates(around.after, language)
    if after.published:
        return after
    before = _dates(around.before, language)
    if before.published:
        return Dated(before.published, after.updated or before.updated, before.at)
    return after if after.updated else before


def _dates(lines: Sequence[Line], language: str) -> Dated:
    updated: datetime | None = None
    updated_at: Element | None = None
    label = ""
    tried = times = 0
    for line, holder in lines:
        text, found = line, None
        if not line:
            if holder.tag != "time" or not (value := holder.attr("datetime")):
                continue
            times += 1
            if times > _MOST_TIMES:
                break
            text, found = beginning(holder, 100), parse_date(value, language)
        elif len(line) <= _LONGEST_DATED and _YEAR.search(line) and not NOT_OF_ARTICLE.search(line):
            tried += 1
            if tried > _MOST_DATED:
                break
            found = date_in(line, language)
        if found is None:
            label = text or label
            continue
        said = f"{label[-40:]} {text}"
        mark = UPDATED.search(said)
        if mark is None:
            return Dated(found, updated, holder)
        if mark.start() > 8 and (first := date_in(said[: mark.start()], language)):
            return Dated(first, updated, holder)
        updated, updated_at, label = updated or found, updated_at or holder, ""
    return Dated(None, updated, updated_at)


def date_of(element: Element, language: str) -> datetime | None:
    """The date that an element gives, in an attribute or its text."""
    for name in ("datetime", "content", "title"):
        if (value := element.attr(name)) and (found := parse_date(value, language)):
            return found
    return date_in(plain(beginning(element, 600)), language)


def selector_of(element: Element | None, document: Document) -> str:
    """A CSS selector by tag and stable classes whose first match is the element or a near ancestor of it;
    empty when there is none."""
    for _ in range(3):
        if element is None or element.tag in _CONTAINERS:
            return ""
        names = [name for name in (element.attr("class") or "")[:300].split() if _STABLE.fullmatch(name)]
        if names or element.tag == "time":
            selector = ".".join([tag_of(element), *names[:3]])
            if document.select_one(selector) == element:
                return selector
        parent = element.parent
        element = parent if isinstance(parent, Element) and len(parent.text) <= 300 else None
    return ""
