"""What a page says about its article: from JSON-LD, Open Graph and other metadata, microdata, visible marks,
the address, and last what the entry said."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from mirrorpress import links
from mirrorpress.extract.authorship import find_authors
from mirrorpress.extract.dates import date_in_text, in_utc, offset_of
from mirrorpress.extract.dating import find_dates
from mirrorpress.extract.draft import Page
from mirrorpress.extract.junk import words_of
from mirrorpress.extract.linked import Linked, as_line, read_linked
from mirrorpress.extract.sources import Sources
from mirrorpress.extract.text import plain
from mirrorpress.extract.titles import choose, parts_of, text_of
from mirrorpress.extract.visible import selector_of
from mirrorpress.markup import Document, language_of

# Pictures that a site gives every page of its own that has none.
_STAND_IN = re.compile(
    r"logo|default|placeholder|icon|avatar|share|social|fallback|blank|\.svg$", re.IGNORECASE
)
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
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,4}")
_LICENCES = (
    "dcterms.license dcterms.licence dc.license dc.rights.license dcterms.rights dc.rights rights license"
).split()


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says about its article. Dates are aware UTC datetimes.

    ``accessible`` is whether the article is free to read; ``body`` its plain text as JSON-LD gives it, up to
    200,000 characters; ``titles`` every title that the page gives. The selectors are of the visible elements
    that gave date and authors, empty where structured data did.
    """

    title: str
    authors: tuple[str, ...]
    published: datetime | None
    updated: datetime | None
    language: str
    canonical: str
    lead: str  # shown when the body holds no picture
    shown: datetime | None = None  # the day that the page shows somewhere, when it says none otherwise
    licence: str = ""
    publisher_section: str = ""
    accessible: bool | None = None
    body: str = ""
    description: str = ""
    titles: tuple[str, ...] = ()
    offset: int | None = None
    published_selector: str = ""
    authors_selector: str = ""


def read_metadata(document: Document, page: Page) -> Metadata:
    """Gather what a page says about its article; call it before the page is pruned."""
    meta = _metas(document)
    declared = page.language or _declared_language(document, meta)
    linked = read_linked(document, page.url, _hint(declared, page.url))
    language = declared or (linked.language if _TAG.fullmatch(linked.language) else "")
    sites = _site_names(page, linked, meta)
    tops = [one for one in document.select("h1")[:5] if "logo" not in words_of(one)][:4]
    headings = [(text, element) for element in tops if (text := text_of(element))]
    whole = next((plain(element.text[:1000]) for element in document.select("title")[:1]), "")
    social = [as_line(meta.get(key, "")) for key in ("og:title", "twitter:title")]
    title, anchor = choose(
        document, headings, [linked.title, social[0], page.title, social[1]], whole, sites=sites, url=page.url
    )
    if page.rules.title and (element := document.select_one(page.rules.title)):
        title, anchor = plain(element.text), element
    sources = Sources(document, page, meta, linked, sites, _hint(language, page.url), anchor)
    dates = find_dates(sources)
    authors, authors_at = find_authors(sources)
    return Metadata(
        title=title,
        authors=authors,
        published=dates.published,
        updated=dates.updated,
        language=language,
        canonical=_canonical(document, page),
        lead=_lead(page, linked.image, meta),
        shown=dates.shown,
        offset=dates.offset,
        licence=linked.licence or _licence(document, page, meta),
        publisher_section=plain(meta.get("article:section", "")[:100]) or linked.section,
        accessible=linked.accessible,
        body=linked.body,
        description=_description(linked, meta),
        titles=_distinct(*(text for text, _ in headings), *social, linked.title, whole, *_ends(whole)),
        published_selector=selector_of(dates.at, document),
        authors_selector=selector_of(authors_at, document),
    )


def completed(metadata: Metadata, page: Page, text: str) -> Metadata:
    """The metadata with what only the article's text tells: its language, the date in its first line."""
    published = metadata.published or date_in_text(text) or metadata.shown
    updated = metadata.updated
    return replace(
        metadata,
        published=in_utc(published),
        updated=in_utc(updated)
        if updated and published and updated - published > timedelta(minutes=1)
        else None,
        offset=metadata.offset if metadata.published else offset_of(published),
        language=page.language or _language(metadata.language, text),
    )


def _metas(document: Document) -> dict[str, str]:
    """The contents of ``<meta>`` elements by their names in lower case; several authors are joined."""
    found: dict[str, str] = {}
    for element in document.select("meta[content]")[:400]:
        name = (element.attr("property") or element.attr("name") or element.attr("itemprop") or "")[
            :100
        ].lower()
        if not name:
            continue
        value = (element.attr("content") or "")[:5000].strip()
        if value and name not in found:
            found[name] = value
        elif (
            value
            and name in ("citation_author", "article:author", "author", "dc.creator")
            and value not in found[name]
        ):
            found[name] = f"{found[name][:500]}; {value[:200]}"
    return found


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _site_names(page: Page, linked: Linked, meta: dict[str, str]) -> list[str]:
    named = (
        meta.get(key, "")
        for key in ("og:site_name", "application-name", "apple-mobile-web-app-title", "publisher")
    )
    return [plain(name[:200]) for name in (*page.site_names, *named, *linked.names) if name]


def _hint(language: str, url: str) -> str:
    """The language with a country, when the address names one: 3/4 is 3 April in a .uk."""
    country = _host(url).rpartition(".")[2]
    return f"en-{country}" if language.lower() == "en" and len(country) == 2 and country != "us" else language


def _distinct(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text[:500] for text in texts if text))


def _ends(title: str) -> list[str]:
    """The parts of a document's title, and what is left without the last or without the first."""
    parts = parts_of(title[:500])
    if len(parts) < 2:
        return []
    before = title[: title.rfind(parts[-1])].rstrip(" |｜»«│-–—•·:~/_")
    after = title[title.find(parts[0]) + len(parts[0]) :].lstrip(" |｜»«│-–—•·:~/_")
    return [before, after, *parts[:6]]


def _description(linked: Linked, meta: dict[str, str]) -> str:
    given = (
        meta.get(key, "")
        for key in ("og:description", "description", "twitter:description", "dc.description")
    )
    return next((line for text in (linked.description, *given) if (line := as_line(text))), "")


def _licence(document: Document, page: Page, meta: dict[str, str]) -> str:
    """The address or name of the licence that a page is under."""
    for element in (
        *document.select("link[rel~=license i][href]"),
        *document.select("a[rel~=license i][href]"),
    ):
        url = links.resolve((element.attr("href") or "")[:2000], page.url)
        if url.startswith(("http://", "https://")):
            return url
    return next((plain(meta[key][:500]) for key in _LICENCES if key in meta), "")


def _declared_language(document: Document, meta: dict[str, str]) -> str:
    root = (document.root.attr("lang") if document.root else None) or ""
    for declared in (root.strip(), meta.get("og:locale", "")):
        if _TAG.fullmatch(declared[:40]):
            return declared.replace("_", "-")
    return ""


def _language(declared: str, text: str) -> str:
    """Templates keep ``lang="en"`` on pages in every language: the text decides between languages."""
    seen = _LANGUAGES.get(language_of(text), "") if len(text) > 40 else ""
    return seen if seen and not declared.lower().startswith(seen) else declared


def _canonical(document: Document, page: Page) -> str:
    element = document.select_one("link[rel~=canonical i][href]")
    url = links.resolve((element.attr("href") or "")[:3000], page.url) if element else ""
    return url if url.startswith(("http://", "https://")) and len(url) < 2000 else ""


def _lead(page: Page, image: Any, meta: dict[str, str]) -> str:
    """The address of the picture that stands for the article where it is shared."""
    for _ in range(4):
        if isinstance(image, list) and image:
            image = image[0]
    if isinstance(image, dict):
        image = image.get("url") or image.get("contentUrl")
    for candidate in (meta.get("og:image"), image, meta.get("twitter:image")):
        url = links.resolve(candidate[:3000], page.url) if isinstance(candidate, str) else ""
        if url.startswith(("http://", "https://")) and not _STAND_IN.search(urlsplit(url).path):
            return url
    return ""
