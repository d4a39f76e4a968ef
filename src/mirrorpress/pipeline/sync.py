"""sources -> archive: discover | fetch | extract | store.

Sources are asked and articles fetched side by side; storing happens here, in one thread, in the order
that was decided, so that the same answers give the same archive whoever answered first.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from mirrorpress.archive.store import Archive, Known
from mirrorpress.editions.former import SectionNames
from mirrorpress.errors import ArchiveError, ExtractError, FetchError, GatherError, MirrorpressError
from mirrorpress.model import Capture, Configuration, Entry, Section, Source, Validators
from mirrorpress.pipeline import fetching, picking
from mirrorpress.pipeline.decide import Task, plan
from mirrorpress.pipeline.fetching import Fetch, Fetched, Workshop
from mirrorpress.pipeline.furtherpages import on_one_page
from mirrorpress.pipeline.identity import comparable
from mirrorpress.pipeline.lessons import Lessons, address_of
from mirrorpress.pipeline.oldlayout import remember, section_for
from mirrorpress.pipeline.report import Report
from mirrorpress.pipeline.storing import Storing

T = TypeVar("T")
_AHEAD = 32  # articles fetched but not yet stored, at the most: bounds memory
_THREADS = _AHEAD + 8  # most wait for their turn at a host; with fewer, a slow host would hold up all others


@contextmanager
def _threads(name: str) -> Iterator[ThreadPoolExecutor]:
    """Threads that are waited for at the end, but not when the work is cut short: a silent server may hold
    them for a minute."""
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix=name)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


@dataclass
class SectionReach:
    """What a section's source may use of the world; implements ``model.Reach``."""

    folder: Path
    _fetch: Fetch
    _isolate: Callable[..., Any]
    _validators: dict[str, Validators]
    seen: dict[str, Validators] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def fetch(self, url: str) -> Capture:
        capture = self._fetch(url, validators=self._validators.get(url, Validators()))
        if capture.status != 304:
            self.seen[url] = Validators(capture.header("etag"), capture.header("last-modified"))
        return capture

    def isolate(self, function: Callable[..., T], /, *arguments: Any) -> T:
        result: T = self._isolate(function, *arguments)
        return result

    def warn(self, message: str) -> None:
        self.warnings.append(message)


@runtime_checkable
class HasLists(Protocol):
    """A source that is an old mirror."""

    def lists(self, folder: Path) -> Sequence[str]:
        """Paths in it of its lists."""


@dataclass
class _Line:
    """One section's articles under way, in the order in which they are to be stored."""

    section: Section
    waiting: deque[Task]
    known: dict[str, Known]
    working: deque[tuple[Task, Future[Fetched]]] = field(default_factory=deque)
    captures: dict[str, list[Capture]] = field(default_factory=dict)


@dataclass
class Sync:
    """One synchronisation. ``publisher`` overrides the publisher of adopted pages."""

    configuration: Configuration
    archive: Archive
    fetch: Fetch
    isolate: Callable[..., Any]
    clock: Callable[[], datetime]
    report: Report
    publisher: str = ""
    offline: bool = False
    _claimed: set[str] = field(default_factory=set)
    _uncaptured: int = 0
    _adopted: list[tuple[Section, Sequence[Entry]]] = field(default_factory=list)  # old mirrors' pages

    @cached_property
    def _storing(self) -> Storing:
        # What was captured before was good enough then: other selectors may well make it shorter.
        return Storing(self.archive, self.report, self.publisher, trusted=self.offline)

    @cached_property
    def _names(self) -> SectionNames:
        named = [Section(id, id, "") for id in self.archive.shelf.sections()]
        return SectionNames((*self.configuration.sections, *named))

    @cached_property
    def _lessons(self) -> Lessons:
        return Lessons(self.configuration, self.archive, self.report)

    def run(self, sections: Sequence[Section]) -> None:
        """Bring these sections up to date. One section's or article's failure stops no other."""
        with _threads("sync") as pool:
            asked = {
                pool.submit(
                    self._discover, section, self.archive.listings.validators(section.id, _digest(section))
                ): section
                for section in sections
                if section.source is not None
            }
            self._work(pool, self._lines(asked))
        self._pick(sections)
        self._remember()
        self._lessons.conclude(sections, self.clock())
        self._tell_beginnings()

    def reread(self, sections: Sequence[Section]) -> None:
        """Extract these sections' articles again from the captures that are kept, without a network."""
        with _threads("reread") as pool:
            for section in sections:
                known: dict[str, Known] = {}
                line = _Line(section, deque(), known)
                for entry, read in self.archive.captures_of(section.id):
                    try:
                        captures = read()
                    except ArchiveError as error:
                        self._fail(error, "store", entry.url, section)
                        continue
                    key = comparable(entry.url)
                    known.update(self.archive.known([key]))
                    line.waiting.append(Task(entry, key, "changed"))
                    line.captures[key] = captures
                    if len(line.waiting) >= _AHEAD:
                        self._work(pool, iter([line]))
                        known.clear()
                self._work(pool, iter([line]))
        self._tell_beginnings()

    # --- discovering ---------------------------------------------------------------------

    def _discover(self, section: Section, validators: dict[str, Validators]) -> tuple[SectionReach, Any]:
        reach = SectionReach(self.configuration.folder, self.fetch, self.isolate, validators)
        assert section.source is not None  # noqa: S101 - only sections with a source are asked
        return reach, section.source.discover(reach)

    def _lines(self, asked: dict[Future[tuple[SectionReach, Any]], Section]) -> Iterator[_Line | None]:
        """A line for every section whose source has answered; None while none has. Editors' lists come last:
        what another section's source lists as well goes into that section."""
        picks: dict[str, tuple[Section, Future[tuple[SectionReach, Any]]]] = {}
        while asked:
            done, _ = wait(asked, timeout=0.05, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=lambda one: asked[one].id):
                section = asked.pop(future)
                if section.is_picks:
                    picks[section.id] = (section, future)
                else:
                    yield from self._lines_of(section, future)
            if not done:
                yield None
        for _, (section, future) in sorted(picks.items()):
            yield from self._lines_of(section, future)

    def _lines_of(self, section: Section, answer: Future[tuple[SectionReach, Any]]) -> Iterator[_Line]:
        now = self.clock()
        where = address_of(section)
        entries: Sequence[Entry] | None
        try:
            reach, entries = answer.result()
            self.archive.listings.answered(section.id, None if _has_pages(entries) else entries, now)
            for url, validators in reach.seen.items():
                self.archive.listings.keep_validators(section.id, _digest(section), url, validators)
            self.report.notes.extend(f"{section.id}: {warning}" for warning in reach.warnings)
            self.archive.ledger.succeeded(where)
        except MirrorpressError as error:
            self._fail(error, "discover", where, section)
            self.archive.listings.asked(section.id, now)
            entries = None  # what it listed last time is still looked after
        listed = self.archive.listings.entries(section.id) if entries is None else entries
        for part, its_entries in self._parts(section, listed):
            yield self._line(part, its_entries, now)

    def _parts(self, section: Section, entries: Sequence[Entry]) -> Iterator[tuple[Section, list[Entry]]]:
        """The sections that entries go to: their source's; for pages of an old mirror, the one that each
        names, whether the configuration has it or not; for an editor's list, see ``picking``."""
        if section.is_picks:
            keyed = _keyed(entries)
            known = self.archive.known(key for key, _ in keyed)
            parts = picking.by_section(self.configuration, section, keyed, known)
            self.report.skipped += len(keyed) - sum(len(its_entries) for _, its_entries in parts)
            withdrawn = self.archive.withdrawals.among(key for key, _ in keyed)
            file = getattr(section.source, "file", section.id)
            self.report.notes += [
                f"{file}: {entry.url} is withdrawn and so not shown; take it off the list"
                for key, entry in keyed
                if key in withdrawn
            ]
            yield from parts
            return
        if not _has_pages(entries):
            yield section, list(entries)
            return
        self._adopted.append((section, entries))
        named: dict[str, list[Entry]] = {}
        for entry in entries:
            named.setdefault(section_for(entry.section, self._names) or section.id, []).append(entry)
        for id, its_entries in sorted(named.items()):
            part = self.configuration.section(id) or Section(id, id, "")
            publisher = self.publisher or section.publisher or part.publisher
            yield replace(part, publisher=publisher), its_entries[::-1]

    def _line(self, section: Section, entries: Sequence[Entry], now: datetime) -> _Line:
        """Decide what to fetch of these entries."""
        self.report.discovered += len(entries)
        keyed = _keyed(entries)
        known = self.archive.known(key for key, _ in keyed)
        decided = plan(
            keyed,
            known,
            skip_titles=section.skip_titles,
            claimed=self._claimed,
            now=now,
            withdrawn=self.archive.withdrawals.among(key for key, _ in keyed),
            left_out=self.archive.filtered.among((key for key, _ in keyed), section.skip_titles),
        )
        self.report.skipped += decided.skipped
        self.report.unchanged += decided.unchanged
        self.report.withdrawn += len(decided.withdrawn)
        return _Line(section, deque(decided.tasks), known)

    def _pick(self, sections: Sequence[Section]) -> None:
        """Note which articles the editors' lists of these sections came to."""
        for section in sections:
            if section.is_picks:
                keyed = _keyed(self.archive.listings.entries(section.id))
                known = self.archive.known(key for key, _ in keyed)
                self.archive.picks.keep(section.id, picking.picked(section, keyed, known))

    # --- working -------------------------------------------------------------------------

    def adopt(self, source: Source) -> None:
        """Adopt the pages of an old mirror, once, without a section of its own.

        Raises ``GatherError`` when it cannot be read.
        """
        nowhere = Section("adopted", "adopted", self.publisher, source)
        reach, entries = self._discover(nowhere, {})
        self.report.notes.extend(reach.warnings)
        with _threads("adopt") as pool:
            lines = [self._line(part, its, self.clock()) for part, its in self._parts(nowhere, entries or ())]
            self._work(pool, iter(lines))
        self._remember()

    def _remember(self) -> None:
        """Remember where the pages and lists of old mirrors stood."""
        for section, entries in self._adopted:
            source = section.source
            lists = source.lists(self.configuration.folder) if isinstance(source, HasLists) else ()
            remember(self.archive, entries, lists, self.report)

    def _work(self, pool: ThreadPoolExecutor, coming: Iterator[_Line | None]) -> None:
        """Fetch and store until no line has anything left and none is coming."""
        workshop = Workshop(
            self.configuration,
            None if self.offline else self.fetch,
            self.isolate,
            self.archive.pictures.carried,
            self.archive.pictures.keep,
            self.clock,
        )
        lines: list[_Line] = []
        more = True
        done = total = 0
        while more or lines:
            if more and (not lines or sum(len(line.working) for line in lines) < _AHEAD):
                line = next(coming, False)
                more = line is not False
                if isinstance(line, _Line):
                    lines.append(line)
                    total += len(line.waiting)
            self._submit(pool, workshop, lines, shares=len(lines) + (3 if more else 0))
            heads = [line.working[0][1] for line in lines if line.working]
            if heads:
                wait(heads, timeout=0.05 if more else None, return_when=FIRST_COMPLETED)
            for line in lines:
                while line.working and line.working[0][1].done():
                    task, future = line.working.popleft()
                    self._settle(line, task, future)
                    done += 1
                    self.report.watch("articles", done, total)
            lines = [line for line in lines if line.working or line.waiting]

    def _submit(
        self, pool: ThreadPoolExecutor, workshop: Workshop, lines: list[_Line], *, shares: int
    ) -> None:
        """Give every section its turn, so that a slow site holds up only itself; ``shares`` leaves room for
        sections whose sources have not answered yet."""
        room = _AHEAD - sum(len(line.working) for line in lines)
        share = max(_AHEAD // max(shares, 1), 2)
        for line in lines:
            while line.waiting and room > 0 and len(line.working) < share:
                task = line.waiting.popleft()
                known = line.known.get(task.key)
                asked = None
                if known and task.key not in line.captures:
                    # A changed entry is asked for without conditions: some servers never update an ETag. So
                    # is an article on several pages: the first may stay as it is when another changes.
                    plain = task.why == "changed" or not on_one_page(known.body_digest)
                    asked = fetching.Known(Validators() if plain else known.validators, known.body_digest)
                job = partial(
                    workshop.work,
                    task.entry,
                    line.section,
                    asked,
                    line.captures.pop(task.key, ()),
                    self._lessons.memory(line.section),
                )
                line.working.append((task, pool.submit(job)))
                room -= 1

    def _settle(self, line: _Line, task: Task, future: Future[Fetched]) -> None:
        """Store one article, or note why not."""
        entry, known = task.entry, line.known.get(task.key)
        fetched: Fetched | None = None
        try:
            fetched = future.result()
            outcome = self._storing.store(task, line.section, known, fetched)
        except FetchError as error:
            if known and error.status in (404, 410):
                self.archive.checked(known, entry, self.clock(), gone=True)
                self.report.notes.append(
                    f"{entry.url}: taken away by the publisher; the mirror keeps its last revision"
                )
                self.report.gone += 1
                return
            self._fail(error, "fetch", entry.url, line.section)
        except MirrorpressError as error:
            stage = "fetch" if isinstance(error, GatherError) else "extract"
            self._fail(error, stage, entry.url, line.section)
            if isinstance(error, ExtractError) and entry.page is None:
                self._lessons.lost(line.section, entry.url, fetched.layout if fetched else None)
        else:
            setattr(self.report, outcome, getattr(self.report, outcome) + 1)
            self._learn(line.section, task, fetched, outcome)

    def _learn(self, section: Section, task: Task, fetched: Fetched, outcome: str) -> None:
        """Note what a stored article's page taught, and whether it is whole."""
        if fetched.article is not None and outcome not in ("skipped", "withdrawn"):
            self._lessons.stored(section, task.key, fetched.article, fetched.layout)
            self.report.partial += fetched.article.partial and outcome != "unchanged"
        if fetched.note:
            self.report.notes.append(f"{task.entry.url}: {fetched.note}")
        error = fetched.cut_short
        if error is None:
            self.archive.ledger.succeeded(task.entry.url)
        elif self.offline:
            self._uncaptured += 1
        else:
            error.reason = f"a further page could not be had, so the article ends before it: {error.reason}"
            stage = "fetch" if isinstance(error, GatherError) else "extract"
            error.where, page = task.entry.url, error.where
            error.hint = f"the page is {page}; the next run asks for it again"
            self._fail(error, stage, task.entry.url, section)

    def _tell_beginnings(self) -> None:
        if count := self.report.partial:
            self.report.notes.append(
                f"articles of which the publisher shows only the beginning: {count}; their pages say so"
            )
        if self._uncaptured:
            self.report.notes.append(
                f"articles that go on on pages that were never captured: {self._uncaptured}; a run that "
                "fetches them completes them"
            )

    def _fail(self, error: MirrorpressError, stage: str, where: str, section: Section) -> None:
        failed = self.report.fail(error, stage, where=where, section=section.id)
        self.archive.ledger.failed(
            where, section.id, stage, reason=failed.reason, hint=failed.hint, at=self.clock()
        )


def _digest(section: Section) -> str:
    """Changes whenever a section's source is configured otherwise."""
    return hashlib.sha256(repr(section.source).encode("utf-8", "surrogatepass")).hexdigest()


def _keyed(entries: Sequence[Entry]) -> list[tuple[str, Entry]]:
    return [(comparable(entry.url), entry) for entry in entries]


def _has_pages(entries: Sequence[Entry] | None) -> bool:
    """Entries that are files are read from their folder every time; listing them again costs nothing."""
    return bool(entries) and entries[0].page is not None  # type: ignore[index]
