"""Documents to segments: for an index made at once and for one brought up to date."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache, partial
from hashlib import sha256
from types import MappingProxyType
from typing import NamedTuple

from mirrorpress.editions.days import short_day
from mirrorpress.editions.plain import one_line
from mirrorpress.editions.search.borders import Border, Sizes
from mirrorpress.editions.search.documents import Document, Rank
from mirrorpress.editions.search.fold import folding
from mirrorpress.editions.search.han import has_han, variants
from mirrorpress.editions.search.pieces import deflated
from mirrorpress.editions.search.segments import FOLDER, Entry, Row, Segment, as_json, written
from mirrorpress.model import File

_KEPT_TEXT = 30_000  # characters of a text that are kept for excerpts; all of it is searched


class Taken(NamedTuple):
    """A document on the way into a segment; ``text`` is what the page shows of it."""

    row: Row
    folded: str
    text: File


def text_path(name: str) -> str:
    """Where the text of this name stands."""
    return f"{FOLDER}/texts/{name[:2]}/{name[2:]}.bin"


def take(document: Document, language: str) -> Taken:
    """Fold a document. ``language`` (BCP 47) is that of the page's days. Raises ``EditionError`` when it
    holds Chinese and the extra ``search`` is not installed."""
    document = _cleaned(document)
    data = _text(document, partial(short_day, language))
    name = sha256(data).hexdigest()[:12]
    text = f"{document.title}\n{document.text}"
    han = has_han(text)
    folded = _fold(han)(text)
    row = Row(document.path, document.rank, document.section, name, len(folded.encode()), han)
    return Taken(row, folded, File(text_path(name), data))


def cut(
    documents: Iterable[Taken], sizes: Sizes, entries: list[Entry], until: Collection[Rank] = ()
) -> Generator[File, None, bool]:
    """The files of these documents' segments and texts; ``entries`` grows by the segments. Ends, and says so,
    with the first sealed segment whose last rank is one of ``until``."""
    segment, border = Segment(), Border(sizes)
    held: deque[tuple[Row, str]] = deque()
    for row, folded, text in documents:
        yield text
        held.append((row, folded))
        sealed = border.add(row.path, row.size)
        settled = border.count if sealed else border.settled
        while len(segment.rows) < settled:
            segment.add(*held.popleft())
        if sealed:
            yield from _ended(segment, sizes, entries, sealed=True)
            if row.rank in until:
                return True
            segment, border = Segment(), Border(sizes)
    if segment.rows:
        yield from _ended(segment, sizes, entries, sealed=False)
    yield from together(held, sizes, entries)
    return False


def together(documents: Iterable[tuple[Row, str]], sizes: Sizes, entries: list[Entry]) -> Iterator[File]:
    """The files of one segment that is not sealed, of these rows and folded texts; none if there are none."""
    segment = Segment()
    for row, folded in documents:
        segment.add(row, folded)
    if segment.rows:
        yield from _ended(segment, sizes, entries, sealed=False)


def _ended(segment: Segment, sizes: Sizes, entries: list[Entry], *, sealed: bool) -> Iterator[File]:
    entry, files = written(segment.rows, segment.postings(), sizes, sealed=sealed)
    entries.append(entry)
    yield from files


def _cleaned(document: Document) -> Document:
    """Without characters that control, reorder or are no text."""
    lines = map(one_line, document.text.split("\n"))
    return replace(
        document,
        title=one_line(document.title),
        section_title=one_line(document.section_title),
        text="\n".join(line for line in lines if line),
    )


@cache
def _fold(han: bool) -> Callable[[str], str]:
    return folding(variants() if han else MappingProxyType({}))


def _text(document: Document, in_words: Callable[[date], str]) -> bytes:
    """What the page shows of a document that was found."""
    shown = {
        "path": document.path,
        "title": document.title,
        "section": document.section_title,
        "language": document.language,
        "day": document.day.isoformat(),
        "date": in_words(document.day),
        "also": document.also_in,
        "text": document.text[:_KEPT_TEXT],
    }
    return deflated(as_json(shown))
