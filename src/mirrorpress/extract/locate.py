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
_MOST_TAGS = 30_000  # of a pruned page; trafilatura takes half a minute for twice as many
_LONG_TAG = re.compile(r"<(\w+)(?= [^>]{2000})[^>]*>")  # lxml takes four minutes for 100,000 attributes
_LONG_WORD = re.compile(r"[!-;?-~]{500,}")  # trafilatura takes minutes for one of 300,000 letters
_SPAN = re.compile(r' (?:row|col)span="[^"]*"')  # trafilatura opens 60,000 columns of 60,000 rows
_START = 60  # squeezed characters by which a block is known
_SAMPLE = 60  # lines looked for in a container
_MANY = 2000  # blocks; above, a block is compared with the starts of lines only


def main_text(document: Document) -> list[str]:
    """The lines of a pruned page's article as trafilatura sees them, without white space; none for a page
    that it would take too long over."""
    import trafilatura  # noqa: PLC0415 - 0.4 s that runs with selectors save

    html = document.html
    if html.count("<") > _MOST_TAGS:
        return []
    html = _LONG_TAG.sub(r"<\1>", html)
    html = _SPAN.sub("", _LONG_WORD.sub(lambda word: word[0][:500], html))
    # Its slow second opinions are asked for only where the first found little.
    first = trafilatura.extract(html, include_comments=False, include_tables=True, fast=True) or ""
    enough = len(squeeze(first)) >= 3 * _ENOUGH
    text = first if enough else trafilatura.extract(html, include_comments=False, include_tables=True) or ""
    lines = (line.strip("-| \t\xa0") for line in text.splitlines())
    return [squeezed for line in lines if (squeezed := squeeze(line.replace("|", "")))]


def container(document: Document, lines: list[str]) -> Element | None:
    """The smallest element that holds 85 % of the text in ``lines``, or what the parser itself thinks
    when there is too little text to go by."""
    body = document.select_one("body")
    if body is None or sum(map(len, lines)) < _ENOUGH:
        return document.main_content() or body
    lines = lines[:: len(lines) // _SAMPLE + 1]
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
    starts = [squeeze(block.text)[:_START] for block in blocks]
    whole = "\n".join(lines)
    known = {line[:_START] for line in lines}
    few = len(blocks) <= _MANY
    matched = [bool(start) and (start in known or (few and start in whole)) for start in starts]
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
