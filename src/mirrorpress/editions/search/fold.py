"""What counts as the same letter when searching; ``scripts/fold.js`` does exactly the same in the browser.

Forms of width, case, marks on letters, the two scripts of Chinese, Arabic and Persian forms of a letter, and
digits do not count. Cyrillic й, ў and ї stay letters of their own, as мои is not мой; ё is е, as newspapers
print it. A test folds the same texts on both sides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

JOINER = "\u200c"
"""The zero-width non-joiner, which Persian puts inside words: it stays until words are told apart."""

# Invisible, or without a meaning: soft hyphen, tatweel, Mongolian separator, joiner, directions, word joiner,
# variation selectors, byte order mark.
_DROPPED = re.compile("[\u00ad\u0640\u180e\u200b\u200d-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+")
# Accents (Latin, Greek), points (Hebrew), vowel signs and hamza (Arabic); Cyrillic keeps breve and diaeresis.
_MARKS = re.compile(
    "([\u0400-\u052f]?)([\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]+)"
)
_CYRILLIC_MARKS = re.compile("[^\u0306\u0308]")
_LETTERS = {
    **{ord(digit): str(number) for number, digit in enumerate("٠١٢٣٤٥٦٧٨٩")},
    **{ord(digit): str(number) for number, digit in enumerate("۰۱۲۳۴۵۶۷۸۹")},
    **dict(zip(map(ord, "يىكةەςё"), "ییکههσе", strict=True)),
}


def folding(han: Mapping[str, str]) -> Callable[[str], str]:
    """What brings a text into the one form that is searched; ``han`` gives the Chinese characters that stand
    for others. The zero-width non-joiner stays."""
    letters = {**{ord(one): other for one, other in han.items()}, **_LETTERS}

    def fold(text: str) -> str:
        if text.isascii():
            return text.lower()
        text = unicodedata.normalize("NFKC", _DROPPED.sub("", text)).lower()
        text = _MARKS.sub(_without_marks, unicodedata.normalize("NFD", text))
        return unicodedata.normalize("NFC", text).translate(letters)

    return fold


def _without_marks(match: re.Match[str]) -> str:
    letter, marks = match.groups()
    return letter + _CYRILLIC_MARKS.sub("", marks) if letter else ""
