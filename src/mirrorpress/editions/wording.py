"""The words of an article as a reader takes them: paragraphs, tokens, and what makes two texts the same.

Two texts say the same when their keys are equal. A key holds no white space, and one form of whatever is
written in several: letters of full and half width, composed and decomposed ones, quotation marks, dashes,
points of omission, Arabic and Persian forms of one letter, digits. Where pictures come from and which
parameters of an address only track its reader is in no key either.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from html import unescape

from mirrorpress.links import without_tracking

_ATTRIBUTES = r'(?:\s+[a-z-]+="[^"]*")*\s*/?>'
_PARAGRAPH = re.compile(
    rf"</?(?:p|h[1-6]|ul|ol|li|blockquote|pre|table|thead|tbody|tr|figure|figcaption|hr|div){_ATTRIBUTES}"
)
_SPACE = re.compile(rf"<(?:br|td|th|/td|/th){_ATTRIBUTES}")
_TAG = re.compile(rf"</?[a-z][a-z0-9]*{_ATTRIBUTES}")
_PICTURE = "🖼 "  # stands before the address of a picture that could not be carried
_ADDRESS = re.compile(r"https?://[^\s<>]+")

_QUOTES = "'\"“”‘’„‚‟‛«»‹›「」『』〝〞〟`´"
_DASHES = "-‐‑‒–—―−﹣－─"
_INVISIBLE = "\u00ad\u034f\u061c\u0640\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff"
_SAME = {
    **dict.fromkeys(map(ord, _QUOTES), "'"),
    **dict.fromkeys(map(ord, _DASHES), "-"),
    **dict.fromkeys(map(ord, _INVISIBLE)),
    **dict(zip(map(ord, "。、،؛؟٪٫٬・•‧∙～〜يىك"), ".,,;?%.,····~~ییک", strict=True)),
    **{ord(digit): str(number) for row in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹") for number, digit in enumerate(row)},
}
_RUN = re.compile(r"(['~-])\1+|\.{2,}")

# Scripts that put no space between words: each letter is a token.
_SPACELESS = (
    "\u0e00-\u0eff\u0f00-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_MOST_MARKS = 30  # on a letter (UAX 15, section 13): normalising more takes quadratic time


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a letter of a script without spaces, a number or a sign, with the white space after it; a line
    break in it ends a paragraph."""

    text: str
    key: str


def paragraphs(html: str) -> list[str]:
    """The paragraphs of an article's HTML as plain text; a row of a table is one, and so is a caption.
    Pictures and their addresses are none."""
    text = _TAG.sub("", _SPACE.sub(" ", _PARAGRAPH.sub("\n", html)))
    lines = (" ".join(unescape(line).split()) for line in text.split("\n"))
    return [line for line in lines if line and not line.startswith(_PICTURE)]


def key(text: str) -> str:
    """What two texts that say the same have in common."""
    if "://" in text:
        text = _ADDRESS.sub(lambda address: _plain_address(address[0]), text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _patterns().marks.sub(r"\1", text))
    text = "".join(text.translate(_SAME).split())
    return _RUN.sub(lambda run: run[1] or "...", text)


def tokens(paragraphs_: list[str]) -> list[Token]:
    """The tokens of some paragraphs, in order."""
    return [token for paragraph in paragraphs_ for token in _tokens(f"{paragraph}\n")]


def _tokens(text: str) -> Iterator[Token]:
    pending = ""
    for match in _patterns().token.finditer(text):
        found = pending + match[0]
        if known := _key_of_token(found):
            yield Token(found, known)
            pending = ""
        else:
            pending = found  # signs that cannot be seen go with what follows
    # What is invisible at the end of a paragraph says nothing.


_key_of_token = lru_cache(maxsize=8192)(key)  # a text repeats its words, and Chinese its letters


def parts_words(text: str) -> bool:
    """Whether a text begins with a letter of a script that puts spaces between words."""
    return text[:1].isalpha() and re.match(f"[{_SPACELESS}]", text) is None


def _plain_address(address: str) -> str:
    return without_tracking(address).partition("://")[2].removeprefix("www.").rstrip("/")


@dataclass(frozen=True, slots=True)
class _Patterns:
    token: re.Pattern[str]
    marks: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    """Made when first used: Unicode's combining marks, of which ``re`` has no name, take 30 ms to list."""
    marks = "".join(
        re.escape(chr(code)) for code in range(0x300, 0x1F000) if unicodedata.category(chr(code))[0] == "M"
    )
    word = rf"[^\W_{_SPACELESS}][{marks}\u200c\u200d]*"
    return _Patterns(
        token=re.compile(
            rf"(?:https?://[^\s<>]+|\d+(?:[.,:/]\d+)*|[{_SPACELESS}][{marks}]*"
            rf"|(?:{word})+(?:['’-](?:{word})+)*|[{re.escape(_QUOTES)}]+|[{re.escape(_DASHES)}]+|[.…]+|\s|.)\s*",
            re.DOTALL,
        ),
        marks=re.compile(rf"([{marks}]{{{_MOST_MARKS}}})[{marks}]+"),
    )
