"""What stands at which address of the sample newsroom, in each of its two states.

The table is ``content/site.toml``, the pages are the files beside it. Nothing here reads the network,
the clock or chance: the same path, edition and host give the same bytes.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Self

from mirrorpress.app.newsroom.pictures import picture

EDITIONS = (1, 2)

_PLACEHOLDER = re.compile(r"\{\{([\w./-]+)\}\}")
_TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "xml": "application/rss+xml; charset=utf-8",
}
_DRAWN = datetime(2026, 6, 1, tzinfo=UTC)  # when every picture was last changed


@dataclass(frozen=True, slots=True)
class Resource:
    """A representation to be sent; ``modified`` is in whole seconds, as HTTP dates are."""

    body: bytes
    content_type: str
    modified: datetime


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of an article, for tests of what a mirror makes of it.

    ``present`` phrases hold no character that Markdown escapes, and within them the page has no mark-up
    but tags without a meaning (``<ok>``), so a mirrored page holds them word for word. ``absent`` are
    words and markers of hidden text, advertisements, share bars, appeals and trackers. ``skipped``
    articles match the sample configuration's ``skip_titles``.
    """

    section: str
    title: str
    published: datetime
    present: tuple[str, ...]
    absent: tuple[str, ...]
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A file at an address. ``content_type`` and ``encoding`` may disagree: old portals do."""

    path: str
    file: str
    modified: datetime
    content_type: str
    encoding: str
    truth: Truth | None

    @classmethod
    def from_table(cls, table: dict[str, Any], absent: dict[str, list[str]]) -> Self:
        """Read one ``[[pages]]`` table; ``absent`` holds the markers common to a section's pages."""
        truth = None
        if "section" in table:
            truth = Truth(
                section=table["section"],
                title=table["title"],
                published=table["published"].astimezone(UTC),
                present=tuple(table["present"]),
                absent=(*absent[table["section"]], *table.get("absent", ())),
                skipped=table.get("skipped", False),
            )
        return cls(
            path=table["path"],
            file=table["file"],
            modified=table["modified"].astimezone(UTC),
            content_type=table.get("content_type", _TYPES[table["file"].rpartition(".")[2]]),
            encoding=table.get("encoding", "utf-8"),
            truth=truth,
        )


@cache
def _text(file: str) -> str:
    return files(__package__).joinpath("content", file).read_text("utf-8")


def fill(file: str, values: dict[str, str]) -> str:
    """The text of a content file, with ``{{name}}`` replaced by a value or, for other names, by the
    content file of that name."""
    return _PLACEHOLDER.sub(
        lambda match: values[match[1]] if match[1] in values else fill(match[1], values), _text(file)
    )


@cache
def pages(edition: int) -> dict[str, Page]:
    """Every page and feed of an edition by its path. Raises ``ValueError`` for an unknown edition."""
    if edition not in EDITIONS:
        raise ValueError(f"the sample newsroom has editions 1 and 2, not {edition!r}")
    site = tomllib.loads(_text("site.toml"))
    found: dict[str, Page] = {}
    for table in site["pages"]:
        if edition in table.get("editions", EDITIONS):
            state = table | table.get("second", {}) if edition == 2 else table
            found[table["path"]] = Page.from_table(state, site["absent"])
    return found


def resource(path: str, edition: int, host: str) -> Resource | None:
    """What stands at ``path`` (without query) when the newsroom is at ``host`` (name:port), or None."""
    if page := pages(edition).get(path):
        body = fill(page.file, {"host": host}).encode(page.encoding)
        return Resource(body, page.content_type, page.modified)
    if drawn := picture(path):
        return Resource(drawn.data, drawn.media_type, _DRAWN)
    return None


def truth(edition: int = 1) -> dict[str, Truth]:
    """What is true of each article of an edition, by its path."""
    return {path: page.truth for path, page in pages(edition).items() if page.truth}
