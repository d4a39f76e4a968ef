"""Writing a plain text into Markdown so that every git host shows just that text."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]+"
)
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~&$]")
_AUTOLINK = re.compile(r"(https?|ftp|mailto|xmpp)(?=:)|(?<=www)(?=\.)", re.IGNORECASE)
_LINE_START = re.compile(r"^(\s*(?:\d{1,9})?)([-+=.)])")


def one_line(text: str) -> str:
    """A text in one line, without characters that control, reorder or are no text at all."""
    return " ".join(FORBIDDEN.sub(" ", text).split())


@lru_cache(maxsize=4096)  # names and titles stand on many pages
def escape(text: str) -> str:
    """``text`` as one line of Markdown that means only itself (CommonMark 2.4, GFM 6.9).

    Markup is escaped, web addresses do not become links, control and direction-changing characters are
    gone. An e-mail address may become a ``mailto`` link: GitHub's parser makes one of any "@".
    """
    line = one_line(text)
    line = _SPECIAL.sub(r"\\\g<0>", line)
    if ":" in line or "." in line:  # the search itself is slow
        line = _AUTOLINK.sub(r"\g<0>\\", line)
    return _LINE_START.sub(r"\1\\\2", line)


@lru_cache(maxsize=4096)
def destination(path: str) -> str:
    """A path or address as a Markdown link destination."""
    return quote(path, safe="/:?#@!&'+,;=%~-._")


def code(text: str) -> str:
    """A text shown literally."""
    line = one_line(text)
    runs = [len(run) for run in re.findall(r"`+", line)]
    fence = "`" * (max(runs, default=0) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def fenced(*lines: str) -> str:
    """Lines shown literally, in a block that git hosts offer to copy (CommonMark 4.5)."""
    shown = [one_line(line) for line in lines]
    longest = max((len(run) for line in shown for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join((fence, *shown, fence))
