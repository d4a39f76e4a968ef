"""What stands round a block: the names of its places, how much of the page they hold, how far they are from
where the paragraphs and the title are. Places are looked at only when a block in them is asked about."""

from __future__ import annotations

from collections.abc import Sequence

from mirrorpress.extract.lexicon import GROUPS, TAGS, groups_of_names
from mirrorpress.extract.outline import Outline, Place

FAR = 12
"""Steps in the tree; farther is all the same."""
_BITS = range(len(GROUPS))
_Way = tuple[int, int, int, int, int, int, int]
"""From a place to the root: the groups of its own names, with those of the place around it, and of all
around; the steps up to what it shares with the core, from there down to it, and both for the title. A plain
tuple, as there is one for every place around a block."""
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
        self._core = _path(outline.places, core)
        self._title = _path(outline.places, title)
        self._articles, self.count_of_articles = _articles(outline.places)
        self._rows: dict[int, list[float]] = {}
        self._ways: dict[int, _Way] = {-1: (0, 0, 0, 0, 0, 0, 0)}
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
        own, _, far, up, down, title_up, title_down = self._way(number)
        names = (own | self._ways[place.parent][1], far)
        values = self._spread.get(names)
        if values is None:
            near, far = names
            values = self._spread[names] = [(near >> bit & 1) + (far >> bit & 1) for bit in _BITS]
        return [
            int(place.hidden),
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
            *values,
        ]

    def _way(self, number: int) -> _Way:
        found = self._ways.get(number)
        if found is not None:
            return found
        place = self._places[number]
        own_around, _, far, up, down, title_up, title_down = self._way(place.parent)
        own = 0
        if number:
            names = place.names
            own = TAGS.get(place.tag, 0) | (groups_of_names(names) if names else 0)
        core = self._core.get(number)
        title = self._title.get(number)
        found = self._ways[number] = (
            own,
            own | own_around,
            own | far,
            0 if core is not None else up + 1 if up < FAR else FAR,
            down if core is None else core,
            0 if title is not None else title_up + 1 if title_up < FAR else FAR,
            title_down if title is None else title,
        )
        return found


def _path(places: Sequence[Place], goal: int) -> dict[int, int]:
    """For each place around a goal, itself included, the steps down to it."""
    path: dict[int, int] = {}
    number, steps = goal, 0
    while number >= 0:
        path[number] = min(steps, FAR)
        number, steps = places[number].parent, steps + 1
    return path


class Steps:
    """The way from any place to one ``goal``: steps up to the first place that holds both, then down."""

    def __init__(self, places: Sequence[Place], goal: int) -> None:
        self._places = places
        self._known = {number: (0, down) for number, down in _path(places, goal).items()}

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
