"""One segment of an index: documents on the way to be files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from mirrorpress.editions.search.documents import Document
from mirrorpress.editions.search.pieces import deflated, pieces, posting
from mirrorpress.editions.search.tokens import places

_BLOCK = 256  # documents whose names stand in one file


@dataclass(frozen=True, slots=True)
class Sizes:
    """How an index is cut. A segment holds ``fewest`` to ``most`` documents, the last one fewer. It ends with
    one ``one_in`` so many or, for the sake of memory, when its postings have ``full`` bytes. A ``piece`` has
    about so many bytes before it is deflated, to about three quarters."""

    fewest: int = 1024
    most: int = 4096
    one_in: int = 1024
    full: int = 24_000_000
    piece: int = 12_000


WHOLE = Sizes()
"""Those of real mirrors; tests cut smaller."""


class _Postings:
    """Of one term; ``last`` is the newest document among them."""

    __slots__ = ("data", "last")

    def __init__(self) -> None:
        self.data = bytearray()
        self.last = 0


class Segment:
    """Documents in order; memory is about three times the postings."""

    def __init__(self, sizes: Sizes) -> None:
        self.count = 0
        self._sizes = sizes
        self._size = 0
        self._postings: dict[str, _Postings] = {}
        self._names: list[str] = []
        self._sections: list[str] = []
        self._days: list[date] = []
        self._first = ""

    def add(self, document: Document, folded: str, name: str) -> None:
        """Take a document: what is found in it, and the name of its text (12 hexadecimal digits)."""
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
        self._first = self._first or document.path
        self._names.append(name)
        self._sections.append(document.section)
        self._days.append(document.sorted_on)
        self.count += 1

    def ends_with(self, document: Document) -> bool:
        """Whether the segment is full with this document, its last."""
        if self._size >= self._sizes.full or self.count >= self._sizes.most:
            return True
        if self.count < self._sizes.fewest:
            return False
        return int(sha256(document.path.encode()).hexdigest()[:8], 16) % self._sizes.one_in == 0

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Its files, below its folder."""
        firsts, done = pieces({term: known.data for term, known in self._postings.items()}, self._sizes.piece)
        known = sorted(set(self._sections))
        about = {
            "sections": known,
            "section": [known.index(section) for section in self._sections],
            "firsts": firsts,
        }
        yield "about.bin", deflated(as_json(about))
        for start in range(0, self.count, _BLOCK):
            names = "".join(self._names[start : start + _BLOCK])
            yield f"names-{start // _BLOCK}.bin", bytes.fromhex(names)
        for number, data in enumerate(done):
            yield f"{number}.bin", data

    def entry(self, name: str) -> dict[str, str]:
        """What the next build must know of it: its folder, its first document, its first and last day."""
        return {
            "name": name,
            "first": self._first,
            "from": min(self._days).isoformat(),
            "to": max(self._days).isoformat(),
        }


def as_json(value: object) -> bytes:
    """Compact JSON, UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
