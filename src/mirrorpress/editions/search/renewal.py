"""An index that stands, brought up to date: the files of an index made at once, for the cost of what changed.

    sealed | sealed | growing | fresh

A document that changed or left is spliced into its segment or out of it, as long as borders stay where they
are. New documents go into the fresh segment, which is made anew, and from there into the growing one. Where a
border moves, segments are made anew until one ends where it did before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile
from operator import attrgetter
from typing import Protocol

from mirrorpress.editions.search.borders import WHOLE, Border, Sizes
from mirrorpress.editions.search.documents import Document, Rank
from mirrorpress.editions.search.index import VARIANTS, heads
from mirrorpress.editions.search.making import Taken, cut, take, text_path, together
from mirrorpress.editions.search.segments import Entry, Row, Written, written
from mirrorpress.editions.search.splicing import Moves, spliced
from mirrorpress.model import File, Standing

_FEW = 512  # documents held in memory; where more change, segments are made anew, which holds none


class Source(Protocol):
    """Where documents come from; ranks are theirs alone."""

    def following(self, after: Rank | None) -> Iterator[Document]:
        """All documents behind this rank, the oldest first; a stream."""

    def at(self, ranks: Sequence[Rank]) -> Iterator[Document]:
        """Those at these ranks, of which some may have left."""


def renewed(
    entries: Sequence[Entry],
    changed: Iterable[Rank],
    source: Source,
    standing: Standing,
    *,
    language: str,
    sizes: Sizes = WHOLE,
) -> Iterator[File | str]:
    """What changes of an index of these segments, in ``standing``, when the documents at the ranks
    ``changed`` came, changed or left: files, and paths of those that go. ``language`` as for ``index_files``.
    Raises ``UnreadableError``."""
    renewal = _Renewal(deque(entries), deque(sorted(set(changed))), source, standing, language, sizes)
    given = set()
    for file in renewal.files():
        given.add(file.path)
        yield file
    for file in heads(renewal.entries, language):
        given.add(file.path)
        yield file
    yield from sorted({*renewal.left, *standing.below(VARIANTS)} - given)


@dataclass
class _Renewal:
    old: deque[Entry]  # segments from where we are on
    changed: deque[Rank]  # and changes
    source: Source
    standing: Standing
    language: str
    sizes: Sizes
    entries: list[Entry] = field(default_factory=list)  # segments up to where we are
    before: Rank | None = None  # where the old segments up to there ended
    left: set[str] = field(default_factory=set)  # paths of which no segment may know any more

    @property
    def start(self) -> Rank | None:
        """Where the segments up to where we are end."""
        return self.entries[-1].last if self.entries else None

    def files(self) -> Iterator[File]:
        """What is new, without what stands above the segments."""
        while self.changed or self.start != self.before:
            if self.old and self.old[0].sealed:
                if self.start == self.before and self.old[0].last < self.changed[0]:
                    self._keep()
                else:
                    yield from self._sealed()
            elif len(self.old) == 2 and len(self.changed) <= _FEW:
                yield from self._growing()
            else:
                yield from self._anew()
        self.entries += self.old

    def _sealed(self) -> Iterator[File]:
        """The next segment. Where it ended because it was full, a document may have to come from the segment
        behind it, or to go there."""
        part, end = Written(self.old[0], self.standing), self.old[0].last
        opened = self._opened(part, end)
        if opened is None:
            yield from self._anew()
            return
        rows, taken = opened
        border = Border(self.sizes)
        sealed = any(border.add(row.path, row.size) for row in rows)
        if not sealed:
            for one in map(self._take, islice(self.source.following(end), _FEW)):
                rows.append(one.row)
                taken.append(one)
                sealed = border.add(one.row.path, one.row.size)
                if sealed:
                    break
        if not sealed or len(rows) - border.count > _FEW:
            yield from self._anew()
            return
        yield from self._spliced(part, rows[: border.count], taken, sealed=True)
        self._passed(end)

    def _growing(self) -> Iterator[File]:
        """The growing segment and the fresh one, the last that there are."""
        part, end = Written(self.old[0], self.standing), self.old[0].last
        opened = self._opened(part, end)
        behind = self._taken(islice(self.source.following(end), 2 * _FEW))
        if opened is None or len(behind) == 2 * _FEW:
            yield from self._anew()
            return
        rows, taken = opened
        own = len(rows)
        rows += (one.row for one in behind)
        border = Border(self.sizes)
        sealed = any(border.add(row.path, row.size) for row in rows)
        count = border.count if sealed else border.settled
        if not 0 < count > own - _FEW:
            yield from self._anew()
            return
        joining = max(0, count - own)
        rest = behind[joining:] if count >= own else self._taken(self.source.following(rows[count - 1].rank))
        if rows[:count] == part.rows() and not taken and not sealed:
            self._keep()
        else:
            yield from self._spliced(part, rows[:count], [*taken, *behind[:joining]], sealed=sealed)
        if sealed:
            yield from cut(rest, self.sizes, self.entries)
        else:
            yield from (one.text for one in rest)
            yield from together(((one.row, one.folded) for one in rest), self.sizes, self.entries)
        self._passed(None)

    def _anew(self) -> Iterator[File]:
        """Segments from here on, until one ends where one did before."""
        ends = {entry.last for entry in self.old if entry.sealed}
        stopped = yield from cut(
            map(self._take, self.source.following(self.start)), self.sizes, self.entries, ends
        )
        self._passed(self.start if stopped else None)

    def _opened(self, part: Written, end: Rank) -> tuple[list[Row], list[Taken]] | None:
        """The rows of the next segment, which ended there, as they should be now, and the documents of which
        they are new. None: these are too many to be held."""
        start, ranks = self.start, list(takewhile(lambda rank: rank <= end, self.changed))
        if len(ranks) > _FEW:
            return None
        taken = self._taken(self.source.at([rank for rank in ranks if start is None or start < rank]))
        if self.before is not None and (start is None or start < self.before):
            before, known = self.before, {one.row.rank for one in taken}
            coming = takewhile(lambda one: one.rank <= before, self.source.following(start))
            taken += self._taken(one for one in coming if one.rank not in known)
        staying = (row for row in part.rows() if start is None or start < row.rank)
        return _changed(staying, ranks, taken), taken

    def _spliced(
        self, part: Written, rows: Sequence[Row], taken: Sequence[Taken], *, sealed: bool
    ) -> Iterator[File]:
        """The next segment, of these rows, of which those ``taken`` are new."""
        numbers = {row.rank: number for number, row in enumerate(rows)}
        new = {numbers[one.row.rank]: one.folded for one in taken if one.row.rank in numbers}
        yield from (one.text for one in taken)
        before = part.rows()
        to = [number if (number := numbers.get(row.rank)) not in new else None for row in before]
        entry, files = written(rows, spliced(part.postings(), Moves(to), new), self.sizes, sealed=sealed)
        yield from files
        self.left.update(part.paths())
        self.left.update(text_path(row.name) for row, at in zip(before, to, strict=True) if at is None)
        self.entries.append(entry)
        self.before = self.old.popleft().last

    def _keep(self) -> None:
        """The next segment stays as it is."""
        self.entries.append(self.old.popleft())
        self.before = self.start

    def _passed(self, end: Rank | None) -> None:
        """Have done with all changes up to a rank, or with all that there are. Segments that would lie before
        where we are do not stand any more."""
        while self.changed and (end is None or self.changed[0] <= end):
            self.changed.popleft()
        while self.old and (end is None or (self.start is not None and self.old[0].last <= self.start)):
            part = Written(self.old[0], self.standing)
            self.left.update(part.paths())
            self.left.update(text_path(row.name) for row in part.rows())
            self.before = self.old.popleft().last
        if end is None:
            self.before = self.start

    def _take(self, document: Document) -> Taken:
        return take(document, self.language)

    def _taken(self, documents: Iterable[Document]) -> list[Taken]:
        return list(map(self._take, documents))


def _changed(rows: Iterable[Row], ranks: Collection[Rank], taken: Iterable[Taken]) -> list[Row]:
    """The rows without those at these ranks, and with those that were taken."""
    staying = (row for row in rows if row.rank not in ranks)
    return sorted([*staying, *(one.row for one in taken)], key=attrgetter("rank"))
