"""Lines of several names and dates, in order for readers of either direction.

Git hosts give every paragraph and list ``dir="auto"``: the first letter decides. A Persian line that begins
with an English name would run from the left. Isolates, which would say it best, are what ``plain`` drops
from every text, as they can make a line read as another; the mirror's own words therefore use the two marks
that only stand for a letter of a direction (Unicode Standard Annex 9, 2.6).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mirrorpress.editions.words import is_right_to_left

_LEFT_TO_RIGHT, _RIGHT_TO_LEFT = "\u200e", "\u200f"
_RIGHT_TO_LEFT_LETTER = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def lead(language: str) -> str:
    """What begins a line so that it runs in the direction of a right-to-left language; nothing in others."""
    return _RIGHT_TO_LEFT if is_right_to_left(language) else ""


def joined(language: str, parts: Iterable[str]) -> str:
    """Parts of a line with dots between them, each part beside the next in the direction of the language.

    The marks stand beside the dots, behind a space: beside a part they would hide from Markdown that a word
    begins or ends there. What begins the line is the caller's to say, see ``lead``.
    """
    known = list(parts)
    if is_right_to_left(language):
        mark = _RIGHT_TO_LEFT
    else:
        mark = _LEFT_TO_RIGHT if any(map(_RIGHT_TO_LEFT_LETTER.search, known)) else ""
    return f" {mark}·{mark} ".join(known)
