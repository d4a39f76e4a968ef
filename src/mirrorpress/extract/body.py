"""What becomes of an article's blocks: captions joined to their pictures, headings levelled, edges tidied."""

from __future__ import annotations

from dataclasses import replace

from mirrorpress.extract.blocks import Block, figure_block
from mirrorpress.extract.figures import is_caption_after_picture
from mirrorpress.extract.text import squeeze
from mirrorpress.model import Picture


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


def to_html(blocks: list[Block], title: str) -> str:
    """All blocks as HTML: headings from ``<h2>`` on, no heading without text below it, no line at an edge,
    no first heading that only repeats the title."""
    kept: list[Block] = []
    for block in blocks:
        if block.kind == "h" and not kept and squeeze(block.text) == squeeze(title):
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
