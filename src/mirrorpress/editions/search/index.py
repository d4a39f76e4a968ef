"""Documents to everything below ``search/``; a pure function.

Documents are cut into segments, each an index of its own, the newest of which the browser asks first. Where a
segment ends is for the documents' own paths to say, so that a document that comes, changes or leaves changes
one segment and no other; files are named by what they hold, so that nobody reads old and new ones together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from hashlib import sha256
from importlib import resources
from types import MappingProxyType

from mirrorpress.editions.days import short_day
from mirrorpress.editions.plain import one_line
from mirrorpress.editions.search.documents import Document
from mirrorpress.editions.search.fold import folding
from mirrorpress.editions.search.han import has_han, variants
from mirrorpress.editions.search.pieces import deflated, pieces, posting, variants_table
from mirrorpress.editions.search.tokens import places
from mirrorpress.model import File

FOLDER = "search"
LAYOUT = 1
"""Of the files; the script refuses another."""

_FEWEST, _MOST = 1024, 4096  # documents of a segment but the last
_ONE_IN = 1024  # documents that may end a segment
_FULL = 24_000_000  # bytes of postings that end one in any case: the memory of it, about threefold
_BLOCK = 256  # documents whose names stand in one file
_KEPT = 30_000  # characters of a text that are kept for excerpts; all of it is searched


def index_files(documents: Iterable[Document], language: str) -> Iterator[File]:
    """Everything below ``search/``: the index of these documents and the scripts.

    Documents come oldest first and are read once; a segment of them is held in memory. ``language`` (BCP 47) is
    that of the page's days. The same documents give the same bytes. Raises ``EditionError`` when a document
    is in Chinese and the extra ``search`` is not installed.
    """
    segments: list[dict[str, object]] = []
    sections: dict[str, str] = {}
    standing: set[str] = set()
    segment = _Segment()
    for document in map(_cleaned, documents):
        sections[document.section] = document.section_title
        data = _text(document, language)
        name = sha256(data).hexdigest()[:12]
        yield File(f"{FOLDER}/texts/{name[:2]}/{name[2:]}.bin", data)
        segment.add(document, name)
        if segment.ends_with(document):
            yield from segment.files(segments, language)
            standing |= segment.characters
            segment = _Segment()
    if segment.count:
        yield from segment.files(segments, language)
        standing |= segment.characters
    about: dict[str, object] = {
        "layout": LAYOUT,
        "documents": sum(int(str(one["documents"])) for one in segments),
        "sections": sections,
        "segments": segments[::-1],
        "variants": "",
    }
    if any(map(has_han, standing)):
        table = variants_table(variants(), standing)
        about["variants"] = f"variants-{_digest(table)}.bin"
        yield File(f"{FOLDER}/{about['variants']}", table)
    yield File(f"{FOLDER}/index.json", _json(about))
    yield from scripts()


def scripts() -> Iterator[File]:
    """The modules that the search page runs."""
    for name, data in _scripts():
        yield File(f"{FOLDER}/{name}", data)


@cache
def _scripts() -> tuple[tuple[str, bytes], ...]:
    folder = resources.files("mirrorpress.editions.search") / "scripts"
    return tuple(
        sorted((entry.name, entry.read_bytes()) for entry in folder.iterdir() if entry.name.endswith(".js"))
    )


class _Postings:
    """Of one term; ``last`` is the newest document among them."""

    __slots__ = ("data", "last")

    def __init__(self) -> None:
        self.data = bytearray()
        self.last = 0


class _Segment:
    """Documents on the way to be an index."""

    def __init__(self) -> None:
        self.count = 0
        self.characters: set[str] = set()
        self._size = 0
        self._postings: dict[str, _Postings] = {}
        self._names: list[str] = []
        self._sections: list[str] = []
        self._days: list[date] = []

    def add(self, document: Document, name: str) -> None:
        text = f"{document.title}\n{document.text}"
        folded = _fold(has_han(text))(text)
        self.characters |= set(folded)
        found: dict[str, list[int]] = {}
        for term, place in places(folded):
            found.setdefault(term, []).append(place)
        for term, where in found.items():
            known = self._postings.get(term)
            if known is None:
                known = self._postings[term] = _Postings()
            data = posting(self.count - known.last, where)
            known.last = self.count
            known.data += data
            self._size += len(data)
        self._names.append(name)
        self._sections.append(document.section)
        self._days.append(document.day)
        self.count += 1

    def ends_with(self, document: Document) -> bool:
        """Whether the segment is full with this document, its last."""
        if self._size >= _FULL or self.count >= _MOST:
            return True
        return (
            self.count >= _FEWEST and int(sha256(document.path.encode()).hexdigest()[:8], 16) % _ONE_IN == 0
        )

    def files(self, segments: list[dict[str, object]], language: str) -> Iterator[File]:
        """Its files; what the index says of it is added to ``segments``."""
        firsts, done = pieces({term: known.data for term, known in self._postings.items()})
        known = sorted(set(self._sections))
        table = {
            "documents": self.count,
            "sections": known,
            "section": [known.index(section) for section in self._sections],
            "firsts": firsts,
        }
        files = {
            "about.bin": deflated(_json(table)),
            **{
                f"names-{start // _BLOCK}.bin": bytes.fromhex("".join(self._names[start : start + _BLOCK]))
                for start in range(0, self.count, _BLOCK)
            },
            **{f"{number}.bin": data for number, data in enumerate(done)},
        }
        name = _digest(b"".join(files.values()))
        for path, data in files.items():
            yield File(f"{FOLDER}/{name}/{path}", data)
        since = short_day(language, min(self._days))
        segments.append({"name": name, "documents": self.count, "since": since})


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


def _text(document: Document, language: str) -> bytes:
    """What the page shows of a document that was found."""
    return deflated(
        _json(
            {
                "path": document.path,
                "title": document.title,
                "section": document.section_title,
                "language": document.language,
                "day": document.day.isoformat(),
                "date": short_day(language, document.day),
                "also": document.also_in,
                "text": document.text[:_KEPT],
            }
        )
    )


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()[:10]
