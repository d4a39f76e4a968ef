"""The last look at files for feed readers and search engines: Atom, JSON Feed, OPML and sitemaps.

Each is parsed with other means than it was written with, and only what is known to be needed may be there.
HTML within a feed must be in the one form that the mirror writes: what is not is refused without asking how
a feed reader would take it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Any
from xml.etree import ElementTree

from mirrorpress.editions.linksafety import NOT_NAMED, danger_of
from mirrorpress.links import file_address, followable

_ATOM = "{http://www.w3.org/2005/Atom}"
_SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_ELEMENTS = {
    _ATOM: "feed title id updated author name link entry published summary content category rights",
    _SITEMAP: "urlset url loc lastmod sitemapindex sitemap",
    "": "opml head title body outline",
}
_KNOWN = {space + name for space, names in _ELEMENTS.items() for name in names.split()}
_ATTRIBUTES = frozenset(
    "href rel type term label version text title xmlUrl htmlUrl language "
    "{http://www.w3.org/XML/1998/namespace}lang".split()
)
_RELATIONS = (None, "self", "alternate", "via")  # of which none is fetched unasked, as an enclosure is
_ROOTS = (f"{_ATOM}feed", f"{_SITEMAP}urlset", f"{_SITEMAP}sitemapindex", "opml")
_TEXTS = {_ATOM + name for name in ("title", "summary", "content", "rights")}
_JSON_ADDRESSES = {"url", "external_url", "home_page_url", "feed_url"}
_JSON_KEYS = _JSON_ADDRESSES | set(
    "version title language authors items id content_html content_text summary date_published date_modified "
    "tags name".split()
)
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+="[^"]*")*)\s*/?>')
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_TAGS = set(
    "p h2 h3 h4 h5 ul ol li blockquote pre code table thead tbody tr th td figure figcaption img a strong em "
    "s sub sup br hr div".split()
)
_PLAIN_VALUES = {
    ("a", "rel"): r"[a-z ]*", ("img", "alt"): "(?s:.*)", ("img", "width"): r"\d+", ("img", "height"): r"\d+",
    ("ol", "start"): r"-?\d+", ("div", "dir"): "rtl|ltr",
}  # fmt: skip
_PICTURE = re.compile(r"assets/[0-9a-f]{2}/[0-9a-f]{16}\.[a-z]+")


def dangers_in_xml(text: str, addresses: Sequence[str]) -> Iterator[str]:
    """What would endanger a reader in an Atom feed, an OPML list or a sitemap of the mirror that is read at
    ``addresses``, one line each."""
    # Another encoding would make other characters of it.
    if "<!" in text or "<?" in text.removeprefix('<?xml version="1.0" encoding="utf-8"?>'):
        yield "a declaration, comment or instruction, of which XML for readers needs none"
        return
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - without declarations there are no entities
    except ElementTree.ParseError as error:
        yield f"XML that is not well-formed: {error}"
        return
    if root.tag not in _ROOTS:
        yield f"XML of an unknown kind: {root.tag[:100]}"
    for element in root.iter():
        if element.tag not in _KNOWN:
            yield f"an element that does not belong there: {element.tag[:100]}"
        for name in set(element.keys()) - _ATTRIBUTES:
            yield f"an attribute that does not belong there: {name[:100]}"
        if element.tag == f"{_ATOM}link" and element.get("rel") not in _RELATIONS:
            yield f"a link that a feed reader may follow by itself: rel={element.get('rel')}"
        for name in ("href", "xmlUrl", "htmlUrl"):
            if (address := element.get(name)) is not None and (danger := danger_of(address)):
                yield danger
        said = element.text or ""
        # A feed reader may make a link of an id.
        linked = element.tag == f"{_SITEMAP}loc" or (element.tag == f"{_ATOM}id" and not _is_name(said))
        if linked and not followable(said):
            yield f"{NOT_NAMED}: {said[:100]}"
        if element.get("type") == "html":
            yield from dangers_in_html(said, addresses)
        elif element.tag in _TEXTS and element.get("type", "text") != "text":
            yield f"a text that is not looked into: type={element.get('type')}"


def dangers_in_json_feed(text: str, addresses: Sequence[str]) -> Iterator[str]:
    """As above, in a JSON feed."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield f"JSON that cannot be read: {error}"
        return
    if not isinstance(feed, dict) or not str(feed.get("version")).startswith("https://jsonfeed.org/"):
        yield "JSON that is no feed"
        return
    waiting: list[Any] = [feed]
    for value in waiting:
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            waiting.extend(value.values())
            for key, inner in value.items():
                if key not in _JSON_KEYS:
                    yield f"a key that does not belong there: {key[:100]}"
                elif _leads_astray(key, inner):
                    yield f"{NOT_NAMED}: {str(inner)[:100]}"
                elif key == "content_html":
                    yield from dangers_in_html(str(inner), addresses)


def dangers_in_html(html: str, addresses: Sequence[str]) -> Iterator[str]:
    """As above, in the HTML of a feed's item; ends at markup that is not in the mirror's own form."""
    position = 0
    while (position := html.find("<", position)) >= 0:
        tag = _TAG.match(html, position)
        if tag is None or tag[2] not in _TAGS:
            yield f"markup that does not belong there: {html[position : position + 100]}"
            return
        for name, value in _ATTRIBUTE.findall(tag[3]):
            if danger := _danger_of(tag[2], name, unescape(value), addresses):
                yield danger
        position = tag.end()


def _danger_of(tag: str, name: str, value: str, addresses: Sequence[str]) -> str:
    if (tag, name) == ("a", "href"):
        return danger_of(value)
    if (tag, name) == ("img", "src"):
        own = any(_is_below(value, file_address(address)) for address in addresses)
        return "" if own and followable(value) else f"a picture from elsewhere: {value[:100]}"
    allowed = _PLAIN_VALUES.get((tag, name))
    is_known = allowed is not None and re.fullmatch(allowed, value)
    return "" if is_known else f'an attribute that does not belong there: {tag} {name}="{value[:100]}"'


def _leads_astray(key: str, value: Any) -> bool:
    """Whether a feed reader may make a link of a value, and one that must not be followed."""
    if key not in {"id", *_JSON_ADDRESSES}:
        return False
    return not (isinstance(value, str) and (followable(value) or (key == "id" and _is_name(value))))


def _is_name(id: str) -> bool:
    return re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", id) is not None


def _is_below(address: str, root: str) -> bool:
    return address.startswith(root) and bool(_PICTURE.fullmatch(address.removeprefix(root)))
