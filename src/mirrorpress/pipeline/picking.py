"""An editor's list: which sections' articles its entries are, and which articles it came to.

The editor's titles and order are the list's alone: an article keeps the title that its publisher gave it, and
one that stands in another section stays there, read by that section's rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from mirrorpress.model import Configuration, Entry, Section

MOST = 100  # articles that a list shows


class KnownPlace(Protocol):
    """What deciding needs to know of an article in the archive."""

    @property
    def number(self) -> int: ...
    @property
    def section(self) -> str: ...
    @property
    def entry_title(self) -> str: ...
    @property
    def entry_updated(self) -> datetime | None: ...


def by_section(
    configuration: Configuration,
    section: Section,
    entries: Sequence[tuple[str, Entry]],
    known: Mapping[str, KnownPlace],
) -> list[tuple[Section, list[Entry]]]:
    """The sections that an editor's entries, given as (comparable address, entry), belong to: those that have
    the articles already, and the editor's own for new ones.

    An article that is new gets the publisher that its address fits, not the section's: anything may be
    picked, and rights go with the publisher. The section's own counts where that has no ``url``.
    """
    own = next((one for one in configuration.publishers if one.id == section.publisher), None)
    home = replace(section, publisher="" if own is None or own.url else own.id)
    found: dict[str, tuple[Section, list[Entry]]] = {}
    for key, entry in _wanted(section, entries):
        owner = known.get(key)
        # Only the article's own page and source say whether it changed.
        title, updated = (owner.entry_title, owner.entry_updated) if owner else ("", None)
        id = owner.section if owner else section.id
        other = configuration.section(id) or Section(id, id, "")
        part = found.setdefault(id, (home if id == section.id else other, []))
        part[1].append(replace(entry, title=title, published=None, updated=updated))
    return list(found.values())


def picked(
    section: Section, entries: Sequence[tuple[str, Entry]], known: Mapping[str, KnownPlace]
) -> list[tuple[int, str]]:
    """What an editor's list came to: numbers of articles with the editor's titles, each once, in order."""
    found: dict[int, str] = {}
    for key, entry in _wanted(section, entries):
        if owner := known.get(key):
            found.setdefault(owner.number, entry.title)
    return list(found.items())[:MOST]


def _wanted(section: Section, entries: Sequence[tuple[str, Entry]]) -> list[tuple[str, Entry]]:
    return [(key, entry) for key, entry in entries if not section.skips(entry.title)]
