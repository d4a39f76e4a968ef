"""Text that was UTF-8, once read as Windows-1252, and saved so: repaired run by run, as templates are often
sound."""

from __future__ import annotations

import re

# A first byte of UTF-8 and what may follow it, as Windows-1252 shows them; control characters for bytes it
# lacks.
_FOLLOWING = "[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_GARBLED = re.compile(f"[ÂÃÐÑØÙÚÛ]{_FOLLOWING}|[à-ï]{_FOLLOWING}{{2}}")
_SIGNS = "ÃÂâãïÐÙØ"  # a garbled page of any length has one of them
_RUN = re.compile(r"[^<>]+")
_ENOUGH = 3  # garbled characters of a page; fewer may be meant
_MOST = 2_000_000  # characters of a page's runs; what is beyond stays garbled
_A_RUN = 200  # characters that take as long as a run by itself does
_LONGEST = 100_000  # characters of one run


def repaired(html: str) -> str:
    """A page's HTML with garbled runs of text repaired; the page itself when nothing is garbled."""
    if html.isascii() or not any(sign in html for sign in _SIGNS):
        return html
    if len(_GARBLED.findall(html[:2_000_000])) < _ENOUGH:
        return html
    from ftfy import fix_encoding  # noqa: PLC0415 - a page in ten thousand needs it

    left = _MOST

    def repair(run: re.Match[str]) -> str:
        nonlocal left
        text = run[0]
        if left < 0 or len(text) > _LONGEST or not _GARBLED.search(text):
            return text
        left -= len(text) + _A_RUN
        return fix_encoding(text)

    return _RUN.sub(repair, html)
