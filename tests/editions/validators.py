"""Independent validators of what the mirror gives to feed readers and search engines."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import feedparser
from lxml import etree

_GRAMMARS = {
    name: etree.RelaxNG(etree.parse(str(Path(__file__).parent / "grammars" / f"{name}.rng")))
    for name in ("atom", "sitemap", "opml")
}
_ATOM = {"a": "http://www.w3.org/2005/Atom"}


def valid(grammar: str, data: bytes) -> Any:
    """The parsed document, after a look at it by its grammar."""
    document = etree.fromstring(data)
    checked = _GRAMMARS[grammar]
    assert checked.validate(document), checked.error_log
    return document


def valid_atom(data: bytes) -> Any:
    """An Atom feed as feedparser reads it, after a look at it by RFC 4287."""
    document = valid("atom", data)
    ids = document.xpath("//a:id/text()", namespaces=_ATOM)
    assert len(ids) == len(set(ids)), "4.1.1: entries with one id"
    for entry in document.xpath("//a:entry", namespaces=_ATOM):
        has_link = entry.xpath("a:link[not(@rel) or @rel='alternate']", namespaces=_ATOM)
        assert has_link or entry.xpath("a:content", namespaces=_ATOM), "4.1.2: neither content nor alternate"
    feed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


def valid_json_feed(data: bytes) -> dict[str, Any]:
    """A JSON feed, after a look at it by jsonfeed.org/version/1.1."""
    feed: dict[str, Any] = json.loads(data)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(feed["title"], str)
    known = {"version", "title", "home_page_url", "feed_url", "language", "authors", "items"}
    assert set(feed) <= known
    assert isinstance(feed["items"], list)
    ids = [item["id"] for item in feed["items"]]
    assert all(isinstance(one, str) and one for one in ids)
    assert len(ids) == len(set(ids))
    for item in feed["items"]:
        assert isinstance(item.get("content_html", item.get("content_text")), str)
        for key in ("url", "external_url"):
            assert re.match(r"https?://.", item.get(key, "https://x"))
        for key in ("date_published", "date_modified"):
            assert datetime.fromisoformat(item[key]).tzinfo
        assert all(author.get("name") for author in item.get("authors", []))
        assert all(isinstance(tag, str) for tag in item["tags"])
    return feed
