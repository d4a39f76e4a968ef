"""One segment of an index: documents on the way to be files, and files on the way back.

about.bin       what readers fetch first of it; see ``pieces``
names-<n>.bin   the names of its documents' texts
<n>.bin         its pieces
documents.bin   what the next build must know of its documents, and no reader
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from mirrorpress.editions.search.borders import Sizes
from mirrorpress.editions.search.documents import Rank, day_of
from mirrorpress.editions.search.pieces import deflated, inflated, pieces, posting, terms
from mirrorpress.editions.search.tokens import places
from mirrorpress.model import File, Standing

FOLDER = "search"
_BLOCK = 256  # documents whose names stand in one file
_NAME = 12  # hexadecimal digits of the name of a text


@dataclass(frozen=True, slots=True)
class Row:
    """What a segment knows of a document: ``name`` is that of its text, ``size`` the bytes of its folded
    text."""

    path: str
    rank: Rank
    section: str
    name: str
    size: int
    has_han: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """What the next build must know of a segment without opening it: the folder below ``search/``, the day of
    its first and the rank of its last document, whether it is sealed (``borders``), whether it holds
    Chinese."""

    name: str
    since: str  # the day of its first document, ISO 8601
    last: Rank
    sealed: bool
    has_han: bool

    @classmethod
    def of(cls, known: dict[str, Any]) -> Entry:
        """From the fields of a JSON object."""
        return cls(**{**known, "last": tuple(known["last"])})


class UnreadableError(LookupError):
    """A file of a segment is not as the last build left it."""


class _Postings:
    """Of one term; ``last`` is the newest document among them."""

    __slots__ = ("data", "last")

    def __init__(self) -> None:
        self.data = bytearray()
        self.last = 0


class Segment:
    """Documents in order; memory is about three times the postings."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._postings: dict[str, _Postings] = {}

    def add(self, row: Row, folded: str) -> None:
        """Take a document, and what is found in it."""
        number = len(self.rows)
        for term, where in found_in(folded).items():
            known = self._postings.get(term)
            if known is None:
                known = self._postings[term] = _Postings()
            known.data += posting(number - known.last, where)
            known.last = number
        self.rows.append(row)

    def postings(self) -> Iterator[tuple[bytes, bytearray]]:
        """Its terms in UTF-8, ascending, with what is known of each."""
        for term in sorted(self._postings):
            yield term.encode(), self._postings[term].data


def found_in(folded: str) -> dict[str, list[int]]:
    """The terms of a folded text, each with its places."""
    found: dict[str, list[int]] = {}
    for term, place in places(folded):
        found.setdefault(term, []).append(place)
    return found


def written(
    rows: Sequence[Row], postings: Iterable[tuple[bytes, bytes | bytearray]], sizes: Sizes, *, sealed: bool
) -> tuple[Entry, list[File]]:
    """A segment and its files, in a folder named by what they hold."""
    firsts, done = pieces(postings, sizes.piece)
    files = [*_about(rows, firsts), *((f"{number}.bin", data) for number, data in enumerate(done))]
    name = sha256(b"".join(data for _, data in files)).hexdigest()[:10]
    entry = Entry(
        name, day_of(rows[0].rank).isoformat(), rows[-1].rank, sealed, any(row.has_han for row in rows)
    )
    return entry, [File(f"{FOLDER}/{name}/{path}", data) for path, data in files]


def _about(rows: Sequence[Row], firsts: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    known = sorted({row.section for row in rows})
    numbers = {section: number for number, section in enumerate(known)}
    about = {"sections": known, "section": [numbers[row.section] for row in rows], "firsts": firsts}
    yield "about.bin", deflated(as_json(about))
    for start in range(0, len(rows), _BLOCK):
        names = "".join(row.name for row in rows[start : start + _BLOCK])
        yield f"names-{start // _BLOCK}.bin", bytes.fromhex(names)
    kept = [[row.path, *row.rank, row.size, int(row.has_han)] for row in rows]
    yield "documents.bin", deflated(as_json(kept))


class Written:
    """A segment's files, as the last build left them."""

    def __init__(self, entry: Entry, standing: Standing) -> None:
        self._folder = f"{FOLDER}/{entry.name}/"
        self._standing = standing
        self._about = json.loads(inflated(self._read("about.bin")))

    def rows(self) -> list[Row]:
        """Its documents, the oldest first."""
        known = json.loads(inflated(self._read("documents.bin")))
        blocks = range(0, len(known), _BLOCK)
        names = b"".join(self._read(f"names-{start // _BLOCK}.bin") for start in blocks).hex()
        sections = [self._about["sections"][number] for number in self._about["section"]]
        return [
            Row(path, (moment, number), sections[at], names[at * _NAME : (at + 1) * _NAME], size, bool(han))
            for at, (path, moment, number, size, han) in enumerate(known)
        ]

    def postings(self) -> Iterator[tuple[bytes, bytes]]:
        """Its terms in UTF-8, ascending, with what is known of each."""
        for number in range(len(self._about["firsts"])):
            yield from terms(self._read(f"{number}.bin"))

    def paths(self) -> Iterator[str]:
        """Those of its files."""
        return self._standing.below(self._folder)

    def _read(self, name: str) -> bytes:
        if data := self._standing.read(self._folder + name):
            return data
        raise UnreadableError(self._folder + name)


def as_json(value: object) -> bytes:
    """Compact JSON, UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
