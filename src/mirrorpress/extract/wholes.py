"""What belongs together: tables are kept or left whole, headings stay with the text below them.

Each function takes an outline and the choice of blocks, and adds blocks to the choice, in place.
"""

from __future__ import annotations

from mirrorpress.extract.outline import Outline
from mirrorpress.extract.tables import data_cells
from mirrorpress.markup import Element

_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
_PART = 0.25  # of a table's words; with so much of it kept, all of it belongs
_LONGEST_HEADING = 150  # characters
_LONGEST_TABLE = 20_000  # characters


def keep_tables(seen: Outline, kept: list[bool]) -> None:
    """Keep a data table whole of which a part was kept, or which stands in the midst of what was kept or
    right below it."""
    pieces, places = seen.pieces, seen.places
    words = [number for number, one in enumerate(kept) if one and pieces[number].text]
    if not words:
        return
    first, last = words[0], words[-1]
    for place in places:
        if place.tag != "table" or not 0 < place.length < _LONGEST_TABLE or place.hidden:
            continue
        cells = [n for n in range(place.first, place.last) if pieces[n].text]
        some = sum(len(pieces[n].text) for n in cells if kept[n])
        within = first < place.first <= last + 1
        if place.linked > 0.5 * place.length or not (some >= _PART * place.length or (within and not some)):
            continue
        if isinstance(place.element, Element) and data_cells(place.element):
            for n in cells:
                kept[n] = True


def keep_headings(seen: Outline, kept: list[bool]) -> None:
    """Keep a heading between two blocks that are kept."""
    pieces, places = seen.pieces, seen.places
    words = [number for number, piece in enumerate(pieces) if piece.text]
    for before, number, after in zip(words, words[1:], words[2:], strict=False):
        piece = pieces[number]
        if (
            kept[before]
            and kept[after]
            and not kept[number]
            and places[piece.place].tag in _HEADINGS
            and len(piece.text) <= _LONGEST_HEADING
            and piece.linked <= 0.8 * len(piece.text)
        ):
            kept[number] = True
