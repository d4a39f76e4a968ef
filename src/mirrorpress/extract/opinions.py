"""Other readings of a page that the classifier is not sure of, and the choice between them.

Each reading is the same kind of thing: which blocks of the outline belong to the body. The one most like the
others wins; ours has a head start, since it is right more often. Slow readings are asked for only here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mirrorpress.extract.outline import Outline
from mirrorpress.extract.text import squeeze, with_few_marks
from mirrorpress.markup import Document

_MOST_TAGS = 30_000  # of a stripped page; trafilatura takes half a minute for twice as many
_LONG_TAG = re.compile(r"<(\w+)(?= [^>]{2000})[^>]*>")  # lxml takes four minutes for 100,000 attributes
_LONG_WORD = re.compile(r"[!-;?-~]{500,}")  # trafilatura takes minutes for one of 300,000 letters
_SPAN = re.compile(r' (?:row|col)span="[^"]*"')  # trafilatura opens 60,000 columns of 60,000 rows
_LONGEST = 500_000  # characters of a reading that blocks are looked for in
_SHORTEST = 4  # squeezed characters of a block that is looked for
_START = 50  # squeezed characters by which a block is known
_HEAD_START = 0.15  # below 0.5 of confidence ours has an F1 of 0.74 where trafilatura has 0.69
_ENOUGH = 200  # squeezed characters; a shorter reading is none


@dataclass(frozen=True, slots=True)
class Choice:
    """The reading chosen: who made it, what it keeps, and how much the others agree (0 to 1)."""

    engine: str
    kept: list[bool]
    agreement: float


def choose(seen: Outline, ours: Sequence[bool], document: Document, articlebody: str) -> Choice:
    """The reading of a stripped page that is most like the others; ``articlebody`` is JSON-LD's, squeezed."""
    readings = {"mirrorpress": list(ours)}
    starts = [squeeze(piece.text[: 4 * _START])[:_START] for piece in seen.pieces]
    for engine, text in (
        ("trafilatura", trafilatura_text(document)),
        ("quick", document.main_text()),
        ("json-ld", articlebody),
    ):
        kept = _blocks_in(starts, text)
        if sum(len(piece.text) for piece, one in zip(seen.pieces, kept, strict=True) if one) >= _ENOUGH:
            readings[engine] = kept
    weights = [len(piece.text) for piece in seen.pieces]
    best = Choice("mirrorpress", readings["mirrorpress"], 0.0)
    most = -1.0
    for engine, kept in readings.items():
        others = [_likeness(kept, other, weights) for name, other in readings.items() if name != engine]
        agreement = sum(others) / len(others) if others else 0.0
        if not any(kept) or engine == "quick":
            continue
        score = agreement + (_HEAD_START if engine == "mirrorpress" else 0.0)
        if score > most:
            most, best = score, Choice(engine, kept, agreement)
    return best


def trafilatura_text(document: Document) -> str:
    """The article of a stripped page as trafilatura sees it; empty for a page that it would take too long
    over."""
    import trafilatura  # noqa: PLC0415 - 0.4 s that sure readings save

    html = document.html
    if html.count("<") > _MOST_TAGS:
        return ""
    html = _LONG_TAG.sub(r"<\1>", html)
    html = _SPAN.sub("", _LONG_WORD.sub(lambda word: word[0][:500], with_few_marks(html)))
    return trafilatura.extract(html, include_comments=False, include_tables=True, fast=True) or ""


def _blocks_in(starts: Sequence[str], text: str) -> list[bool]:
    """Which blocks begin, by their ``starts``, with words that a text holds. Every place in the text is
    looked at once, as thousands of searches in a long one take minutes."""
    whole = squeeze(text[:_LONGEST])
    lengths: dict[str, set[int]] = {}
    for start in starts:
        if len(start) >= _SHORTEST:
            lengths.setdefault(start[:_SHORTEST], set()).add(len(start))
    held: set[str] = set()
    for place in range(len(whole) - _SHORTEST + 1):
        for length in lengths.get(whole[place : place + _SHORTEST], ()):
            held.add(whole[place : place + length])
    return [start in held for start in starts]


def _likeness(one: Sequence[bool], other: Sequence[bool], weights: Sequence[int]) -> float:
    """The F1 of two readings, by the length of blocks."""
    both = sum(weight for a, b, weight in zip(one, other, weights, strict=True) if a and b)
    all_of_both = sum(weight * (a + b) for a, b, weight in zip(one, other, weights, strict=True))
    return 2 * both / all_of_both if all_of_both else 0.0
