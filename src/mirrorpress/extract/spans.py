"""Where the kept blocks of an outline stand."""

from __future__ import annotations

from collections.abc import Sequence

from mirrorpress.extract.outline import Outline, Place

_PARTS = frozenset(
    "p dl table thead tbody tfoot tr th caption blockquote pre figure h1 h2 h3 h4 h5 h6".split()
)


def is_hidden_beside(seen: Outline, number: int, *, beside: int) -> bool:
    """Whether a piece is hidden where the piece ``beside`` it is not."""
    pieces, places = seen.pieces, seen.places
    return places[pieces[number].place].hidden and not places[pieces[beside].place].hidden


def around(seen: Outline, kept: Sequence[bool]) -> int:
    """The innermost place that holds every kept piece."""
    numbers = [number for number, one in enumerate(kept) if one]
    if not numbers:
        return 0
    place = seen.pieces[numbers[0]].place
    while place > 0 and not (
        seen.places[place].first <= numbers[0] and numbers[-1] < seen.places[place].last
    ):
        place = seen.places[place].parent
    return place


def whole(places: Sequence[Place], number: int) -> int:
    """The place itself, or the one around it where it is only a part of a list, table or paragraph.

    A list whose single item holds the whole article is no list (guancha.cn).
    """
    while places[number].parent >= 0:
        items = places[number].tag in ("ul", "ol") and any(
            place.parent == number and place.tag == "li" for place in places[number + 1 :]
        )
        if not items and places[number].tag not in _PARTS:
            break
        number = places[number].parent
    return number
