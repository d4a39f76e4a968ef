"""files of reading counts -> archive: totals of each article and day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from mirrorpress.archive.store import Archive
from mirrorpress.errors import SourceError
from mirrorpress.gather.counts.formats import FORMATS, recognised
from mirrorpress.gather.counts.lines import opened
from mirrorpress.gather.counts.machines import is_machine
from mirrorpress.gather.counts.records import DAY, Format, Hit, Line, Record, Total, Unreadable, Window
from mirrorpress.model import Configuration
from mirrorpress.pipeline.pagepaths import PagePaths
from mirrorpress.pipeline.report import Report
from mirrorpress.pipeline.tally import Tally

_AT_A_TIME = 5000  # records between two looks into the archive
_NAMED = 5  # unreadable lines of a file
_FUTURE = "a date in the future, or before 1970"


@dataclass
class FileCount:
    """What one file came to, in records: lines of a log, rows of a table."""

    file: str
    format: str = ""
    source: str = ""
    records: int = 0
    readers: int = 0
    repeated: int = 0  # the same reader and page on the same day
    machines: int = 0
    other: int = 0  # not a page of this mirror, or not read: an error, another method
    counted_before: int = 0
    unreadable: int = 0


@dataclass
class Counting:
    """One command's files. Nothing is stored before ``store``, so that an interrupted command did nothing.

    ``format`` and ``source`` are what the operator says of them, or empty; without a source, a file's format
    is its source's name. ``now`` is the time, in UTC.
    """

    configuration: Configuration
    archive: Archive
    report: Report
    now: datetime
    format: str = ""
    source: str = ""
    window: Window = field(default_factory=Window)
    files: list[FileCount] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._paths = PagePaths(self.configuration)
        self._articles: dict[tuple[str, str], int] = {}
        self._tallies: dict[str, Tally] = {}
        self._totals: dict[tuple[str, int], dict[tuple[int, int], int]] = {}
        self._latest = int(self.now.timestamp()) + DAY  # clocks and zones may be off by as much
        self._done = 0

    def count(self, names: Iterable[str]) -> None:
        """Read these files; ``-`` is stdin. One that cannot be read stops no other, nor does a line."""
        for name in dict.fromkeys(names):
            try:
                with opened(name) as parts:
                    known = [self._part(part, lines, alone=len(parts) == 1) for part, lines in parts]
                if not any(known):
                    raise SourceError(
                        "holds no counts in a format that is known",
                        where=name,
                        hint=f"these are: {', '.join(FORMATS)}; a log needs user agents (format combined)",
                    )
            except SourceError as error:
                self.report.fail(error, "count")

    def store(self) -> dict[str, Any]:
        """Put the totals into the archive; returns the object that ``--json`` prints."""
        reads, added, days = self.archive.reads, 0, set()
        for source, tally in self._tallies.items():
            reads.add(source, tally.readers, {day: (span[0], span[1]) for day, span in tally.spans.items()})
            added += tally.readers.total()
            days |= {day for day, _ in tally.readers}
        for (source, length), totals in sorted(self._totals.items()):
            if length == 1:
                added += reads.raise_to(source, totals)
            else:
                added += reads.fill(source, totals, length)
            days |= {day for day, _ in totals}
        return {"files": [asdict(one) for one in self.files], "readers_added": added, "days": len(days)}

    # --- one file ------------------------------------------------------------------------

    def _part(self, name: str, lines: Iterator[Line], *, alone: bool) -> bool:
        """Count a file, or one table of a ZIP archive; returns whether its format is known."""
        form, lines = recognised(lines, self.format if alone else "")
        if form is None:
            return False
        found = FileCount(name, form.name, self.source or form.name)
        self.files.append(found)
        try:
            records = form.read(lines, self.window, name)
            if form.logs:
                self._log(found, records)
            else:
                self._table(found, records)
        finally:
            self._say(form, found)
        return True

    def _log(self, found: FileCount, records: Iterator[Record]) -> None:
        if found.source not in self._tallies:
            self._tallies[found.source] = Tally(self.archive.reads.spans(found.source))
        tally = self._tallies[found.source]
        for batch in self._batches(found, records):
            for hit in batch:
                if isinstance(hit, Hit):
                    self._hit(found, tally, hit)

    def _hit(self, found: FileCount, tally: Tally, hit: Hit) -> None:
        if not 0 <= hit.at <= self._latest:
            self._unreadable(found, hit.line, _FUTURE)
        elif not tally.is_new(hit.at):
            found.counted_before += 1
        elif (article := self._article(hit.path)) is None:
            found.other += 1
        elif hit.agent and is_machine(hit.agent):
            found.machines += 1
        elif tally.add(hit.at, article, hit.reader):
            found.readers += 1
        else:
            found.repeated += 1

    def _table(self, found: FileCount, records: Iterator[Record]) -> None:
        totals: dict[tuple[int, int, int], int] = {}
        try:
            for batch in self._batches(found, records):
                for total in batch:
                    if not isinstance(total, Total):
                        continue
                    article = self._article(total.path)
                    if not 0 <= total.last * DAY <= self._latest:
                        self._unreadable(found, total.line, _FUTURE)
                    elif article is None:
                        found.other += 1
                    else:  # the same page may be there under several paths
                        key = (total.days, total.last, article)
                        totals[key] = totals.get(key, 0) + total.readers
                        found.readers += total.readers
        finally:
            for (days, last, article), readers in totals.items():
                kept = self._totals.setdefault((found.source, days), {})
                kept[last, article] = max(kept.get((last, article), 0), readers)

    def _batches(self, found: FileCount, records: Iterator[Record]) -> Iterator[list[Record]]:
        """The records some thousands at a time, once the articles that they are of are known."""
        while batch := list(islice(records, _AT_A_TIME)):
            found.records += len(batch)
            self._done += len(batch)
            self.report.watch("lines", self._done, 0)
            self._look_up(record.path for record in batch if not isinstance(record, Unreadable))
            for record in batch:
                if isinstance(record, Unreadable):
                    self._unreadable(found, record.line, record.reason)
            yield batch

    def _look_up(self, paths: Iterable[str]) -> None:
        pages = {page for path in paths if path and (page := self._paths.page(path))}
        known = self.archive.reads.articles(id for _, id in pages - self._articles.keys())
        for id, (number, section) in known.items():
            self._articles[section.casefold(), id] = number

    def _article(self, path: str) -> int | None:
        page = self._paths.page(path) if path else None
        return self._articles.get(page) if page else None

    # --- what to say ---------------------------------------------------------------------

    def _unreadable(self, found: FileCount, line: int, reason: str) -> None:
        found.unreadable += 1
        if found.unreadable <= _NAMED:
            where = f"{found.file}, line {line}"
            hint = "the line is left out; the rest was counted"
            self.report.fail(SourceError(reason, where=where, hint=hint), "count")

    def _say(self, form: Format, found: FileCount) -> None:
        notes = self.report.notes
        if found.unreadable > _NAMED:
            notes.append(f"{found.file}: {found.unreadable:,} lines in all are unreadable")
        if form.logs and found.records and found.counted_before == found.records - found.unreadable:
            notes.append(
                f"{found.file}: all of it was counted before as {found.source!r}; "
                "if it is the log of another server, give that one a --source of its own"
            )
        elif found.records and found.other == found.records - found.unreadable:
            notes.append(
                f"{found.file}: nothing in it is a page of this mirror; "
                "pages are known by the addresses and site_addresses of mirrorpress.toml"
            )
