"""What one page shows of its site's layout: the selector of its container, and names of the blocks near
it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from mirrorpress.extract.outline import Outline
from mirrorpress.extract.text import squeeze
from mirrorpress.markup import Element
from mirrorpress.model import Layout

_TAG = re.compile(r"[a-z][a-z0-9-]*", re.IGNORECASE)
_STABLE = re.compile(r"[A-Za-z_][\w-]{1,39}")
_CHANGING = re.compile(
    r"\d{3}|[a-z]\d+[a-z]|--|__[A-Za-z0-9]{5}|[A-Za-z]{2,}[A-Z0-9]{6}"
)  # ids of one article, hashed class names
_NEAR = 12  # blocks before and after the body that are remembered
_MOST = 400
_PARTS = frozenset("p ul ol li table tbody tr blockquote figure h1 h2 h3 h4".split())


def block_name(text: str) -> str:
    """A short name of a block by its words, the same on every page: 12 hexadecimal digits."""
    return hashlib.blake2s(squeeze(text).encode("utf-8", "replace"), digest_size=6).hexdigest()


def layout_of(seen: Outline, kept: Sequence[bool]) -> Layout:
    """The layout of a page whose ``kept`` blocks are the body; empty when nothing was kept."""
    pieces, places = seen.pieces, seen.places
    words = [n for n, one in enumerate(kept) if one and not pieces[n].picture]
    if not words:
        return Layout()
    inside = [0] * len(places)
    for n in words:
        inside[pieces[n].place] += len(pieces[n].text)
    for number in range(len(places) - 1, 0, -1):
        inside[places[number].parent] += inside[number]
    goal = 0.85 * inside[0]
    container = max((n for n in range(len(places)) if inside[n] >= goal), default=0)
    while places[container].tag in _PARTS and container:
        container = places[container].parent
    first, last = words[0], words[-1]
    near = range(max(first - _NEAR, 0), min(last + _NEAR + 1, len(pieces)))
    names = dict.fromkeys(block_name(pieces[n].text) for n in near if pieces[n].text)
    return Layout(container=_selector(seen, container), blocks=tuple(names)[:_MOST])


def _selector(seen: Outline, number: int) -> str:
    """A CSS selector of a place by its tag, id and classes, with those around it until it is one of a
    kind."""
    parts: list[str] = []
    while number > 0 and len(parts) < 4:
        element = seen.places[number].element
        if isinstance(element, Element):
            part = simple_selector(element)
            parts.insert(0, part)
            if "#" in part or "." in part:
                break
        number = seen.places[number].parent
    return " > ".join(parts) or "body"


def simple_selector(element: Element) -> str:
    """An element's tag with its id or its first two classes, those left out that change from page to page."""
    tag = tag_of(element)
    id = element.attr("id") or ""
    if _STABLE.fullmatch(id) and not _CHANGING.search(id):
        return f"{tag}#{id}"
    classes = [
        name
        for name in (element.attr("class") or "").split()
        if _STABLE.fullmatch(name) and not _CHANGING.search(name)
    ]
    return tag + "".join(f".{name}" for name in classes[:2])


def tag_of(element: Element) -> str:
    """An element's tag as CSS can say it; a tag such as ``body<aside`` is any tag."""
    return element.tag if _TAG.fullmatch(element.tag) else "*"
