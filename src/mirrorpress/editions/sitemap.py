"""Sitemaps (sitemaps.org, protocol 0.9): where search engines are told of every page.

A section's pages stand in files of about a thousand, numbered from the oldest, so that a new article
changes one file; one index names them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from xml.sax.saxutils import escape

MOST = 50_000
"""Addresses in one file, and files in an index, at the most; the protocol's own limit."""
_LONGEST = 2048  # characters of an address, the protocol's limit
_USUAL = 1000  # addresses a file: what one new article has written again stays under 150 kB
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def size_of(list_size: int) -> int:
    """How many articles a file covers: full list pages only, as articles leave by whole list pages."""
    return list_size * max(_USUAL // list_size, 1)


def urlset(pages: Iterable[tuple[str, datetime | None]]) -> bytes:
    """One file of pages as (address, when it changed last)."""
    return _written(
        "urlset",
        [
            f"<url><loc>{escape(address)}</loc>{_changed(changed)}</url>"
            for address, changed in pages
            if len(address) < _LONGEST
        ],
    )


def index(files: Sequence[str]) -> bytes:
    """The list of the files at these addresses; of more than are allowed, the last ones."""
    return _written(
        "sitemapindex", [f"<sitemap><loc>{escape(address)}</loc></sitemap>" for address in files[-MOST:]]
    )


def _written(kind: str, lines: Sequence[str]) -> bytes:
    head = f'<?xml version="1.0" encoding="utf-8"?>\n<{kind} {_NAMESPACE}>'
    return "\n".join([head, *lines, f"</{kind}>", ""]).encode()


def _changed(moment: datetime | None) -> str:
    """When a page changed last, if that is known, as W3C's note on dates has it."""
    stamp = moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else ""
    return f"<lastmod>{stamp}</lastmod>" if stamp else ""
