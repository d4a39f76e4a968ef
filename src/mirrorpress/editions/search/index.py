"""Documents to everything below ``search/``; a pure function.

Documents are cut into segments, each an index of its own, the newest of which the browser asks first. Where a
segment ends is for the documents' own paths to say, so that a document that comes, changes or leaves changes
one segment and no other; files are named by what they hold, so that nobody reads old and new ones together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from hashlib import sha256
from importlib import resources
from types import MappingProxyType

from mirrorpress.editions.days import short_day
from mirrorpress.editions.plain import one_line
from mirrorpress.editions.search.documents import Document
from mirrorpress.editions.search.fold import folding
from mirrorpress.editions.search.han import has_han, variants
from mirrorpress.editions.search.pieces import deflated, variants_table
from mirrorpress.editions.search.segments import WHOLE, Segment, Sizes, as_json
from mirrorpress.model import File, Standing

FOLDER = "search"
INDEX = f"{FOLDER}/index.json"  # what readers fetch first
SEGMENTS = f"{FOLDER}/segments.json"  # what the next build reads, and no reader
LAYOUT = 1
"""Of the files; the script refuses another."""

_NAMES = re.compile(r"/names-\d+\.bin$")  # a file of the names of a segment's texts
_KEPT_TEXT = 30_000  # characters of a text that are kept for excerpts; all of it is searched


@dataclass(frozen=True, slots=True)
class Before:
    """Segments of an earlier index that stay as they are. Documents are then given from one on: that with
    ``path``, the first of those of ``day`` that no kept segment holds."""

    day: date
    path: str
    entries: tuple[dict[str, str], ...]  # oldest first
    with_han: bool


def kept(segments: bytes, changed: date) -> Before | None:
    """What stays of an earlier index, by its file ``SEGMENTS``, when no document of a day before ``changed``
    came, changed or left; None: nothing. The files are then those of a whole build."""
    known = json.loads(segments)
    if known["layout"] != LAYOUT:
        return None
    entries = tuple(known["segments"])
    count = sum(entry["to"] < changed.isoformat() for entry in entries)
    if count == len(entries):
        count -= 1  # the last one is not full
    if count < 1:
        return None
    first = entries[count]
    return Before(date.fromisoformat(first["from"]), first["first"], entries[:count], known["han"])


def files_of(segments: bytes, before: Before | None, standing: Standing) -> Iterator[str]:
    """The paths of what an earlier index, by its file ``SEGMENTS``, has beside what ``before`` keeps: in
    ``standing``, where the files of its edition are."""
    staying = {entry["name"] for entry in before.entries} if before else set()
    for entry in json.loads(segments)["segments"]:
        if entry["name"] in staying:
            continue
        for path in standing.below(f"{FOLDER}/{entry['name']}/"):
            yield path
            if _NAMES.search(path):
                names = standing.read(path).hex()
                yield from (_text_path(names[at : at + 12]) for at in range(0, len(names), 12))
    yield from standing.below(f"{FOLDER}/variants-")


def index_files(
    documents: Iterable[Document],
    language: str,
    sizes: Sizes = WHOLE,
    before: Before | None = None,
) -> Iterator[File]:
    """The index of these documents and the scripts, below ``search/``.

    Documents come by day, the oldest first, are read once and not held; one segment of the index is.
    ``language`` (BCP 47) is that of the page's days. The same documents give the same bytes. With ``before``
    they begin where it says, and files of kept segments are not among those given. Raises ``EditionError``
    when a document holds Chinese and the extra ``search`` is not installed.
    """
    entries = list(before.entries) if before else []
    with_han = before.with_han if before else False
    in_words = partial(short_day, language)
    segment = Segment(sizes)
    for document in map(_cleaned, documents):
        data = _text(document, in_words)
        name = sha256(data).hexdigest()[:12]
        yield File(_text_path(name), data)
        text = f"{document.title}\n{document.text}"
        han = has_han(text)
        with_han = with_han or han
        segment.add(document, _fold(han)(text), name)
        if segment.ends_with(document):
            yield from _finished(segment, entries)
            segment = Segment(sizes)
    if segment.count:
        yield from _finished(segment, entries)
    yield File(SEGMENTS, as_json({"layout": LAYOUT, "segments": entries, "han": with_han}))
    shown = [
        {"name": one["name"], "since": in_words(date.fromisoformat(one["from"]))} for one in entries[::-1]
    ]
    about = {"layout": LAYOUT, "segments": shown, "variants": ""}
    if with_han:
        table = variants_table(variants())
        about["variants"] = f"variants-{_digest(table)}.bin"
        yield File(f"{FOLDER}/{about['variants']}", table)
    yield File(INDEX, as_json(about))
    yield from scripts()


def scripts() -> Iterator[File]:
    """The modules that the search page runs."""
    for name, data in _scripts():
        yield File(f"{FOLDER}/{name}", data)


@cache
def _scripts() -> tuple[tuple[str, bytes], ...]:
    folder = resources.files("mirrorpress.editions.search") / "scripts"
    found = [(entry.name, entry.read_bytes()) for entry in folder.iterdir() if entry.name.endswith(".js")]
    return tuple(sorted(found))


def _text_path(name: str) -> str:
    return f"{FOLDER}/texts/{name[:2]}/{name[2:]}.bin"


def _finished(segment: Segment, entries: list[dict[str, str]]) -> Iterator[File]:
    files = list(segment.files())
    name = _digest(b"".join(data for _, data in files))
    for path, data in files:
        yield File(f"{FOLDER}/{name}/{path}", data)
    entries.append(segment.entry(name))


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


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()[:10]
