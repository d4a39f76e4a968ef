"""Documents to everything below ``search/``; a pure function.

Documents are cut into segments, each an index of its own, the newest of which the browser asks first. Files
are named by what they hold, so that nobody reads old and new ones together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from functools import cache
from hashlib import sha256
from importlib import resources
from unicodedata import unidata_version

from mirrorpress.editions.days import short_day
from mirrorpress.editions.search.borders import WHOLE, Sizes
from mirrorpress.editions.search.documents import Document
from mirrorpress.editions.search.han import variants
from mirrorpress.editions.search.making import cut, take
from mirrorpress.editions.search.pieces import variants_table
from mirrorpress.editions.search.segments import FOLDER, Entry, as_json
from mirrorpress.model import File

INDEX = f"{FOLDER}/index.json"  # what readers fetch first
SEGMENTS = f"{FOLDER}/segments.json"  # what the next build reads, and no reader
VARIANTS = f"{FOLDER}/variants-"  # how the table of Chinese characters begins
LAYOUT = 1
"""Of the files that readers fetch; the script refuses another."""
_KEPT = 2  # of what the next build reads; another is made anew


def index_files(documents: Iterable[Document], language: str, sizes: Sizes = WHOLE) -> Iterator[File]:
    """The index of these documents and the scripts, below ``search/``.

    Documents come by their ranks, the oldest first, are read once and not held; one segment of the index is.
    ``language`` (BCP 47) is that of the page's days. The same documents give the same bytes. Raises
    ``EditionError`` when a document holds Chinese and the extra ``search`` is not installed.
    """
    entries: list[Entry] = []
    yield from cut((take(document, language) for document in documents), sizes, entries)
    yield from heads(entries, language)


def heads(entries: Sequence[Entry], language: str) -> Iterator[File]:
    """What stands above the segments, oldest first, and beside them."""
    about = {
        "layout": LAYOUT,
        "segments": [
            {"name": one.name, "since": short_day(language, date.fromisoformat(one.since))}
            for one in reversed(entries)
        ],
        "variants": "",
    }
    with_han = any(one.has_han for one in entries)
    if with_han:
        table = variants_table(variants())
        about["variants"] = _variants(table)
        yield File(f"{FOLDER}/{about['variants']}", table)
    yield File(SEGMENTS, as_json({**_rules(with_han=with_han), "segments": [asdict(one) for one in entries]}))
    yield File(INDEX, as_json(about))
    yield from scripts()


def standing_entries(segments: bytes) -> list[Entry] | None:
    """The segments of an index that stands, by its file ``SEGMENTS``, the oldest first. None when it cannot
    be brought up to date: there is none, or its texts were folded by other rules."""
    if not segments:
        return None
    known = json.loads(segments)
    entries = known.pop("segments")
    if known.get("layout") != _KEPT or known != _rules(with_han=bool(known["variants"])):
        return None
    return [Entry.of(entry) for entry in entries]


def scripts() -> Iterator[File]:
    """The modules that the search page runs."""
    for name, data in _scripts():
        yield File(f"{FOLDER}/{name}", data)


@cache
def _scripts() -> tuple[tuple[str, bytes], ...]:
    folder = resources.files("mirrorpress.editions.search") / "scripts"
    found = [(entry.name, entry.read_bytes()) for entry in folder.iterdir() if entry.name.endswith(".js")]
    return tuple(sorted(found))


def _rules(*, with_han: bool) -> dict[str, object]:
    """By which texts became terms: those of another Python's Unicode or another OpenCC may not be mixed."""
    table = _variants(variants_table(variants())) if with_han else ""
    return {"layout": _KEPT, "unicode": unidata_version, "variants": table}


def _variants(table: bytes) -> str:
    return f"variants-{sha256(table).hexdigest()[:10]}.bin"
