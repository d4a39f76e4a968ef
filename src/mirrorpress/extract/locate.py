"""Which part of a page is the article, when no selector says so.

trafilatura says which text belongs to it; the smallest element that holds nearly all of that text is the
container; blocks of the container that trafilatura left out stay only where they stand between blocks
that it kept, or carry the publisher's notice.
"""

from __future__ import annotations

import re

from mirrorpress.extract.blocks import Block
from mirrorpress.extract.text import squeeze
from mirrorpress.markup import Document, Element

_NOTICE = re.compile(
    r"©|\(c\) ?\d{4}|copyright|all rights reserved|版权|版權|转载|轉載|来源|來源|责任编辑|責任編輯|"
    r"حق نشر|کپی",
    re.IGNORECASE,
)
_ENOUGH = 140  # squeezed characters; less is a teaser or nothing


def main_text(html: str) -> list[str]:
    """The lines of the article's text as trafilatura sees it, without white space."""
    import trafilatura  # noqa: PLC0415 - 0.4 s that runs with selectors save

    text = trafilatura.extract(html, include_comments=False, include_tables=True, deduplicate=False) or ""
    lines = (re.sub(r"^[-|\s]+|[|\s]+$", "", line) for line in text.splitlines())
    return [squeezed for line in lines if (squeezed := squeeze(line.replace("|", "")))]


def container(document: Document, lines: list[str]) -> Element | None:
    """The smallest element that holds 85 % of the text in ``lines``, or what the parser itself thinks
    when there is too little text to go by."""
    total = sum(map(len, lines))
    body = document.select_one("body")
    if body is None or total < _ENOUGH:
        return document.main_content() or body
    place = body
    goal = 0.85 * _covered(place, lines)
    while True:
        inner = next(
            (
                child
                for child in place
                if isinstance(child, Element)
                and len(child.text) >= 0.8 * goal
                and _covered(child, lines) >= goal
            ),
            None,
        )
        if inner is None or inner.tag in ("p", "ul", "ol", "table"):
            return place
        place = inner


def _covered(element: Element, lines: list[str]) -> int:
    text = squeeze(element.text)
    return sum(len(line) for line in lines if line in text)


def keep_article(blocks: list[Block], lines: list[str]) -> list[Block]:
    """Blocks of the container that belong to the article."""
    if sum(map(len, lines)) < _ENOUGH:
        return [block for block in blocks if block.linked < 0.6]
    whole = "\n".join(lines)
    matched = [bool(text := squeeze(block.text)) and text[:60] in whole for block in blocks]
    inside = [n for n, block in enumerate(blocks) if matched[n] and block.kind != "figure"]
    if not inside:
        return [block for block in blocks if block.linked < 0.6]
    first, last = inside[0], inside[-1]
    kept = []
    for n, block in enumerate(blocks):
        between = first < n < last
        if (
            matched[n]
            or (between and (block.linked < 0.5 or block.kind == "figure"))
            or (n < first and first - n <= 4 and block.kind == "figure")
            or (last < n <= last + 3 and block.kind == "figure" and bool(block.text))
            or (n > last and block.kind == "p" and len(block.text) < 300 and _NOTICE.search(block.text))
        ):
            kept.append(block)
    return kept
