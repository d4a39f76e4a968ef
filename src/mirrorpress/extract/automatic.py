"""Which blocks of a page are the article, when no selector says so: outline, two looks, and what follows for
pictures, captions and headings.

    outline | first look | second look | keep -> the page's tree, cut down to its article
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from mirrorpress.extract import corrections, wholes
from mirrorpress.extract.features import Known, first_look, second_look
from mirrorpress.extract.forest import Classifier, classifier
from mirrorpress.extract.illustrations import keep_pictures
from mirrorpress.extract.layout import block_name, layout_of
from mirrorpress.extract.memory import SiteMemory
from mirrorpress.extract.notes import keep_notes, keep_notices, keep_posts
from mirrorpress.extract.outline import Outline, Place, outline
from mirrorpress.extract.spans import around, whole
from mirrorpress.markup import Node
from mirrorpress.model import Layout

_DOUBTFUL, _CERTAIN = (
    0.35,
    0.85,
)  # chances asked of blocks inside and outside the container of the site's pages
_BRIEF = 500  # characters of a page that is too short to have anything round its article


@dataclass(slots=True)
class Found:
    """What was found: ``chances`` (0 to 1) and ``kept`` for each piece of the outline; ``root`` is the
    innermost place that holds all that was kept, None when nothing was."""

    outline: Outline
    chances: list[float]
    kept: list[bool]
    confidence: float
    titles: frozenset[str] = frozenset()
    scale: float = 1.0
    root: Node | None = None

    @property
    def length(self) -> int:
        """Characters of what was kept."""
        return sum(len(piece.text) for piece, one in zip(self.outline.pieces, self.kept, strict=True) if one)

    @property
    def longest(self) -> int:
        """Characters of the longest block kept."""
        pairs = zip(self.outline.pieces, self.kept, strict=True)
        return max((len(piece.text) for piece, one in pairs if one), default=0)

    @property
    def weight(self) -> float:
        """Characters of what was kept, Han and kana counted as 2.5."""
        return self.length * self.scale

    def keep(self, kept: list[bool], confidence: float) -> None:
        """Take another's choice of blocks; pictures and captions follow from it."""
        seen = self.outline
        self.kept, self.confidence = kept, confidence
        corrections.drop_hidden(seen, kept)
        corrections.drop_copies(seen, kept)
        corrections.drop_below(seen, kept, self.titles)
        corrections.drop_named(seen, kept)
        corrections.drop_teasers(seen, kept)
        corrections.drop_labelled(seen, kept)
        corrections.drop_boxes(seen, kept)
        wholes.keep_tables(seen, kept)
        wholes.keep_headings(seen, kept)
        keep_pictures(seen, kept)
        keep_notices(seen, kept)
        keep_notes(seen, kept)
        keep_posts(seen, kept)
        self.root = seen.places[whole(seen.places, around(seen, kept))].element if any(kept) else None

    def layout(self) -> Layout:
        """What the page shows of its site's layout."""
        return layout_of(self.outline, self.kept)


def find(body: Node, known: Known, memory: SiteMemory | None = None) -> Found:
    """Decide about every block below a stripped ``body``, with what other pages of the site taught."""
    seen = outline(body)
    chances, scale = judge(seen, known, classifier())
    found = Found(seen, chances, [], _certainty(seen, chances), known.titles, scale)
    kept = [chance > 0.5 for chance in chances]
    if memory is not None and memory.pages:
        kept = _remembered(seen, chances, kept, memory)
    if not any(kept) and sum(len(piece.text) for piece in seen.pieces) < _BRIEF:
        kept = [bool(piece.text) and piece.linked < 0.5 * len(piece.text) for piece in seen.pieces]
    found.keep(kept, found.confidence)
    return found


def squash(odds: float) -> float:
    """Log-odds to a chance between 0 and 1, by operations that IEEE 754 rounds the same everywhere."""
    return 0.5 + 0.5 * odds / sqrt(2.0 + odds * odds)


def judge(seen: Outline, known: Known, model: Classifier) -> tuple[list[float], float]:
    """For each piece the chance that it belongs to the article, 0 for pictures; and what a character of the
    page's script counts."""
    looked = first_look(seen, known)
    odds = [model.first(row) for row in looked.rows]
    again = [index for index, value in enumerate(odds) if value > model.floor]
    chances = [0.0] * len(seen.pieces)
    told = second_look(seen, looked, [squash(value) for value in odds], again)
    for index, row in zip(again, told, strict=True):
        chances[looked.blocks.numbers[looked.told[index]]] = squash(model.second(row))
    return chances, looked.blocks.scale


def cut_down(found: Found) -> None:
    """Remove from the tree all that was not kept."""
    places, pieces, kept = found.outline.places, found.outline.pieces, found.kept
    for node in found.outline.unseen:
        node.decompose()
    sums = [0]
    for one in kept:
        sums.append(sums[-1] + one)
    gone = [False] * len(places)
    for number, place in enumerate(places):
        if number and gone[place.parent]:
            gone[number] = True
        elif number and sums[place.last] == sums[place.first]:
            gone[number] = True
            if place.last > place.first:
                place.element.decompose()
    for piece, one in zip(pieces, kept, strict=True):
        if not one and not gone[piece.place]:
            for node in piece.nodes:
                node.decompose()


def _certainty(seen: Outline, chances: list[float]) -> float:
    """How sure the classifier is of the blocks that could be the article (0 to 1), by their length."""
    whole = sure = 0.0
    for piece, chance in zip(seen.pieces, chances, strict=True):
        if chance > 0.1:
            whole += len(piece.text)
            sure += len(piece.text) * abs(2 * chance - 1)
    return sure / whole if whole else 0.0


# --- what other pages of the site taught ---------------------------------------------------------


def _remembered(seen: Outline, chances: list[float], kept: list[bool], memory: SiteMemory) -> list[bool]:
    """The choice corrected: no block that stands on several pages; inside the usual container doubtful blocks
    stay, outside only sure ones do. A container that holds less than half of the article is not believed."""
    pieces = seen.pieces
    if memory.repeated:
        kept = [
            one and block_name(piece.text) not in memory.repeated
            for one, piece in zip(kept, pieces, strict=True)
        ]
    container = _place_of(seen, memory.container)
    if container is None:
        return kept
    mass = sum(len(piece.text) for piece, one in zip(pieces, kept, strict=True) if one)
    inside = range(container.first, container.last)
    if 2 * sum(len(pieces[number].text) for number in inside if kept[number]) < mass:
        return kept
    return [
        (chance > _DOUBTFUL and (one or block_name(piece.text) not in memory.repeated))
        if number in inside
        else (one and chance > _CERTAIN)
        for number, (piece, chance, one) in enumerate(zip(pieces, chances, kept, strict=True))
    ]


def _place_of(seen: Outline, selector: str) -> Place | None:
    """The one place that a selector matches; None for none or several."""
    root = seen.places[0].element
    found = root.select(selector) if selector and selector != "body" else []
    if len(found) != 1:
        return None
    return next((place for place in seen.places if place.element == found[0]), None)
