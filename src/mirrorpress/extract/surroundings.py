"""What stands round a block: the names of its places, how much of the page they hold, how far they are from
where the paragraphs and the title are. Places are looked at only when a block in them is asked about."""

from __future__ import annotations

from collections.abc import Sequence

from mirrorpress.extract.junk import names_of
from mirrorpress.extract.lexicon import GROUPS, TAGS, groups_of_names
from mirrorpress.extract.outline import Outline, Place

FAR = 12
"""Steps in the tree; farther is all the same."""
_BITS = range(len(GROUPS))
COLUMNS = (
    "hidden place_length place_density place_share outer_share outer_density up down title_up title_down "
    "articles".split()
    + [f"in_{name}" for name in GROUPS]
)


class Surroundings:
    """Facts about the places of one outline, one row of ``COLUMNS`` a place. ``total`` is the page's length
    and
    ``scale`` what a character counts; ``core`` and ``title`` are the places that steps are counted from."""

    def __init__(self, outline: Outline, *, total: float, scale: float, core: int, title: int) -> None:
        self._places = outline.places
        self._total = total
        self._scale = scale
        self._core = Steps(outline.places, core)
        self._title = Steps(outline.places, title)
        self._articles, self.count_of_articles = _articles(outline.places)
        self._rows: dict[int, list[float]] = {}
        self._own: dict[int, int] = {}
        self._far: dict[int, int] = {}
        self._spread: dict[tuple[int, int], list[float]] = {}

    def row(self, number: int) -> list[float]:
        """The facts about a place."""
        found = self._rows.get(number)
        if found is None:
            found = self._rows[number] = self._row(number)
        return found

    def _row(self, number: int) -> list[float]:
        place = self._places[number]
        outer = self._places[place.parent] if place.parent >= 0 else place
        up, down = self._core.from_place(number)
        title_up, title_down = self._title.from_place(number)
        return [
            place.hidden,
            log(place.length * self._scale),
            place.linked / place.length if place.length else 0.0,
            place.length * self._scale / self._total,
            outer.length * self._scale / self._total,
            outer.linked / outer.length if outer.length else 0.0,
            up,
            down,
            title_up,
            title_down,
            self._articles[number],
            *self._names(number),
        ]

    def _names(self, number: int) -> list[float]:
        """For each group of names 2 when it stands near (on the place or the two around it), 1 when it stands
        anywhere around, 0 when nowhere."""
        near, place = 0, number
        for _ in range(3):
            if place < 0:
                break
            near |= self._names_of(place)
            place = self._places[place].parent
        key = (near, self._names_around(number))
        values = self._spread.get(key)
        if values is None:
            values = self._spread[key] = [(key[0] >> bit & 1) + (key[1] >> bit & 1) for bit in _BITS]
        return values

    def _names_of(self, number: int) -> int:
        mask = self._own.get(number)
        if mask is None:
            mask = 0
            if number:
                place = self._places[number]
                mask = TAGS.get(place.tag, 0)
                if names := names_of(place.element):  # type: ignore[arg-type]
                    mask |= groups_of_names(names)
            self._own[number] = mask
        return mask

    def _names_around(self, number: int) -> int:
        if number < 0:
            return 0
        mask = self._far.get(number)
        if mask is None:
            parent = self._places[number].parent
            mask = self._far[number] = self._names_of(number) | self._names_around(parent)
        return mask


class Steps:
    """The way from any place to one ``goal``: steps up to the first place that holds both, then steps
    down."""

    def __init__(self, places: Sequence[Place], goal: int) -> None:
        self._places = places
        self._known: dict[int, tuple[int, int]] = {}
        number, steps = goal, 0
        while number >= 0:
            self._known[number] = (0, min(steps, FAR))
            number, steps = places[number].parent, steps + 1

    def from_place(self, number: int) -> tuple[int, int]:
        """Steps up and steps down."""
        found = self._known.get(number)
        if found is None:
            up, down = self.from_place(self._places[number].parent)
            found = self._known[number] = (min(up + 1, FAR), down)
        return found


def log(length: float) -> float:
    """About the binary logarithm, by exact steps: the same on every machine."""
    whole = int(length)
    bits = whole.bit_length()
    return bits + whole / (1 << bits) if whole else 0.0


def _articles(places: Sequence[Place]) -> tuple[list[int], int]:
    """For each place how many ``<article>`` began before it, itself included, where it stands in one, else 0;
    and how many there are."""
    found: list[int] = []
    count = 0
    for place in places:
        if place.tag == "article":
            count += 1
            found.append(min(count, 20))
        else:
            found.append(found[place.parent] if place.parent >= 0 else 0)
    return found, min(count, 20)
