"""mirrorpress.toml, read and checked: ``load`` gives a ``Configuration`` or everything wrong at once.

    text -> tables (tomllib) -> shape (schema) -> references between tables -> nouns (model)

Each step adds to one list of problems, and the nouns are made only when it stayed empty.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from mirrorpress.app import positions, rules
from mirrorpress.app.overrides import own_templates
from mirrorpress.app.problems import Problems, key_in_words, shortened, shown
from mirrorpress.app.schema import Root, Table, table_of
from mirrorpress.editions.scripts import script_of
from mirrorpress.errors import ConfigurationError, Problem, UsageError
from mirrorpress.model import (
    HOME,
    ArticleRules,
    Configuration,
    FetchPolicy,
    FollowPolicy,
    HotPolicy,
    Link,
    Mirror,
    Note,
    Publisher,
    Section,
    TrustPolicy,
)
from mirrorpress.pipeline.mirrorlist import health, listed
from mirrorpress.pipeline.registry import Kind, Registry
from mirrorpress.trust.roles import FIRST_ROOT

TableT = TypeVar("TableT", bound=Table)
Raw = Mapping[str, Any]

_KINDS: Mapping[int | str, Kind] = {"sections": "sources", "editions": "editions", "targets": "targets"}
_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def load(path: Path, registry: Registry | None = None) -> Configuration:
    """Read and check a configuration file, and read the mirror's own templates beside it.

    Raises ``UsageError`` when there is no such file, ``ConfigurationError`` with every problem in
    it, in the order of the file, when there are any.
    """
    registry = registry or Registry()
    text = _text(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(str(path), [_broken(text, error)]) from error
    except RecursionError as error:
        deep = Problem(0, "TOML", "brackets within brackets without end", "a few levels at most")
        raise ConfigurationError(str(path), [deep]) from error
    check = _Check(raw, text, registry)
    root = check.shape(Root, raw, ())
    parts = check.parts()
    check.references(parts)
    if root is None or check.problems:
        raise ConfigurationError(str(path), check.problems.in_file_order())
    return _configuration(path.absolute().parent, root, parts, registry)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UsageError(
            "there is no such file", where=str(path), hint='"mirrorpress init" writes one to start from'
        ) from error
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from error
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{data[error.start]:02x}"
        problem = Problem(line, "encoding", found, "UTF-8 text; save the file again as UTF-8")
        raise ConfigurationError(str(path), [problem]) from error


def _broken(text: str, error: tomllib.TOMLDecodeError) -> Problem:
    reason = str(error)
    place = _PLACE.search(reason)
    lines = text.splitlines() or [""]
    line = int(place[1]) if place and place[1] else len(lines)
    reason = reason[: place.start()] if place else reason
    shown = lines[min(line, len(lines)) - 1].strip()
    return Problem(line, "TOML", shortened(shown) or "the end of the file", f"valid TOML ({reason})")


class _Check:
    """What the tables of one file say, alone and of each other."""

    def __init__(self, raw: Raw, text: str, registry: Registry) -> None:
        self.raw = raw
        self.registry = registry
        self.problems = Problems(text)

    def shape(self, table: type[TableT], raw: Raw, at: positions.Path) -> TableT | None:
        """Hold a table against its shape."""
        try:
            return table.model_validate(raw)
        except ValidationError as error:
            self.problems.take(error, table, at)
            return None

    def parts(self) -> dict[positions.Path, Any]:
        """Make the sources, editions and targets that are sound, by the path of their table."""
        made = {}
        tables = [*self.tables("editions"), *self.tables("targets")]
        for path, section in self.tables("sections"):
            if isinstance(source := section.get("source"), dict):
                tables.append(((*path, "source"), source))
        for path, raw in tables:
            part = self._part(path, raw)
            if part is not None:
                made[path] = part
        return made

    def _part(self, path: positions.Path, raw: Raw) -> Any | None:
        kind = _KINDS[path[0]]
        name = raw.get("type")
        known = self.registry.names(kind)
        if not isinstance(name, str) or name not in known:
            expected = rules.suggestion(name, known) if isinstance(name, str) else rules.suggestion("", known)
            self.problems.add((*path, "type"), shown(name) if "type" in raw else "nothing", expected)
            return None
        try:
            cls = self.registry.find(kind, name)
        except UsageError as error:
            self.problems.add((*path, "type"), shown(name), f"a type that can be loaded ({error})")
            return None
        table = self.shape(table_of(kind, name, cls), {key: raw[key] for key in raw if key != "type"}, path)
        if table is None:
            return None
        try:
            return cls(**dict(table))
        except ValueError as error:
            self.problems.add(path, "these values", str(error))
            return None

    def tables(self, name: str) -> Iterator[tuple[positions.Path, Raw]]:
        """The tables of an array of tables, whatever else its shape."""
        several = self.raw.get(name)
        for index, table in enumerate(several if isinstance(several, list) else ()):
            if isinstance(table, dict):
                yield (name, index), table

    def references(self, parts: Mapping[positions.Path, Any]) -> None:
        """What one table says of another."""
        publishers = self._distinct("publishers", "id")
        sections = self._distinct("sections", "id")
        self._places(sections)
        self._known("sections", "publisher", publishers, "the id of a [[publishers]] table")
        editions = self._distinct("editions", "name", parts)
        # Without [[editions]] there is one of type markdown; one that is broken still has its name.
        named = editions or ([] if "editions" in self.raw else ["markdown"])
        self._known("targets", "edition", named, "the name of an edition")
        self._distinct("targets", "name", parts)
        self._scripts(parts)

    def _scripts(self, parts: Mapping[positions.Path, Any]) -> None:
        """``also_in`` of an edition names other scripts than that of the menus."""
        mirror = self.raw.get("mirror")
        own = mirror.get("language") if isinstance(mirror, dict) else None
        for path, part in parts.items():
            for language in getattr(part, "also_in", ()):
                if isinstance(own, str) and script_of(own) == script_of(language):
                    expected = "another script than that of the menus, which [mirror] language names"
                    self.problems.add((*path, "also_in"), shown(language), expected)

    def _places(self, sections: Sequence[str]) -> None:
        """Where notes are pinned is the home page or the list of a section."""
        known = [HOME, *(unicodedata.normalize("NFC", id) for id in sections)]
        for path, raw in self.tables("notes"):
            places = raw.get("places")
            for index, place in enumerate(places if isinstance(places, list) else ()):
                if isinstance(place, str) and unicodedata.normalize("NFC", place) not in known:
                    self.problems.add((*path, "places", index), shown(place), rules.suggestion(place, known))

    def _distinct(self, table: str, key: str, parts: Mapping[positions.Path, Any] | None = None) -> list[str]:
        """The names of an array's tables; two that some file systems take for one are a problem."""
        first: dict[str, positions.Path] = {}
        names = []
        for path, raw in self.tables(table):
            name = getattr(parts[path], key) if parts and path in parts else raw.get(key)
            if name is None and table == "editions":  # a broken one, whose name is its type by custom
                name = raw.get("type")
            if not isinstance(name, str) or not name:
                continue
            names.append(name)
            other = first.setdefault(unicodedata.normalize("NFKC", name).casefold(), path)
            if other != path:
                taken = f"{key_in_words(other)} in line {self.problems.line(other)} has it"
                self.problems.add((*path, key), shown(name), f"a name of its own; {taken}")
        return names

    def _known(self, table: str, key: str, names: Sequence[str], what: str) -> None:
        for path, raw in self.tables(table):
            name = raw.get(key)
            if isinstance(name, str) and name and unicodedata.normalize("NFC", name) not in names:
                there = rules.suggestion(name, names) if names else "there is none"
                self.problems.add((*path, key), shown(name), f"{what}: {there}")


def _configuration(
    folder: Path, root: Root, parts: Mapping[positions.Path, Any], registry: Registry
) -> Configuration:
    sections = []
    for index, section in enumerate(root.sections):
        values = dict(section)
        values["source"] = parts.get(("sections", index, "source"))
        values["article"] = ArticleRules(**dict(section.article))
        sections.append(Section(**values))
    editions = [parts["editions", index] for index in range(len(root.editions))]
    return Configuration(
        folder=folder,
        mirror=Mirror(**dict(root.mirror)),
        publishers=tuple(Publisher(**dict(publisher)) for publisher in root.publishers),
        sections=tuple(sections),
        links=tuple(Link(**dict(link)) for link in root.links),
        notes=tuple(Note(**dict(note)) for note in root.notes),
        templates=own_templates(folder, registry.names("editions")),
        fetch=FetchPolicy(**dict(root.fetch)),
        hot=HotPolicy(**dict(root.hot)),
        trust=TrustPolicy(root.trust.keys),
        mirrors=listed(folder, root.fetch.allow_private),
        health=health(folder),
        is_signed=(folder / FIRST_ROOT).is_file(),
        follow=FollowPolicy(**dict(root.follow)),
        keep_captures=root.archive.keep_captures,
        editions=tuple(editions) or (registry.find("editions", "markdown")(),),
        targets=tuple(parts["targets", index] for index in range(len(root.targets))),
    )
