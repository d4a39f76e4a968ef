"""What readers see round a title: dates and authors without any machine-readable mark.

Only asked when structured data is silent. Everything is bounded: so many nodes, so many characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from mirrorpress.extract.dates import date_in, parse_date
from mirrorpress.extract.names import LONGEST, is_name, is_person, names_in
from mirrorpress.extract.text import plain
from mirrorpress.markup import Document, Element, Node, Text

_AFTER, _BEFORE = 260, 90  # nodes after and before a title that are looked at
_LONG_LINE = 160  # characters from which a text is a paragraph
_PARAGRAPHS = 3  # after so many the article has begun
_AROUND_DATE = 90  # characters that may stand beside a date
_UPDATED = re.compile(
    r"updat|modifi|edited|revised|reviewed|aktualisier|mise à jour|mis à jour|actualizad|atualizad|aggiornat|bijgewerkt|更新|修订|修訂|修改|روزرسانی|обновлен",
    re.IGNORECASE,
)
_NOT_ARTICLE = re.compile(r"copyright|©|expires?|deadline|born|since", re.IGNORECASE)
_YEAR = re.compile(r"[12۱۲٢１２][\d][\d][\d]|年")
_BYLINE = re.compile(r"(?:^|[\s_-])(?:post-?|article-?|entry-?|p-|c-|meta-?)?(?:author|byline|writer|contributor)", re.IGNORECASE)
_NOT_BYLINE = re.compile(r"bio|avatar|image|photo|comment|related|social|title|role|job|date", re.IGNORECASE)
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autore?n?|auteurs?|staff|contributors?|writers?|people|person|profiles?|columnists?|reporters?|journalists?|redaktion)/[^/?#]", re.IGNORECASE
)
_SAYS_BY = re.compile(
    r"^(?:(?:written|posted|published|story|words|text|reported)?\s?by|authors?|von|par|por|di|door|autore?|auteur|geschrieben von|escrito por|"
    r"作者|记者|記者|文|撰文|نویسنده|نوشته)(?:\s?[:：/]|\s|$)", re.IGNORECASE,
)
_SKIPPED = frozenset(("script", "style", "noscript", "template", "svg", "select", "option", "button", "textarea"))
_STABLE = re.compile(r"[A-Za-z][A-Za-z-]*(?:_{1,2}[A-Za-z-]+)*")  # no hash of a build tool


@dataclass(slots=True)
class Seen:
    """What was read round a title, and the elements that showed it."""

    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    published_at: Element | None = None
    authors_at: Element | None = None


def date_of(element: Element, language: str) -> datetime | None:
    """The date that an element gives, in an attribute or its text."""
    for name in ("datetime", "content", "title"):
        if (value := element.attr(name)) and (found := parse_date(value, language)):
            return found
    return date_in(plain(element.text[:600]), language)


def look_round(title: Element, language: str) -> Seen:
    """Read the lines after a title, then those before it, for dates and authors."""
    seen = Seen()
    for nodes in (islice(title.following, _AFTER), islice(title.preceding, _BEFORE)):
        lines = list(_lines(nodes))
        if seen.published is None:
            _take_dates(seen, lines, language)
        if not seen.authors:
            _take_authors(seen, lines)
    return seen


def _lines(nodes: Iterator[Node]) -> Iterator[tuple[str, Element]]:
    """Texts with the elements that hold them; elements of which only a mark counts come with an empty text."""
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


def _take_dates(seen: Seen, lines: list[tuple[str, Element]], language: str) -> None:
    before = ""
    tried = 0
    for text, holder in lines:
        if not text:
            if holder.tag != "time" or not (value := holder.attr("datetime")):
                continue
            text, found = holder.text[:100], parse_date(value, language)
        elif len(text) > _AROUND_DATE + 40 or not _YEAR.search(text) or _NOT_ARTICLE.search(text):
            before = text
            continue
        else:
            tried += 1
            if tried > 12:
                return
            found = date_in(text, language)
        if found is None:
            before = text or before
            continue
        said = f"{before[-40:]} {text}"
        if mark := _UPDATED.search(said):
            first = date_in(said[: mark.start()], language) if mark.start() > 8 else None
            if first is None:
                seen.updated = seen.updated or found
                if seen.published_at is None:
                    seen.published_at = holder
                before = ""
                continue
            found = first
        seen.published, seen.published_at = found, holder
        return


def _take_authors(seen: Seen, lines: list[tuple[str, Element]]) -> None:
    by, names = False, []
    tried = 0
    for number, (text, holder) in enumerate(lines):
        if tried > 25:
            return
        if not text:
            if holder.tag == "a":
                if "author" not in (holder.attr("rel") or "") and not _AUTHOR_PAGE.search((holder.attr("href") or "")[:500]):
                    continue
                tried += 1
                if found := _good(holder.text[:LONGEST]):
                    seen.authors, seen.authors_at = _with_following(lines, number, found), holder
                    return
            elif (kind := holder.attr("class") or "") and _BYLINE.search(kind[:200]) and not _NOT_BYLINE.search(kind[:200]):
                tried += 1
                pieces = list(islice(holder.stripped_strings, 8))
                if found := _of_pieces(pieces):
                    seen.authors, seen.authors_at = found, holder
                    return
            continue
        if by:
            by = False
            if names := [name for name in names_in(text) if is_person(name) or is_name(name)] if len(text) <= 80 else []:
                seen.authors, seen.authors_at = tuple(names), holder
                return
        if len(text) <= 120 and (match := _SAYS_BY.match(text)):
            rest = text[match.end() :].strip(" :：/")
            if not rest:
                by = True
            elif names := [name for name in names_in(rest) if is_person(name)]:
                seen.authors, seen.authors_at = tuple(names), holder
                return


def _good(text: str) -> tuple[str, ...]:
    return names_in(text) if len(text.strip()) <= 100 else ()


def _with_following(lines: list[tuple[str, Element]], number: int, found: tuple[str, ...]) -> tuple[str, ...]:
    """The names of links to further authors' pages near the first."""
    for text, holder in lines[number + 1 : number + 12]:
        if not text and holder.tag == "a" and _AUTHOR_PAGE.search((holder.attr("href") or "")[:500]):
            found += tuple(name for name in _good(holder.text[:LONGEST]) if is_person(name))
    return tuple(dict.fromkeys(found))[:8]


def _of_pieces(pieces: list[str]) -> tuple[str, ...]:
    """The names in the pieces of a byline: the first piece that names a person and those joined to it."""
    found: list[str] = []
    joined = False
    for piece in pieces:
        names = [name for name in names_in(piece) if is_person(name)] if len(piece) <= 150 else []
        if names and (not found or joined):
            found += names
            joined = piece.rstrip().endswith((",", " and", "&"))
        elif found:
            joined = piece.strip().lower() in (",", "and", "&", "und", "et", ", and")
            if not joined:
                break
    if not found and pieces:
        words = [piece for piece in pieces[:2] if not _SAYS_BY.fullmatch(piece)]
        found = [name for name in names_in(words[0]) if is_name(name)][:1] if words and len(words[0]) <= 40 else []
    return tuple(dict.fromkeys(found))[:8]


def selector_of(element: Element | None, document: Document) -> str:
    """A CSS selector by tag and stable classes whose first match is the element or a near ancestor of it;
    empty when there is none."""
    for _ in range(3):
        if element is None or element.tag in ("body", "html", "main", "article"):
            return ""
        classes = [name for name in (element.attr("class") or "")[:300].split() if _STABLE.fullmatch(name)][:3]
        if classes or element.tag == "time":
            selector = ".".join([element.tag, *classes])
            first = document.select_one(selector)
            if first is not None and first == element:
                return selector
        parent = element.parent
        element = parent if isinstance(parent, Element) and len(parent.text) <= 300 else None
    return ""
