"""A draft as an operator looks at it, before anything is carried or published: pictures are shown from where
they are, all else is what readers would get."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from mirrorpress.extract.draft import Draft
from mirrorpress.extract.finish import alt_of, cleaner, sanitised, written
from mirrorpress.markup import Element, Node, Text, parse_fragment
from mirrorpress.model import Picture

_ANYWHERE = cleaner(re.compile(r"https?://.*", re.DOTALL), schemes={"http", "https", "mailto"})
_PARTS = frozenset("p h2 h3 h4 h5 ul ol blockquote pre table figure hr".split())
_LINK = re.compile(rb"<(?:link|LINK)\s[^<>]{1,3000}>")
_CANONICAL = re.compile(rb"canonical", re.IGNORECASE)
_LONGEST_ADDRESS = 2000  # characters


@dataclass(frozen=True, slots=True)
class View:
    """``html`` and ``markdown`` show pictures by their original addresses; ``text`` is the body without
    captions: its paragraphs are parted by blank lines, a table's cells by tabs, rows and items of lists by
    line feeds. ``shown`` are the pictures that the body shows, in its order."""

    html: str
    markdown: str
    text: str
    shown: tuple[Picture, ...]


def view(draft: Draft) -> View:
    """What a draft comes to. Run isolated. Raises ``ExtractError`` as ``finish`` does."""
    shown: dict[int, Picture] = {}

    def show(number: int, picture: Picture) -> str:
        shown[number] = picture
        return f'<img src="{escape(picture.urls[0])}" alt="{alt_of(picture)}">'

    tree = sanitised(draft, show, _ANYWHERE)
    html = tree.inner_html
    text = "\n\n".join(_parts(tree))
    return View(html, written(tree), text, tuple(shown.values()))


def canonical_address(body: bytes) -> str:
    """The address that a page gives itself by ``<link rel="canonical">``, before anything else of it is read;
    an empty string when it gives none. Run isolated."""
    for tag in _LINK.finditer(body):
        if _CANONICAL.search(tag[0]):
            links = parse_fragment(tag[0].decode("utf-8", "replace"))
            for link in links.select("link[rel~=canonical i][href]"):
                url = (link.attr("href") or "").strip()
                if url.lower().startswith(("http://", "https://")) and len(url) < _LONGEST_ADDRESS:
                    return url
    return ""


def _parts(node: Node) -> Iterator[str]:
    """The texts of a node's parts; words that stand beside parts, as in a list's item, are one of them."""
    line: list[str] = []
    for child in node:
        if isinstance(child, Element) and child.tag in _PARTS:
            if words := _folded("".join(line)):
                yield words
            line = []
            yield from filter(None, _part(child))
        else:
            line.append(_words(child))
    if words := _folded("".join(line)):
        yield words


def _part(element: Element) -> Iterator[str]:
    if element.tag == "pre":
        yield element.text.strip("\n")
    elif element.tag in ("ul", "ol"):
        yield "\n".join("\n".join(_parts(item)) for item in element.select(":scope > li"))
    elif element.tag == "table":
        rows = ([_folded(_words(cell), " ") for cell in row.select("th, td")] for row in element.select("tr"))
        yield "\n".join("\t".join(row) for row in rows)
    elif element.tag == "blockquote":
        yield from _parts(element)
    elif element.tag not in ("figure", "hr"):
        yield _folded(_words(element))


def _words(node: Node) -> str:
    """A node's words; its breaks are line feeds."""
    if isinstance(node, Text):
        return node.data.replace("\n", " ")
    if not isinstance(node, Element):
        return ""
    if node.tag == "br":
        return "\n"
    if node.select_one("br") is None:
        return node.text.replace("\n", " ")
    return "".join(_words(child) for child in node)


def _folded(text: str, between: str = "\n") -> str:
    """Lines without the white space that a browser does not show."""
    return between.join(filter(None, (" ".join(line.split()) for line in text.split("\n"))))
