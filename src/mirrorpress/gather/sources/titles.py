"""Titles and names as plain text, whatever a feed or page wraps them in."""

from __future__ import annotations

import html
import re

from mirrorpress import markup

_TAG = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|big|br|center|cite|code|del|div|em|font|h[1-6]|i|img|ins|li|mark|nobr|p|q|rb|"
    r"rp|rt|ruby|s|script|small|span|strong|style|sub|sup|u|ul|wbr)\b[^<>]*>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<(?=/?(?:br|p|div|li|h[1-6])\b)", re.IGNORECASE)
# Marks that reorder the text round them (Unicode UAX 9): a title must not disguise its neighbours.
_BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NOT_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
_MAX_LENGTH = 1000  # characters; "titles" beyond it are whole articles in the wrong element


def clean(text: str) -> str:
    """One line of text: whitespace collapsed; control, bidi-control and noncharacters removed.

    Zero-width joiners stay: Persian and Indic scripts are spelt with them.
    """
    text = _BIDI_CONTROLS.sub("", text[: 4 * _MAX_LENGTH])
    return _NOT_TEXT.sub("", " ".join(text.split())).strip()[:_MAX_LENGTH]


def from_html(text: str) -> str:
    """The words of a title that may hold HTML tags and entities; other angle brackets are words."""
    text = text[: 20 * _MAX_LENGTH]
    if not _TAG.search(text):
        return clean(html.unescape(text))
    fragment = markup.parse_fragment(_BREAK.sub(" <", text))
    for element in fragment.select("script, style"):
        element.decompose()
    return clean(fragment.text)
