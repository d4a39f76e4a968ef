"""A folded text as what is looked up: words, and pairs of characters where a script has no spaces.

A token's place counts letters, not words: the next one of a phrase begins where this one ends. Whatever
stands between is not counted but where it parts: one place is left free for punctuation, and, in scripts
without spaces, for anything at all. So ``می‌رود`` is found as one word and as two, and 中国 is not found in
“中。国”. ``scripts/tokens.js`` does exactly the same in the browser.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import count
from operator import add

from mirrorpress.editions.search.fold import JOINER

# Scripts without spaces between words: Han, kana, Thai, Lao, Burmese, Khmer.
UNSPACED = (
    "\u0e00-\u0e4f\u0e80-\u0ecf\u1000-\u103f\u1780-\u17d3\u3005\u3007\u3041-\u3096\u30a1-\u30fa\u30fc"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
)
_LAST_LETTER = 0x323AF  # beyond it are variation selectors and private characters
LONGEST = 60
"""Letters of a word; a longer one is no word, and is not looked up."""

# Between the words of a phrase these change nothing: spaces, hyphens, apostrophes, quotation marks.
_SOFT = re.compile(
    "[ \t\u00a0\u2000-\u200a\u3000\u200c'\u2018\u2019\"\u201c\u201d\u00ab\u00bb\u2010-\u2015\u2212/-]+"
)


def places(folded: str) -> Iterator[tuple[str, int]]:
    """What a folded text is found by, with its place. In scripts without spaces each character comes with the
    one behind it, the last of a row alone."""
    for token, place, row in tokens(folded):
        if row:
            yield from zip(map(add, token, token[1:]), count(place), strict=False)
            yield token[-1], place + len(token) - 1
            continue
        if JOINER not in token:
            if len(token) <= LONGEST:
                yield token, place
            continue
        whole = token.replace(JOINER, "")
        if len(whole) <= LONGEST:
            yield whole, place
        at = place
        for part in filter(None, token.split(JOINER)):
            yield part, at
            at += len(part)


def tokens(folded: str) -> Iterator[tuple[str, int, bool]]:
    """The words and rows of a folded text, each with its place, and whether it is a row of characters without
    spaces. Words may hold the non-joiner, which has no place."""
    place = end = 0
    row_before = False
    for match in _pattern().finditer(folded):
        row = match.lastgroup == "row"
        token = match[0] if row else match[0].strip(JOINER)
        if not token:
            continue
        between = folded[end : match.start()]
        if between and end and ((row and row_before) or not _SOFT.fullmatch(between)):
            place += 1
        yield token, place, row
        place += len(token) - token.count(JOINER)
        end = match.end()
        row_before = row


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(f"(?P<row>[{UNSPACED}]+)|(?P<word>[{_letters()}{JOINER}]+)")


def _letters() -> str:
    """Letters, marks and numbers (Unicode's categories L, M and N) of scripts with spaces, as ranges."""
    unspaced = re.compile(f"[{UNSPACED}]")
    ranges: list[list[int]] = []
    for number in range(_LAST_LETTER + 1):
        character = chr(number)
        if unicodedata.category(character)[0] in "LMN" and not unspaced.match(character):
            if ranges and ranges[-1][1] == number - 1:
                ranges[-1][1] = number
            else:
                ranges.append([number, number])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)
