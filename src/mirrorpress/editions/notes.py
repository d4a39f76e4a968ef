"""Pinned notes: words of the mirror's own, on the home page and above the lists of sections."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from mirrorpress.editions.plain import FORBIDDEN, destination
from mirrorpress.editions.safety import dangers_in_markdown
from mirrorpress.links import followable

LONGEST = 2000  # characters; a note stands before all news
_TAG = re.compile(r"<(?!https://|mailto:)[a-zA-Z/!?]")
_LINK_OR_CODE = re.compile(r"(?s:(`+)(?!`).+?(?<!`)\1(?!`))|\\.|\]\(\s*<?([^)\s>]+)>?")
_ELSEWHERE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|#")


def problem_of(text: str) -> str:
    """What a text must be to be a note that it is not; an empty string when it is one."""
    if not text.strip() or len(text) > LONGEST:
        return f"Markdown of 1 to {LONGEST:,} characters"
    if FORBIDDEN.search(text.replace("\n", "").replace("\t", "")):
        return "Markdown without control characters and marks of direction"
    if "![" in text or _TAG.search(text):
        return "words and links in Markdown: no pictures, no HTML"
    found = dangers_in_markdown(text)
    return f"Markdown that every reader may see ({found[0]})" if found else ""


def led(text: str, way: Callable[[str], str]) -> str:
    """A note's Markdown with outgoing links marked, and relative ones led by what ``way`` says of them."""
    return _LINK_OR_CODE.sub(lambda match: _led(match, way), text.strip())


def quoted(markdown: str) -> str:
    """Markdown as a quotation, which ends what it leaves open (CommonMark 5.1)."""
    return "\n".join(f"> {line}".rstrip() for line in markdown.splitlines())


def _led(match: re.Match[str], way: Callable[[str], str]) -> str:
    target = match[2]
    if not target:
        return match[0]
    if followable(target):
        return f" ↗]({target}"
    if _ELSEWHERE.match(target):
        return match[0]
    return f"]({destination(posixpath.normpath(way(target) + target))}"
