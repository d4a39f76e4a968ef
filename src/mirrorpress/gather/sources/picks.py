"""A section that an editor picks by hand, in a CSV file of ``url,title``."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from mirrorpress import markup
from mirrorpress.errors import SourceError
from mirrorpress.gather.sources import titles
from mirrorpress.gather.sources.links import absolute
from mirrorpress.model import Entry, Reach

LARGEST = 1_000_000  # bytes of a file
_EXPECTED = "each line is an http or https address, a comma, and a title"


@dataclass(frozen=True, slots=True)
class Picks:
    """``file`` is a path within the mirror's folder. A header line, blank lines and lines that begin
    with ``#`` may stand in it."""

    hand_picked: ClassVar[bool] = True

    file: str

    def discover(self, reach: Reach) -> Sequence[Entry]:
        """Entries in the file's order. Bad lines are told through ``reach.warn``.

        Raises ``SourceError`` if the file cannot be read, or if no line of it is good.
        """
        path = _within(reach.folder, self.file)
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
        except OSError as error:
            raise SourceError(
                f"the file cannot be read ({error.strerror or error})",
                where=self.file,
                hint="create it in the folder of mirrorpress.toml, or correct the section's file",
            ) from error
        if len(data) > LARGEST:
            raise SourceError(
                f"the file has more than {LARGEST:,} bytes",
                where=self.file,
                hint="keep the newest picks, and remove the rest",
            )
        entries, bad = parse_picks(markup.decode(data))
        if bad:
            reason = f"line{'s' if len(bad) > 1 else ''} {', '.join(map(str, bad))}: no address"
            if not entries:
                raise SourceError(reason, where=self.file, hint=_EXPECTED)
            reach.warn(f"{self.file}: {reason} ({_EXPECTED})")
        return entries


def _within(folder: Path, name: str) -> Path:
    try:
        path = (folder / name).resolve()
        inside = path.is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError) as error:  # a NUL in the name, a circle of links
        raise SourceError(f"not a usable path ({error})", where=name) from error
    if not inside:
        raise SourceError(
            "the file lies outside of the mirror's folder",
            where=name,
            hint="put it beside mirrorpress.toml",
        )
    return path


def parse_picks(text: str) -> tuple[Sequence[Entry], Sequence[int]]:
    """Entries of a picks file, each address once, and the numbers of the lines that are not good."""
    entries: dict[str, Entry] = {}
    bad: list[int] = []
    url_column, title_column = 0, 1
    for position, (line, row) in enumerate(_rows(text)):
        cells = [cell.strip() for cell in row]
        names = [cell.lower() for cell in cells]
        if position == 0 and "url" in names:
            url_column = names.index("url")
            title_column = names.index("title") if "title" in names else len(names)
            continue
        url = absolute("", cells[url_column]) if url_column < len(cells) else ""
        if not url or " " in url:
            bad.append(line)
            continue
        title = titles.clean(cells[title_column]) if title_column < len(cells) else ""
        entries.setdefault(url, Entry(url=url, title=title))
    return list(entries.values()), bad


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that say something, with the number of the line they end at."""
    lines = ("\n" if line.lstrip().startswith("#") else line for line in text.splitlines(keepends=True))
    reader = csv.reader(lines)
    while True:
        try:
            row = next(reader, None)
        except csv.Error:  # a cell of over 128 kB: a quotation mark that is never closed
            yield reader.line_num, []
            continue
        if row is None:
            return
        if any(cell.strip() for cell in row):
            yield reader.line_num, row
