"""A draft as an operator looks at it, before anything is carried or published: pictures are shown from where
they are, all else is what readers would get."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape

from mirrorpress.extract.draft import Draft
from mirrorpress.extract.finish import alt_of, cleaner, sanitised, written
from mirrorpress.markup import Element, Node, parse_fragment
from mirrorpress.model import Picture

_ANYWHERE = cleaner(re.compile(r"https?://.*", re.DOTALL), schemes={"http", "https", "mailto"})
_TAG = re.compile(r"<[^>]*>")
_CELL_END = re.compile(r"</t[hd]>(?=\s*<t[hd]>)")
_ROW_END = re.compile(r"</tr>")
_ITEM_END = re.compile(r"<br>|</?(?:li|p|ul|ol|h\d|pre|blockquote|table|tr)\b[^>]*>")
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
    """The texts of a node's blocks, without those that say nothing."""
    for child in node:
        if not isinstance(child, Element):
            yield from filter(None, [" ".join(child.text.split())])
        elif child.tag == "blockquote":
            yield from _parts(child)
        elif child.tag == "pre":
            yield child.text.strip("\n")
        elif child.tag == "table":
            html = child.inner_html.replace("<br>", " ")
            yield _lines(_CELL_END.sub("\t", _ROW_END.sub("\n", html.replace("\n", " "))))
        elif child.tag in ("ul", "ol"):
            yield _lines(_ITEM_END.sub("\n", child.inner_html))
        elif child.tag not in ("figure", "hr"):
            text = child.text
            if child.select_one("br") is not None:
                text = _lines(child.inner_html.replace("\n", " ").replace("<br>", "\n"))
            elif "\n" in text or "  " in text:
                text = " ".join(text.split())
            yield from filter(None, [text])


def _lines(html: str) -> str:
    """The words of sanitised HTML, whose lines are as they shall be: folded, blank ones left out. Tabs part
    cells. An attribute of sanitised HTML holds no "<" or ">"."""
    words = unescape(_TAG.sub("", html))
    lines = ("\t".join(" ".join(cell.split()) for cell in line.split("\t")) for line in words.split("\n"))
    return "\n".join(line for line in lines if line.strip())
