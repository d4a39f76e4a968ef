"""What becomes of an article's blocks: captions joined, openings cut, headings levelled."""

from __future__ import annotations

from dataclasses import replace

from mirrorpress.extract.blocks import Block, figure_block
from mirrorpress.extract.figures import is_caption_after_picture
from mirrorpress.extract.text import squeeze
from mirrorpress.model import Picture

_LONGEST_KICKER = 100  # characters
_LONGEST_BYLINE = 30  # letters beside the authors' names: "By", "and", a month, a place


def adopt_captions(blocks: list[Block], pictures: list[Picture]) -> list[Block]:
    """Join a figure that has no words with the paragraph after it that is its caption."""
    joined: list[Block] = []
    for block in blocks:
        before = joined[-1] if joined else None
        if before is not None and before.kind == "figure" and not before.text and block.kind == "p":
            picture = pictures[before.picture]
            if is_caption_after_picture(block.text, block.classes, picture.alt):
                pictures[before.picture] = replace(picture, caption=block.text)
                joined[-1] = figure_block(before.picture, pictures[before.picture])
                continue
        joined.append(block)
    return joined


def without_opening(blocks: list[Block], title: str, authors: tuple[str, ...]) -> list[Block]:
    """Without the opening of a page's own title, kicker and byline, which the mirror shows by itself."""
    words = [n for n, block in enumerate(blocks[:8]) if block.kind != "figure"]
    headings = [n for n in words if blocks[n].kind == "h"]
    told = next((n for n in headings if squeeze(blocks[n].text) == squeeze(title)), None)
    if told is not None and all(len(blocks[n].text) <= _LONGEST_KICKER for n in words if n < told):
        blocks = [block for n, block in enumerate(blocks) if n > told or block.kind == "figure"]
    byline = next((n for n, block in enumerate(blocks[:4]) if _is_byline(block, authors)), None)
    return blocks if byline is None else [*blocks[:byline], *blocks[byline + 1 :]]


def _is_byline(block: Block, authors: tuple[str, ...]) -> bool:
    """Whether a block says who wrote it, and when, and nothing else."""
    if block.kind != "p" or not authors or not all(author in block.text for author in authors):
        return False
    rest = block.text
    for author in authors:
        rest = rest.replace(author, "")
    return sum(character.isalpha() for character in rest) <= _LONGEST_BYLINE


def to_html(blocks: list[Block], title: str) -> str:
    """All blocks as HTML: headings from ``<h2>`` on, no heading without text below it, no line at an edge,
    no first line that only repeats the title."""
    kept: list[Block] = []
    for block in blocks:
        if not kept and block.kind in ("h", "p") and squeeze(block.text) == squeeze(title):
            continue
        if block.kind in ("h", "hr") and kept and kept[-1].kind == "hr":
            kept.pop()
        if block.kind == "hr" and not any(one.kind != "figure" for one in kept):
            continue
        kept.append(block)
    while kept and kept[-1].kind in ("h", "hr"):
        kept.pop()
    levels = sorted({block.level for block in kept if block.kind == "h"})
    return "\n".join(
        f"<h{2 + min(levels.index(block.level), 3)}>{block.html}</h{2 + min(levels.index(block.level), 3)}>"
        if block.kind == "h"
        else block.html
        for block in kept
    )
