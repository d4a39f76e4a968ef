"""What stands on the home page, most important first, whatever it is rendered as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mirrorpress.model import HOME, Configuration, Note, Section, Stored

ON_HOME = 10  # articles that are looked at of each section
_NEWEST = 10
_HOT = 5
_PICKS = 5  # of each editor's list
_OF_SECTION = 5  # where the newest of all sections stand above them


@dataclass(frozen=True, slots=True)
class Listed:
    """An article as a list names it: under its own title, or an editor's."""

    stored: Stored
    title: str


@dataclass(frozen=True, slots=True)
class Group:
    """The sections of one publisher (empty: of none that is configured), with their newest articles, newest
    first."""

    publisher: str
    sections: tuple[tuple[Section, tuple[Stored, ...]], ...]


@dataclass(frozen=True, slots=True)
class Home:
    """The slots of a home page; an empty one is left out. ``hot`` are articles with their readers."""

    notes: tuple[Note, ...]
    picks: tuple[tuple[Section, tuple[Listed, ...]], ...]
    hot: tuple[tuple[Stored, int], ...]
    newest: tuple[Stored, ...]
    groups: tuple[Group, ...]


def home(
    configuration: Configuration,
    sections: Sequence[tuple[Section, Sequence[Stored]]],
    newest: Sequence[Stored],
    picks: Sequence[tuple[Section, Sequence[Listed]]],
    hot: Sequence[tuple[Stored, int]],
) -> Home:
    """The home page of a mirror: of up to ``ON_HOME`` newest articles of each section, ascending, of those of
    all sections, newest first, of editors' lists, and of what was read most.

    The newest of all sections stand there when more than one has any; else the section says the same.
    """
    several = sum(bool(articles) for _, articles in sections) > 1
    of_section = _OF_SECTION if several else ON_HOME
    groups: dict[str, list[tuple[Section, tuple[Stored, ...]]]] = {}
    for section, articles in sections:
        names = [one.name for one in configuration.publishers if one.id == section.publisher]
        groups.setdefault("".join(names[:1]), []).append((section, tuple(articles[::-1][:of_section])))
    return Home(
        notes=pinned(configuration, HOME),
        picks=tuple((section, tuple(listed[:_PICKS])) for section, listed in picks if listed),
        hot=tuple(hot[:_HOT]),
        newest=tuple(newest[:_NEWEST]) if several else (),
        groups=tuple(Group(name, tuple(found)) for name, found in groups.items()),
    )


def pinned(configuration: Configuration, place: str) -> tuple[Note, ...]:
    """The notes of a place, in the configuration's order."""
    return tuple(note for note in configuration.notes if place in note.places)
