"""Small rules about characters that every text from a page goes through."""

from __future__ import annotations

import re
import unicodedata

# C0 and C1 controls but tab and newline, surrogates, noncharacters, U+FEFF, object replacement.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffc\ufffe\uffff]"
)
# Overrides and embeddings can make a text read as what it is not (CVE-2021-42574); the marks
# U+200E and U+200F and the joiners U+200C and U+200D are needed by Persian and stay.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ANY = re.compile(_FORBIDDEN.pattern[:-1] + _BIDI.pattern[1:])
_SPACE = re.compile(r"\s+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060]+")

# Runs that may hold more marks on one letter than any script has: Unicode's normalisation sorts them in time
# that is quadratic (UAX 15, section 13, allows 30).
_MANY_SIGNS = re.compile(r"[^\w\s\x00-\u02ff]{31,}")
_MOST_MARKS = 30

CJK = "\u2e80-\u303f\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’…—"


def clean(text: str) -> str:
    """Remove characters that no text should hold; keep all white space."""
    return _ANY.sub("", text) if _ANY.search(text) else text


def plain(text: str) -> str:
    """One clean line: white space collapsed, Unicode in NFC, at most 30 marks on a letter."""
    text = _SPACE.sub(" ", clean(text)).strip()
    return text if text.isascii() else unicodedata.normalize("NFC", with_few_marks(text))


def with_few_marks(text: str) -> str:
    """A text with at most 30 marks on a letter."""
    return _MANY_SIGNS.sub(_without_marks, text)


def _without_marks(signs: re.Match[str]) -> str:
    """A run of signs without the marks in it beyond the first 30 in a row."""
    kept: list[str] = []
    row = 0
    for sign in signs[0]:
        row = row + 1 if unicodedata.combining(sign) else 0
        if row <= _MOST_MARKS:
            kept.append(sign)
    return "".join(kept)


def squeeze(text: str) -> str:
    """A text without white space and joiners, to compare texts by: trafilatura drops U+200C."""
    words = "".join(text.split())  # many times as fast as a regular expression
    return words if words.isascii() else _INVISIBLE.sub("", words)
