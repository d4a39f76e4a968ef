"""What stands in a piece of HTML: its text, and its captions, cells, headings, list items and images."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml import html as markup

KINDS = {
    "captions": {"figcaption"},
    "cells": {"td", "th"},
    "headings": {"h1", "h2", "h3", "h4", "h5", "h6"},
    "items": {"li"},
}
_LAYOUT = 100  # words; a cell with more holds the page's layout, not a value
_INLINE = set(
    "a abbr acronym b bdi bdo big cite code data del dfn em font hi i ins kbd label mark nobr q ruby rb rt rp s "
    "samp small span strike strong sub sup time tt u var wbr".split()
)
_UNSEEN = {"script", "style", "noscript", "template", "head"}
_SOURCES = ("src", "data-src", "data-original", "data-lazy-src")
_SIZE = re.compile(r"[-_@]\d+x\d*(?=\.\w+$)")  # photo-640x480.jpg is photo.jpg, smaller
_TELLING = 12  # characters; 4800.jpg may be any picture, GettyImages-621866810.jpg is one
_CANDIDATE = re.compile(r"\s*([^\s,]\S*[^\s,])(?:\s[^,]*)?(?:,|$)")  # of a srcset: address, then its width


@dataclass
class Structure:
    """Texts by kind; each image is the set of addresses it may be had from."""

    texts: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    images: list[frozenset[str]] = field(default_factory=list)


def parse(html: str) -> etree._Element | None:
    """A tree, or nothing where nothing is."""
    if not html.strip():
        return None
    # lxml refuses text with an encoding declaration, and trusts a <meta> above what it is told
    parser = markup.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        return markup.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:  # only a comment, say
        return None


def text_of(html: str) -> str:
    """The text that readers see, a line break where a block begins or ends."""
    tree = parse(html)
    return "" if tree is None else "".join(_pieces(tree)).strip()


def structure_of(html: str, base: str) -> Structure:
    """What a piece of HTML holds. Text of nested elements of the same kind counts for the inner one only."""
    found = Structure()
    tree = parse(html)
    if tree is None:
        return found
    for kind, tags in KINDS.items():
        for element in tree.iter(*tags):
            text = "".join(_pieces(element, without=tags)).strip()
            if text and not (kind == "cells" and len(text.split()) > _LAYOUT):
                found.texts[kind].append(text)
    for image in tree.iter("img"):
        sources = set(_sources(image, base))
        for picture in image.iterancestors("picture"):  # lxml puts an <img> into the <source> before it
            for source in picture.iter("source"):
                sources |= set(_sources(source, base))
        if sources:
            found.images.append(frozenset(sources))
    return found


def address(value: str, base: str) -> str:
    """An image's address without scheme, query and fragment; empty for one that is no address."""
    if value.strip().startswith(("data:", "about:", "blob:")):
        return ""
    try:
        parts = urlsplit(urljoin(base, value.strip()))
    except ValueError:
        return ""
    return f"{parts.netloc}{parts.path}" if parts.path.strip("/") else ""


def keys(addresses: Iterable[str]) -> set[str]:
    """What images are compared by: addresses, and file names that are long enough to mean one picture.

    Sites serve the same picture in several sizes from several folders and hosts.
    """
    names = {_SIZE.sub("", one.rpartition("/")[2]) for one in addresses}
    return {*addresses, *(name for name in names if len(name) >= _TELLING)}


def _sources(element: etree._Element, base: str) -> Iterator[str]:
    values = [element.get(name, "") for name in _SOURCES]
    for name in ("srcset", "data-srcset"):
        values += _CANDIDATE.findall(element.get(name, ""))
    yield from filter(None, (address(value, base) for value in values if value))


def _pieces(element: etree._Element, without: set[str] | None = None) -> Iterator[str]:
    """Text in the order of reading, leaving out elements below this one with a tag in ``without``."""
    block = element.tag not in _INLINE
    if block:
        yield "\n"
    yield element.text or ""
    for child in element:
        hidden = not isinstance(child.tag, str) or child.tag in _UNSEEN or (without and child.tag in without)
        if hidden:
            yield "\n" if isinstance(child.tag, str) else ""
        else:
            yield from _pieces(child, without)
        yield child.tail or ""
    if block:
        yield "\n"
