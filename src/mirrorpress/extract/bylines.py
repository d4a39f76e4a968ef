"""Authors in the lines round a title: links to their pages, bylines, and names behind "by" or 作者."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from mirrorpress.extract.names import LONGEST, is_name, is_person, names_in
from mirrorpress.extract.visible import Around, Line
from mirrorpress.extract.vocabulary import BELOW_NAME, LABELLED, NO_NAME, SAYS_BY
from mirrorpress.markup import Element, beginning

_BYLINE = re.compile(r"(?:^|[\s_-])(?:author|byline|writer|contributor)", re.IGNORECASE)
_NOT_BYLINE = re.compile(r"bio|avatar|image|photo|comment|related|social|title|role|job|date", re.IGNORECASE)
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autore?n?|auteurs?|staff|contributors?|writers?|people|person|profiles?|columnists?|reporters?"
    r"|journalists?|redaktion)/[^/?#]",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"bsky\.|twitter\.|facebook\.|linkedin\.|instagram\.|//x\.com|youtube\.|mastodon|mailto:", re.IGNORECASE
)
_MOST = 8  # names
_TRIED = 25  # elements that may be bylines

Found = tuple[tuple[str, ...], Element | None]
"""Names and the element that showed them."""
_NOTHING: Found = ((), None)


def authors_around(around: Around) -> Found:
    """The authors that the lines after a title name, else those before it."""
    for find, lines in ((_named, around.after), (_bare, around.after), (_named, around.before)):
        if (found := find(lines))[0]:
            return found
    return _NOTHING


def _named(lines: Sequence[Line]) -> Found:
    """Names in links to authors' pages, in elements that a class calls a byline, behind words that say so."""
    announced = False
    tried = 0
    for number, (text, holder) in enumerate(lines):
        found: tuple[str, ...] = ()
        if text:
            found, announced = _in_line(text, announced=announced)
        elif tried < _TRIED and holder.tag == "a" and _leads_to_author(holder):
            tried += 1
            if found := _of_link(holder):
                further = (link for text, link in lines[number + 1 : number + 12] if not text)
                found = _distinct((*found, *_of_links(further)))
        elif tried < _TRIED and _is_byline(holder):
            tried += 1
            found = _of_pieces(list(islice(holder.stripped_strings, 8)))
        if found:
            return found, holder
    return _NOTHING


def _in_line(text: str, *, announced: bool) -> tuple[tuple[str, ...], bool]:
    """The names in a line, and whether it announces a name in the next one."""
    if announced and len(text) <= 80 and (found := tuple(filter(is_name, names_in(text)))):
        return found, False
    if len(text) <= 160 and (match := LABELLED.search(text)):
        return tuple(filter(is_name, names_in(match[1] or match[2]))), False
    if len(text) <= 120 and (match := SAYS_BY.match(text)):
        rest = text[match.end() :].strip(" :：/")
        return tuple(filter(is_person, names_in(rest))), not rest
    return (), False


def _bare(lines: Sequence[Line]) -> Found:
    """A bare name among the first lines, with a date, a reading time or a role close below it."""
    shown = [line for line in lines if len(line[0]) > 2][:7]
    for number, (text, holder) in enumerate(shown[:5]):
        if not 5 <= len(text) <= 40 or ":" in text or holder.tag in ("a", "h2", "h3", "button", "figcaption"):
            continue
        if is_person(text) and not NO_NAME.search(text):
            below = (line for line, _ in shown[number + 1 : number + 3])
            if any(BELOW_NAME.search(line[:60]) for line in below):
                return tuple(filter(is_person, names_in(text))), holder
    return _NOTHING


def _is_byline(element: Element) -> bool:
    kind = (element.attr("class") or "")[:200]
    return bool(kind and _BYLINE.search(kind) and not _NOT_BYLINE.search(kind))


def _leads_to_author(link: Element) -> bool:
    href = (link.attr("href") or "")[:500]
    if _ELSEWHERE.search(href):
        return False
    return "author" in (link.attr("rel") or "") or bool(_AUTHOR_PAGE.search(href))


def _of_link(link: Element) -> tuple[str, ...]:
    text = beginning(link, LONGEST)
    return names_in(text) if len(text.strip()) <= 100 else ()


def _of_links(elements: Iterable[Element]) -> Iterable[str]:
    for element in elements:
        if element.tag == "a" and _leads_to_author(element):
            yield from filter(is_person, _of_link(element))


def _of_pieces(pieces: Sequence[str]) -> tuple[str, ...]:
    """The names in the pieces of a byline: the first piece that names a person and those joined to it; a
    piece that is all there is may name a desk."""
    found: list[str] = []
    joined = True
    for piece in pieces:
        names = list(filter(is_person, names_in(piece))) if joined and len(piece) <= 150 else []
        if names:
            found += names
            joined = piece.rstrip().endswith((",", " and", "&"))
        elif found:
            joined = piece.strip().lower() in (",", "and", "&", "und", "et", ", and")
            if not joined:
                break
    words = [piece for piece in pieces if not SAYS_BY.fullmatch(piece)]
    if not found and len(words) == 1 and len(words[0]) <= 40:
        found = list(filter(is_name, names_in(words[0])))[:1]
    return _distinct(found)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))[:_MOST]
