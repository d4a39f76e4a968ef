"""Title, authors, dates, language of a page: from JSON-LD, Open Graph and other metadata, visible marks, the
address, and last what the entry said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from mirrorpress import links
from mirrorpress.extract.dates import date_in_text, date_in_url, day_in, parse_date
from mirrorpress.extract.draft import Page
from mirrorpress.extract.text import plain, squeeze
from mirrorpress.markup import Document, json_ld, language_of, parse_fragment

_ARTICLE_TYPES = re.compile(r"Article|BlogPosting|Report|LiveBlog")
# Pictures that a site gives every page of its own that has none.
_STAND_IN = re.compile(
    r"logo|default|placeholder|icon|avatar|share|social|fallback|blank|\.svg$", re.IGNORECASE
)
_DATED = ", ".join(f"[class*={word} i]" for word in "date time publish info meta source".split())
_LANGUAGES = {
    "cmn": "zh",
    "pes": "fa",
    "eng": "en",
    "rus": "ru",
    "arb": "ar",
    "jpn": "ja",
    "kor": "ko",
    "tur": "tr",
}
_TITLE_END = re.compile(r"\s*(?:[|｜_»–—]|\s-\s)\s*")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says about its article. Dates are aware UTC datetimes."""

    title: str
    authors: tuple[str, ...]
    published: datetime | None
    updated: datetime | None
    language: str
    canonical: str
    lead: str  # shown when the body holds no picture
    titles: tuple[str, ...] = ()
    body: str = ""
    description: str = ""
    shown: datetime | None = None  # the day that the page shows somewhere, when it says none otherwise


def read_metadata(document: Document, page: Page) -> Metadata:
    """Gather what a page says about its article; call it before the page is pruned."""
    linked = next(
        (item for item in json_ld(document) if _ARTICLE_TYPES.search(str(item.get("@type", "")))), {}
    )
    meta = _metas(document)
    published, updated = _dates(document, page, linked, meta)
    return Metadata(
        title=_title(document, page, linked, meta),
        authors=_authors(document, page, linked, meta),
        published=published,
        updated=updated,
        language=page.language or _declared_language(document),
        canonical=_canonical(document, page),
        lead=_lead(page, linked, meta),
        titles=_titles(document, linked, meta),
        body=str(linked.get("articleBody") or "")[:200_000],
        description=meta.get("description", "") + meta.get("og:description", ""),
        shown=_date_shown(document) if published is None else None,
    )


def completed(metadata: Metadata, page: Page, text: str) -> Metadata:
    """The metadata with what only the article's text tells: its language, the date in its first line."""
    published = metadata.published or date_in_text(text) or metadata.shown
    updated = metadata.updated
    return replace(
        metadata,
        published=published,
        updated=updated if updated and published and updated - published > timedelta(minutes=1) else None,
        language=page.language or _language(metadata.language, text),
    )


def _titles(document: Document, linked: dict[str, Any], meta: dict[str, str]) -> tuple[str, ...]:
    found = [plain(e.text) for e in document.select("title, h1")[:5]]
    found += [
        meta.get("og:title", ""),
        meta.get("twitter:title", ""),
        plain(str(linked.get("headline") or "")),
    ]
    for title in list(found):
        for sep in (" | ", " - ", " – ", " — ", "_", "|"):
            if sep in title:
                found.append(title.split(sep)[0].strip())
    return tuple(dict.fromkeys(filter(None, found)))


def _metas(document: Document) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in document.select("meta[content]"):
        name = (element.attr("property") or element.attr("name") or element.attr("itemprop") or "").lower()
        if name and name not in found:
            found[name] = plain(element.attr("content") or "")
    return found


def _as_text(html: str) -> str:
    return plain(parse_fragment(html[:2000]).text) if "<" in html or "&" in html else plain(html[:2000])


def _title(document: Document, page: Page, linked: dict[str, Any], meta: dict[str, str]) -> str:
    if page.rules.title and (element := document.select_one(page.rules.title)):
        return plain(element.text)
    headline = _as_text(str(linked.get("headline") or ""))
    given = [
        meta.get("og:title", ""),
        page.title,
        headline,
        *(plain(e.text) for e in document.select("head title")[:1]),
    ]
    headings = [plain(element.text) for element in document.select("h1")[:4]]
    for heading in headings:
        # A heading that the page's metadata agrees with is the title in full.
        if len(heading) > 3 and any(squeeze(heading) in squeeze(words) for words in given if words):
            return heading
    for candidate in (page.title, headline, meta.get("og:title", ""), *headings[:1], given[-1]):
        if candidate:
            return _without_site(candidate, page.site_names)
    return ""


def _without_site(title: str, names: Iterable[str]) -> str:
    for name in names:
        stem = title.removesuffix(name)
        if name and stem != title and _TITLE_END.search(stem[-4:]):
            return _TITLE_END.sub("", stem[-4:]).join((stem[:-4], "")) or title
    return title


def _authors(document: Document, page: Page, linked: dict[str, Any], meta: dict[str, str]) -> tuple[str, ...]:
    if page.rules.authors:
        return _distinct(element.text for element in document.select(page.rules.authors))
    names = list(_names(linked.get("author")))
    if not names:
        names = [
            value for key in ("author", "article:author", "byl", "dc.creator") if (value := meta.get(key))
        ]
    if not names:
        names = [
            element.text
            for element in document.select("[rel=author], [itemprop=author], .byline .author")[:5]
        ]
    return _distinct(names) or page.authors


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _names(value.get("name"))
    elif isinstance(value, list):
        for item in value[:20]:
            yield from _names(item)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    cleaned = [
        re.sub(r"^(by|author|作者|文|记者|نویسنده)\s*[:：]?\s+", "", plain(name), flags=re.IGNORECASE)
        for name in names
    ]
    good = [name for name in cleaned if 0 < len(name) <= 80 and not name.startswith(("http:", "https:"))]
    return tuple(dict.fromkeys(good))[:8]


def _dates(
    document: Document, page: Page, linked: dict[str, Any], meta: dict[str, str]
) -> tuple[datetime | None, datetime | None]:
    if page.rules.published and (element := document.select_one(page.rules.published)):
        chosen = parse_date(element.attr("datetime") or element.attr("content") or element.text)
        if chosen:
            return chosen, page.updated
    published = _first_date(
        linked.get("datePublished"),
        linked.get("dateCreated"),
        *(
            meta.get(key)
            for key in ("article:published_time", "datepublished", "pubdate", "publishdate", "dc.date")
        ),
        *(element.attr("datetime") for element in document.select("time[datetime]")[:1]),
    )
    updated = _first_date(
        linked.get("dateModified"),
        *(meta.get(key) for key in ("article:modified_time", "datemodified", "og:updated_time")),
    )
    # An entry's date has a zone; a page's often has none, or only a day.
    if page.published and (published is None or abs(published - page.published) < timedelta(days=1)):
        published = page.published
    return published or date_in_url(page.url), page.updated or updated


def _first_date(*values: Any) -> datetime | None:
    return next((found for value in values if value and (found := parse_date(str(value)))), None)


def _date_shown(document: Document) -> datetime | None:
    """The date in the first short line that a class calls a date, a source or information."""
    for element in document.select(_DATED)[:20]:
        text = element.text
        if len(text) <= 200 and (found := day_in(text)):
            return found
    return None


def _declared_language(document: Document) -> str:
    declared = (document.root.attr("lang") if document.root else None) or ""
    return declared if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", declared) else ""


def _language(declared: str, text: str) -> str:
    """Templates keep ``lang="en"`` on pages in every language: the text decides between languages."""
    seen = _LANGUAGES.get(language_of(text), "") if len(text) > 40 else ""
    return seen if seen and not declared.lower().startswith(seen) else declared


def _canonical(document: Document, page: Page) -> str:
    element = document.select_one("link[rel~=canonical i][href]")
    url = links.resolve(element.attr("href") or "", page.url) if element else ""
    return url if url.startswith(("http://", "https://")) and len(url) < 2000 else ""


def _lead(page: Page, linked: dict[str, Any], meta: dict[str, str]) -> str:
    """The address of the picture that stands for the article where it is shared."""
    image = linked.get("image")
    while isinstance(image, list) and image:
        image = image[0]
    if isinstance(image, dict):
        image = image.get("url")
    for candidate in (meta.get("og:image"), image, meta.get("twitter:image")):
        url = links.resolve(candidate, page.url) if isinstance(candidate, str) else ""
        if url.startswith(("http://", "https://")) and not _STAND_IN.search(urlsplit(url).path):
            return url
    return ""
