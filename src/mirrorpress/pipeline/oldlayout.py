"""Old mirrors' paths: which section an old name stands for, and what the archive is to remember of where
pages and lists stood, so that old addresses keep leading to them."""

from __future__ import annotations

from collections.abc import Sequence

from mirrorpress.archive.store import Archive
from mirrorpress.editions.former import SectionNames
from mirrorpress.model import Entry
from mirrorpress.paths import is_safe
from mirrorpress.pipeline.identity import comparable, section_id
from mirrorpress.pipeline.report import Report

_NAMED = 3  # paths in a note


def section_for(name: str, names: SectionNames) -> str:
    """The id of the section that an old mirror's name stands for, a new one if need be, which ``names`` then
    know; empty for a name of which nothing can stand in a path."""
    made = section_id(name)
    id = names.id_of(name) or names.id_of(made) or made
    if id:
        names.add(id)
    return id


def remember(archive: Archive, entries: Sequence[Entry], lists: Sequence[str], report: Report) -> None:
    """Remember where those of an old mirror's pages that are in the archive, and its lists, stood. Raises
    ``ArchiveError``."""
    known = archive.known(comparable(entry.url) for entry in entries)
    stood = [
        (entry.place, known[key].number)
        for entry in entries
        if entry.place and (key := comparable(entry.url)) in known
    ]
    places = [*stood, *((path, None) for path in lists)]
    taken = archive.former.note([one for one in places if is_safe(one[0])])
    unsafe = [path for path, _ in places if not is_safe(path)]
    _tell(report, "old paths that some file systems cannot hold lead nowhere", unsafe)
    _tell(report, "old paths that differ from another one only in case or accents lead nowhere", taken)


def _tell(report: Report, what: str, paths: Sequence[str]) -> None:
    if paths:
        named = ", ".join(ascii(path) for path in paths[:_NAMED]) + (", …" if len(paths) > _NAMED else "")
        report.notes.append(f"{what}: {len(paths)}, such as {named}")
