"""Feeds in the three forms that feed readers take: Atom (RFC 4287), JSON Feed 1.1, and OPML 2.0 for a list.

What goes in is decided by ``syndication``; here is only how it is written. Nothing depends on the clock: a
feed's date is that of its newest change.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from mirrorpress.editions.plain import one_line

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")  # XML 1.0, 2.2
_NAMESPACE = uuid.UUID("5b0c1f5e-6f3b-4c37-9d0e-6a4f0f3a7f21")  # of feeds without an address; drawn once


@dataclass(frozen=True, slots=True)
class Item:
    """An article in a feed. ``id`` is or stands for its original address, the same in every mirror, so that a
    reader who changes to another one meets nothing twice; ``page`` and ``original`` are addresses that a
    reader may follow, or empty; ``html`` is its safe text with absolute addresses, or empty for a summary
    only."""

    id: str
    title: str
    section: str
    section_title: str
    page: str
    original: str
    published: datetime
    updated: datetime
    authors: tuple[str, ...]
    summary: str
    rights: str
    language: str = ""
    html: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed in any form. ``path`` is that of the file without its suffix; ``files`` the address of the
    mirror's files, ``home`` that of the page that lists the same; both are empty when the mirror has no
    address that a reader may follow."""

    title: str
    mirror: str
    language: str
    path: str
    files: str
    home: str
    items: tuple[Item, ...]  # newest first

    @property
    def updated(self) -> datetime:
        return max((item.updated for item in self.items), default=_EPOCH)


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed in a list of feeds."""

    title: str
    language: str
    address: str
    home: str


def atom(feed: Feed) -> bytes:
    """RFC 4287. An entry without any address to follow has its summary as content (section 4.1.2)."""
    own = feed.files and f"{feed.files}{quote(feed.path)}.xml"
    name = own or uuid.uuid5(_NAMESPACE, f"{feed.mirror}\n{feed.path}").urn
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={_attribute(feed.language)}>',
        f"<title>{_text(feed.title)}</title>",
        f"<id>{_text(name)}</id>",
        f"<updated>{_stamp(feed.updated)}</updated>",
        f"<author><name>{_text(feed.mirror)}</name></author>",
    ]
    if own:
        lines += [
            f'<link rel="self" type="application/atom+xml" href={_attribute(own)}/>',
            f'<link rel="alternate" href={_attribute(feed.home)}/>',
        ]
    for item in feed.items:
        lines += _entry(item)
    return "\n".join([*lines, "</feed>", ""]).encode()


def _entry(item: Item) -> Iterator[str]:
    language = f" xml:lang={_attribute(item.language)}" if item.language else ""
    yield f"<entry{language}>"
    yield f"<title>{_text(item.title)}</title>"
    yield f"<id>{_text(item.id)}</id>"
    if address := item.page or item.original:
        yield f'<link rel="alternate" href={_attribute(address)}/>'
    if item.page and item.original:
        yield f'<link rel="via" href={_attribute(item.original)}/>'
    yield f"<published>{_stamp(item.published)}</published>"
    yield f"<updated>{_stamp(item.updated)}</updated>"
    for name in item.authors:
        yield f"<author><name>{_text(name)}</name></author>"
    yield f"<category term={_attribute(item.section)} label={_attribute(item.section_title)}/>"
    yield f"<rights>{_text(item.rights)}</rights>"
    if address:
        yield f"<summary>{_text(item.summary)}</summary>"
    if item.html:
        yield f'<content type="html">{escape(_legal(item.html))}</content>'
    elif not address:
        yield f"<content>{_text(item.summary)}</content>"
    yield "</entry>"


def json_feed(feed: Feed) -> bytes:
    """JSON Feed 1.1 (jsonfeed.org), an item a line, so that a new article changes little."""
    head: dict[str, Any] = {"version": "https://jsonfeed.org/version/1.1", "title": one_line(feed.title)}
    if feed.files:
        head |= {"home_page_url": feed.home, "feed_url": f"{feed.files}{quote(feed.path)}.json"}
    head |= {"language": feed.language, "authors": [{"name": one_line(feed.mirror)}]}
    items = ",\n".join(_json(_item(item)) for item in feed.items)
    return f'{_json(head)[:-1]}, "items": [\n{items}\n]}}\n'.encode()


def _item(item: Item) -> dict[str, Any]:
    found = {
        "id": item.id,
        "url": item.page,
        "external_url": item.original,
        "title": one_line(item.title),
        "content_html": item.html,
        "content_text": "" if item.html else one_line(item.summary),
        "summary": one_line(item.summary) if item.html else "",
        "date_published": _stamp(item.published),
        "date_modified": _stamp(item.updated),
        "authors": [{"name": one_line(name)} for name in item.authors],
        "tags": [one_line(item.section_title)],
        "language": item.language,
    }
    kept = {key: value for key, value in found.items() if value}
    return kept if item.html or item.summary else {**kept, "content_text": ""}  # one of the two must be there


def opml(title: str, outlines: Sequence[Outline]) -> bytes:
    """OPML 2.0: the mirror's Atom feeds, to be taken into a feed reader at once."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<opml version="2.0">',
        f"<head><title>{_text(title)}</title></head>",
        "<body>",
    ]
    for one in outlines:
        name = _attribute(one_line(one.title))
        lines.append(
            f'<outline type="rss" text={name} title={name} xmlUrl={_attribute(one.address)} '
            f"htmlUrl={_attribute(one.home)} language={_attribute(one.language)}/>"
        )
    return "\n".join([*lines, "</body>", "</opml>", ""]).encode()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _legal(text: str) -> str:
    return _NO_XML.sub("", text)


def _text(text: str) -> str:
    return escape(_legal(one_line(text)))


def _attribute(text: str) -> str:
    return quoteattr(_legal(text))


def _stamp(moment: datetime) -> str:
    """RFC 3339, four digits of the year included."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
