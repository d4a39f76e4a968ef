"""RSS 0.9x, 1.0 and 2.0, Atom and JSON Feed, read into one shape.

What comes is hostile until proven otherwise: ``parse_feed`` is meant to run isolated.
"""

from __future__ import annotations

import io
import json
import re
import xml.sax
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import struct_time
from typing import Any

from mirrorpress import markup
from mirrorpress.errors import SourceError
from mirrorpress.model import OFFSETS

_BEFORE_ROOT = r"\A(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->)|<!DOCTYPE\s[^<>\[]*>)*+"
_ROOT = re.compile(_BEFORE_ROOT + r"<(?:\w+:)?(rss|feed|rdf)\b", re.DOTALL | re.IGNORECASE)
_HTML_ROOT = re.compile(_BEFORE_ROOT + r"<(?:html|head|body)\b", re.DOTALL | re.IGNORECASE)
_INTERNAL_SUBSET = re.compile(_BEFORE_ROOT + r"<!DOCTYPE[^<>\[]*\[", re.DOTALL | re.IGNORECASE)
_DECLARATION = re.compile(r"\A<\?xml[^>]*\?>", re.IGNORECASE)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, production 2
_HUGE_REFERENCE = re.compile(r"&#(?:\d{8,}|x[0-9a-f]{7,});?", re.IGNORECASE)
_LONG_TAG = re.compile(r"<[^<>]{4096,}")
_CLOSED = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_ITEM_END = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
# feedparser takes a top-level domain to have four letters and leaves the rest of .example as a name.
_AUTHORS_EMAIL = re.compile(
    r"(<(?:author|dc:creator)>\s*(?:<!\[CDATA\[)?\s*)[^\s<>()@]+@[^\s<>()\]]+", re.IGNORECASE
)
_ZONE = re.compile(r":\d\d(?:\.\d+)?\s?(?a:([+-])(\d\d):?([0-5]\d))\s*$")
_EMAIL = re.compile(r"[^\s<>()]+@[^\s<>()]+")

_MAX_ATTRIBUTES = 500  # of one tag; feedparser takes 16 seconds over 30,000
# feedparser lets these through for input that it did not foresee: &#99999999999; is an OverflowError.
_LEAKS = (ValueError, OverflowError, TypeError, KeyError, IndexError, AttributeError, AssertionError)


@dataclass(frozen=True, slots=True)
class FeedItem:
    """An entry as the feed gives it: ``links`` best first, ``title`` perhaps with HTML in it."""

    links: tuple[str, ...]
    title: str
    published: datetime | None
    updated: datetime | None
    offset: int | None  # minutes that its dates' zone is ahead of UTC
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed of any format. ``language`` is as declared, empty if it is not."""

    title: str
    language: str
    items: tuple[FeedItem, ...]


def looks_like_feed(body: bytes, content_type: str = "") -> bool:
    """Whether a body is a feed by its beginning; servers call feeds text/html and pages text/xml."""
    text = _trimmed(markup.decode(body[:8192], content_type))
    if text.startswith("{"):
        return "jsonfeed.org/version" in text
    return bool(_ROOT.match(text))


def parse_feed(body: bytes, content_type: str, url: str) -> ParsedFeed:
    """Read a feed fetched from ``url``. Raises ``SourceError``."""
    if not body.strip():
        raise SourceError("the feed is empty", where=url, hint="open the address in a browser")
    text = _trimmed(markup.decode(body, content_type))
    return _parse_json(text, url) if text.startswith("{") else _parse_xml(text, url)


def _trimmed(text: str) -> str:
    return text.lstrip("\ufeff\0 \t\r\n")


# --- XML ---------------------------------------------------------------------------------------


def _parse_xml(text: str, url: str) -> ParsedFeed:
    import feedparser  # noqa: PLC0415 - 60 ms, needed in the isolated process only

    _refuse_hostile(text, url)
    if _ROOT.match(text) and not _CLOSED.search(text) and not _ITEM_END.search(text):
        raise SourceError(
            "the feed was cut off before the end of its first entry",
            where=url,
            hint="the next run asks again",
        )
    headers = {"content-location": url, "content-type": "application/xml; charset=utf-8"}
    try:
        # From a stream it reads nothing else; markup is neither sanitised nor resolved, as none is kept.
        found = feedparser.parse(
            io.BytesIO(_prepared(text)),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (*_LEAKS, RecursionError, xml.sax.SAXException) as error:
        raise SourceError(
            f"the feed is broken beyond reading ({error})", where=url, hint="tell the site's webmaster"
        ) from error
    if not found.entries and not _ROOT.match(text):
        raise _not_a_feed(text, url)
    return ParsedFeed(
        title=found.feed.get("title", ""),
        language=found.feed.get("language") or "",
        # As plain dictionaries: feedparser's own answers with "published" when asked for "updated".
        items=tuple(_item(dict(entry.items()), found.version) for entry in found.entries),
    )


def _refuse_hostile(text: str, url: str) -> None:
    if _INTERNAL_SUBSET.match(text) and "<!ENTITY" in text.upper():
        raise SourceError(
            "the feed declares entities of its own, which is how a small file becomes a huge one",
            where=url,
            hint="no ordinary feed does; ask the site",
        )
    if any(tag[0].count("=") > _MAX_ATTRIBUTES for tag in _LONG_TAG.finditer(text)):
        raise SourceError(
            f"one tag of the feed has more than {_MAX_ATTRIBUTES} attributes", where=url, hint="ask the site"
        )


def _prepared(text: str) -> bytes:
    """UTF-8 that says so itself, without what no XML parser takes, cut after its last whole entry."""
    text = _DECLARATION.sub("", text, count=1)
    text = _HUGE_REFERENCE.sub("\ufffd", _NOT_XML.sub("", text))
    text = _AUTHORS_EMAIL.sub(r"\1", text)
    if not _CLOSED.search(text):
        ends = [match.end() for match in _ITEM_END.finditer(text)]
        text = text[: ends[-1]] if ends else text
    return b'<?xml version="1.0" encoding="utf-8"?>' + text.encode("utf-8", "replace")


def _not_a_feed(text: str, url: str) -> SourceError:
    if _HTML_ROOT.match(text) or "<html" in text[:2000].lower():
        return SourceError(
            "this is a web page, not a feed",
            where=url,
            hint='use a source of type "listpage", or look for the feed\'s address in the page',
        )
    return SourceError("this is not a feed", where=url, hint="open the address in a browser")


def _item(entry: Mapping[str, Any], version: str) -> FeedItem:
    alternates = [link for link in entry.get("links", ()) if link.get("rel") == "alternate"]
    pages = [link.get("href") for link in alternates if "html" in link.get("type", "")]
    candidates = [
        entry.get("feedburner_origlink"),  # the article's own address instead of a tracker's
        *pages,
        entry.get("link"),
        *(link.get("href") for link in alternates),
    ]
    published = _from_struct(entry.get("published_parsed"))
    updated = _from_struct(entry.get("updated_parsed"))
    if not published and not version.startswith("atom"):  # the dc:date of RSS 1.0 is its only date
        published, updated = updated, None
    names = [author.get("name") for author in entry.get("authors", ())]
    return FeedItem(
        links=tuple(link for link in candidates if isinstance(link, str) and link),
        title=entry.get("title") or "",
        published=published,
        updated=updated,
        offset=_offset(entry.get("published") or entry.get("updated")),
        authors=_names(names),
    )


def _from_struct(parsed: struct_time | None) -> datetime | None:
    if not parsed:
        return None
    try:
        return datetime(*parsed[:5], min(parsed[5], 59), tzinfo=UTC)  # a leap second is 60
    except (ValueError, OverflowError):
        return None


def _offset(date: object) -> int | None:
    """The zone that a date ends with, as feeds write it (RFC 822, RFC 3339): ``+0800`` or ``+08:00``."""
    match = _ZONE.search(date[:100]) if isinstance(date, str) else None
    if match is None:
        return None
    minutes = (int(match[2]) * 60 + int(match[3])) * (-1 if match[1] == "-" else 1)
    return minutes if minutes in OFFSETS else None


def _names(found: Iterable[object]) -> tuple[str, ...]:
    """Names without the mail addresses that RSS puts beside them."""
    names = (_EMAIL.sub("", name[:500]).strip(" ()<>,") for name in found if isinstance(name, str))
    return tuple(dict.fromkeys(name for name in names if name))


# --- JSON Feed 1 and 1.1 (jsonfeed.org) ----------------------------------------------------------


def _parse_json(text: str, url: str) -> ParsedFeed:
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceError(
            f"the feed is broken JSON ({error})", where=url, hint="the next run asks again"
        ) from error
    if "jsonfeed.org/version" not in _text(feed.get("version")) or not isinstance(feed.get("items"), list):
        raise SourceError(
            "this is JSON, but not a JSON Feed", where=url, hint="open the address in a browser"
        )
    items = tuple(_json_item(item) for item in feed["items"] if isinstance(item, dict))
    return ParsedFeed(_text(feed.get("title")), _text(feed.get("language")), items)


def _json_item(item: Mapping[str, object]) -> FeedItem:
    identity = _text(item.get("id"))
    links = [_text(item.get("url")), _text(item.get("external_url"))]
    links.append(identity if identity.startswith(("http://", "https://")) else "")
    many, one = item.get("authors"), item.get("author")  # 1.1, 1
    authors = many if isinstance(many, list) else [one]
    return FeedItem(
        links=tuple(link for link in links if link),
        title=_text(item.get("title")),
        published=_from_rfc3339(_text(item.get("date_published"))),
        updated=_from_rfc3339(_text(item.get("date_modified"))),
        offset=_offset(item.get("date_published") or item.get("date_modified")),
        authors=_names(author.get("name") for author in authors if isinstance(author, dict)),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _from_rfc3339(text: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(text.strip())
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
