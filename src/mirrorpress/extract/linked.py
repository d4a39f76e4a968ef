"""What a page says about its article in JSON-LD (schema.org), and in microdata where that is silent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any

from mirrorpress.extract.dates import parse_date
from mirrorpress.extract.text import clean, plain
from mirrorpress.markup import Document, Element, json_ld, parse_fragment

_ARTICLE = re.compile(r"Article|BlogPosting|Report|LiveBlog|NewsItem")
_PAGE = re.compile(
    r"Page$|Posting|Review|Recipe|HowTo|CreativeWork|Episode|Article|BlogPosting|Report|LiveBlog"
)
_MARKUP = re.compile(r"</?[a-zA-Z]|&#?\w{2,8};")
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/h[1-6])\b[^<>]{0,100}>", re.IGNORECASE)
MAX_BODY = 200_000
"""Characters of an article's body that are kept."""
_DEEPEST = 4  # levels of lists and objects round a name


@dataclass(frozen=True, slots=True)
class Linked:
    """``authors`` are names with whether an organisation bears it; ``names`` are those of the publisher."""

    title: str = ""
    authors: tuple[tuple[str, bool], ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    section: str = ""
    licence: str = ""
    accessible: bool | None = None
    body: str = ""
    description: str = ""
    language: str = ""
    image: Any = None
    names: tuple[str, ...] = ()


def read_linked(document: Document, url: str, language: str = "") -> Linked:
    """Gather what JSON-LD says of the page's article, or failing one of the page."""
    items = json_ld(document)
    if not items:
        return Linked()
    known = {str(item["@id"]): item for item in items if "@id" in item and "name" in item}
    article = _article(items, url)
    pages = [article, *(item for item in items if item is not article and _PAGE.search(_type(item)))]
    return Linked(
        title=as_line(article.get("headline") or (article.get("name") if article else "")),
        authors=tuple(_authors(article.get("author") or article.get("creator"), known))[:12],
        published=_first_date(pages, language, "datePublished")
        or _first_date(pages[:1], language, "dateCreated", "uploadDate"),
        updated=_first_date(pages, language, "dateModified"),
        section=next(iter(_strings(article.get("articleSection"))), "")[:100],
        licence=next(iter(_strings(article.get("license"))), "")[:500],
        accessible=_truth(article.get("isAccessibleForFree")),
        body=as_text(article.get("articleBody")),
        description=as_line(article.get("description")),
        language=next(iter(_strings(article.get("inLanguage"))), "")[:35],
        image=article.get("image"),
        names=tuple(_site_names(items, article, known))[:6],
    )


def _type(item: dict[str, Any]) -> str:
    kind = item.get("@type")
    return (
        " ".join(one for one in kind[:5] if isinstance(one, str))
        if isinstance(kind, list)
        else str(kind or "")
    )


def _article(items: list[dict[str, Any]], url: str) -> dict[str, Any]:
    """The page's own article: the one that names the page's address, else the first that has a date."""
    found = [item for item in items if _ARTICLE.search(_type(item))]
    for item in items:
        inner = item.get("mainEntity")
        if isinstance(inner, dict) and _ARTICLE.search(_type(inner)):
            found.append(inner)
    if len(found) > 1:
        path = url.partition("://")[2].partition("?")[0].rstrip("/")
        for item in found:
            for key in ("url", "mainEntityOfPage", "@id"):
                named = item.get(key)
                named = named.get("@id") if isinstance(named, dict) else named
                if isinstance(named, str) and path and path in named[:2000]:
                    return item
    return next((item for item in found if item.get("datePublished")), found[0] if found else {})


def _first_date(items: Iterable[dict[str, Any]], language: str, *keys: str) -> datetime | None:
    for item in items:
        for key in keys:
            value = item.get(key)
            if isinstance(value, (str, int)) and (found := parse_date(str(value)[:100], language)):
                return found
    return None


def _authors(value: Any, known: dict[str, dict[str, Any]], depth: int = 0) -> Iterator[tuple[str, bool]]:
    if isinstance(value, str):
        yield as_line(value), False
    elif isinstance(value, list) and depth < _DEEPEST:
        for item in value[:12]:
            yield from _authors(item, known, depth + 1)
    elif isinstance(value, dict) and depth < _DEEPEST:
        if "name" not in value:
            value = known.get(str(value.get("@id")), value)
        name = value.get("name") or f"{value.get('givenName') or ''} {value.get('familyName') or ''}".strip()
        for one in _strings(name):
            yield as_line(one), "Organization" in _type(value)


def _site_names(
    items: list[dict[str, Any]], article: dict[str, Any], known: dict[str, dict[str, Any]]
) -> Iterator[str]:
    publisher = article.get("publisher")
    if isinstance(publisher, dict):
        yield from _strings(publisher.get("name") or known.get(str(publisher.get("@id")), {}).get("name"))
    for item in items:
        if re.search(r"WebSite|Organization", _type(item)):
            yield from _strings(item.get("name"))


def _strings(value: Any, depth: int = 0) -> Iterator[str]:
    """The strings in a value: one, several, or those that objects give as name, ``@value`` or address."""
    if isinstance(value, str):
        if value := plain(unescape(value[:1000]) if "&" in value[:1000] else value[:1000]):
            yield value
    elif isinstance(value, list) and depth < _DEEPEST:
        for item in value[:20]:
            yield from _strings(item, depth + 1)
    elif isinstance(value, dict) and depth < _DEEPEST:
        for key in ("@value", "name", "alternateName", "url", "@id"):
            if isinstance(value.get(key), (str, list)):
                yield from _strings(value[key], depth + 1)
                return


def _truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    word = str(value).rpartition("/")[2].lower()  # "http://schema.org/False"
    return {"true": True, "false": False, "1": True, "0": False}.get(word)


def as_line(value: Any) -> str:
    """One plain line of a value that may hold markup."""
    text = value[:2000] if isinstance(value, str) else ""
    return plain(parse_fragment(text).text if _MARKUP.search(text) else text)


def as_text(value: Any) -> str:
    """Plain text of a body that may hold markup, with its lines."""
    text = value[:MAX_BODY] if isinstance(value, str) else ""
    if _MARKUP.search(text):
        text = parse_fragment(_BREAK.sub("\n", text)).text
    return clean(text).strip()


@dataclass(frozen=True, slots=True)
class Marked:
    """Elements with microdata of the article."""

    published: Element | None = None
    updated: Element | None = None
    authors: tuple[Element, ...] = ()


def read_marked(document: Document) -> Marked:
    """The first elements that carry microdata's dates and authors outside comments and cards of others."""
    found: dict[str, list[Element]] = {"datepublished": [], "datemodified": [], "author": []}
    for element in document.select(
        "[itemprop~=datePublished i], [itemprop~=dateModified i], [itemprop~=author i], "
        "[itemprop~=dateCreated i]"
    )[:20]:
        if element.closest("[itemtype*=Comment i], [itemtype*=Answer i], [class*=comment i]"):
            continue
        marks = (element.attr("itemprop") or "").lower().split()
        for mark in marks:
            found.setdefault(mark, []).append(element)
    dates = found["datepublished"] or found.get("datecreated", [])
    return Marked(
        dates[0] if dates else None,
        found["datemodified"][0] if found["datemodified"] else None,
        tuple(found["author"][:5]),
    )
