"""Documents put into and taken out of a segment that stands, without reading its other documents again.

Nothing of a document that goes stays: all postings are looked through for its number, whatever its words
were said to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mirrorpress.editions.search.pieces import number, posting, read
from mirrorpress.editions.search.segments import found_in

_Posting = tuple[int, int, bytes]  # a document, 1 if the term has one place in it, the bytes of the places


class Moves:
    """What becomes of a segment's documents: ``to`` gives each one's new number, or None if it goes."""

    def __init__(self, to: Sequence[int | None]) -> None:
        self.to = to
        self.first = next((at for at, moved in enumerate(to) if moved != at), len(to))
        """The first document that does not stay where it is."""
        self.steady = len(to)
        """From this one on, all move by as much."""
        while self.steady and _shift(to, self.steady - 1) is not None:
            if _shift(to, self.steady - 1) != _shift(to, len(to) - 1):
                break
            self.steady -= 1


def _shift(to: Sequence[int | None], at: int) -> int | None:
    moved = to[at]
    return None if moved is None else moved - at


def spliced(
    postings: Iterable[tuple[bytes, bytes]], moves: Moves, added: Mapping[int, str]
) -> Iterator[tuple[bytes, bytes]]:
    """The postings of a segment after a change, ascending, as ``postings`` are. ``added`` are the new
    documents' numbers with their folded texts."""
    new: dict[bytes, list[_Posting]] = {}
    for at in sorted(added):
        for term, places in found_in(added[at]).items():
            coded = posting(0, places)
            new.setdefault(term.encode(), []).append((at, coded[0], coded[1:]))
    waiting = sorted(new, reverse=True)
    for name, data in postings:
        while waiting and waiting[-1] < name:
            known = waiting.pop()
            yield known, _encoded(new[known])
        if waiting and waiting[-1] == name:
            waiting.pop()
            yield name, _encoded(sorted([*_staying(data, moves), *new[name]]))
        elif staying := _moved(data, moves):
            yield name, staying
    for known in reversed(waiting):
        yield known, _encoded(new[known])


def _staying(data: bytes, moves: Moves) -> Iterator[_Posting]:
    """The postings of a term, one by one, with the documents' new numbers."""
    document = at = 0
    while at < len(data):
        head, body = read(data, at)
        document += head >> 1
        at = _behind(data, head, body)
        to = moves.to[document]
        if to is not None:
            yield to, head & 1, data[body:at]


def _moved(data: bytes, moves: Moves) -> bytes:
    """The postings of a term that stands in no new document."""
    document = at = before = 0
    while True:
        if at == len(data):
            return data
        head, body = read(data, at)
        document += head >> 1
        if document >= moves.first:
            break
        before, at = document, _behind(data, head, body)
    done = bytearray(data[:at])
    while True:
        to = moves.to[document]
        end = len(data) if document >= moves.steady else _behind(data, head, body)
        if to is not None:
            done += number(2 * (to - before) | head & 1) + data[body:end]
            before = to
        if end == len(data):
            return bytes(done)
        head, body = read(data, end)
        document += head >> 1


def _behind(data: bytes, head: int, at: int) -> int:
    """Where a posting ends whose places stand ``at`` a place."""
    count = 1
    if not head & 1:
        count, at = read(data, at)
    while count:
        if data[at] < 128:
            count -= 1
        at += 1
    return at


def _encoded(postings: Iterable[_Posting]) -> bytes:
    done, before = bytearray(), 0
    for document, single, places in postings:
        done += number(2 * (document - before) | single) + places
        before = document
    return bytes(done)
