"""One article that a site shows on several pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from mirrorpress.extract.draft import PICTURE, Draft
from mirrorpress.extract.text import squeeze
from mirrorpress.markup import Element, Node, parse_fragment
from mirrorpress.model import Picture

_OPENING = 3  # blocks: a site repeats picture, kicker and lead on each page
_MARK = re.compile(rf'(?<=<img src="{PICTURE})\d{{1,6}}(?=")')


def join(drafts: Sequence[Draft]) -> Draft:
    """The whole article of its pages' drafts, at least one, in order. Run isolated, like ``read``.

    What is said of the article is what its first page says; text and pictures follow each other. A later page
    loses the blocks at its head that only repeat the title or the first page's opening. The confidence is the
    average over all text; ``next_page`` tells whether it goes on after the last of these pages.
    """
    first = drafts[0]
    head = _blocks(parse_fragment(first.html))[:_OPENING]
    opening = {squeeze(first.title), *(_name(block, first.pictures) for block in head)} - {""}
    html, text, pictures = [first.html], [first.text], list(first.pictures)
    for draft in drafts[1:]:
        its_html, its_text = _without_opening(draft, opening)
        start = len(pictures)
        html.append(_MARK.sub(lambda mark, start=start: str(int(mark[0]) + start), its_html))  # type: ignore[misc]
        text.append(its_text)
        pictures += draft.pictures
    lengths = [len(draft.text) for draft in drafts]
    weighed = sum(draft.confidence * length for draft, length in zip(drafts, lengths, strict=True))
    return replace(
        first,
        html="\n".join(filter(None, html)),
        text="\n".join(filter(None, text)),
        pictures=tuple(pictures),
        confidence=weighed / sum(lengths) if sum(lengths) else first.confidence,
        partial=any(draft.partial for draft in drafts),
        licence=next((draft.licence for draft in drafts if draft.licence), ""),
        next_page=drafts[-1].next_page,
    )


def _without_opening(draft: Draft, opening: set[str]) -> tuple[str, str]:
    """A later page's HTML and text without the blocks at its head that are in ``opening``."""
    tree = parse_fragment(draft.html)
    head = list(takewhile(lambda block: _name(block, draft.pictures) in opening, _blocks(tree)))
    words = "".join(squeeze(block.text) for block in head)
    lines = draft.text.split("\n")
    while words and lines and words.startswith(line := squeeze(lines[0])):
        words = words[len(line) :]
        lines.pop(0)
    for block in head:
        block.decompose()
    return tree.inner_html.strip(), "\n".join(lines)


def _blocks(tree: Node) -> list[Element]:
    return [node for node in tree if isinstance(node, Element)]


def _name(block: Element, pictures: Sequence[Picture]) -> str:
    """What tells a block from others: its words, or the address of the picture that it shows."""
    image = block if block.tag == "img" else block.select_one("img")
    number = (image.attr("src") or "").removeprefix(PICTURE) if image is not None else ""
    if number.isdecimal() and int(number) < len(pictures):
        return f"{PICTURE}{pictures[int(number)].urls[0]}"
    return squeeze(block.text)
