"""Which blocks of a page are the article, when no selector says so: outline, two looks, and what follows for
pictures, captions and headings.

    outline | first look | second look | keep -> the page's tree, cut down to its article
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import sqrt

from mirrorpress.extract import corrections
from mirrorpress.extract.body import is_note, is_notice
from mirrorpress.extract.features import Known, first_look, second_look
from mirrorpress.extract.figures import is_centred
from mirrorpress.extract.forest import Classifier, classifier
from mirrorpress.extract.junk import words_of
from mirrorpress.extract.layout import block_name, layout_of
from mirrorpress.extract.lexicon import GROUPS, groups_of_names
from mirrorpress.extract.memory import SiteMemory
from mirrorpress.extract.outline import Outline, Piece, Place, outline
from mirrorpress.markup import Element, Node
from mirrorpress.model import Layout

_DOUBTFUL, _CERTAIN = (
    0.35,
    0.85,
)  # chances asked of blocks inside and outside the container of the site's pages
_CAPTION = 1 << GROUPS.index("caption")
_AROUND_PICTURE = 400  # characters of a place that is a picture with its words
_CENTRED = 150  # characters of a centred place that is a picture with its words
_BEFORE = 8  # blocks above the first paragraph among which the lead picture stands
_AFTER = 2
_MOST_PICTURES = 200  # of one article
_MOST_LOOKED_AT = 3000
_MOST_CAPTIONS = 40  # blocks of a place that is a picture with its words
_PARTS = frozenset(
    "p ul ol li dl dt dd table thead tbody tfoot tr th caption blockquote pre figure "
    "h1 h2 h3 h4 h5 h6".split()
)
_PROMOTION = frozenset(
    "promo promos promotion teaser teasers advert advertisement sponsor sponsored avatar".split()
)
_POST = re.compile(
    r"^(?:twitter-tweet|instagram-media|tiktok-embed|bluesky-embed|mastodon-embed|telegram-post)"
)
_NOTES = frozenset(("footnotes", "footnote", "endnotes", "fussnoten"))
_NOTE_TAGS = frozenset(("section", "div", "ol", "ul", "aside", "footer"))
_BRIEF = 500  # characters of a page that is too short to have anything round its article
_NOTES_ABOVE = 3
_NOTICES = 6  # blocks below the last paragraph among which the publisher's notices stand


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
        _keep_pictures(seen, kept)
        _keep_notices(seen, kept)
        _keep_notes(seen, kept)
        _keep_posts(seen, kept)
        self.root = seen.places[_whole(seen.places, _around(seen, kept))].element if any(kept) else None

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


# --- what follows from the blocks that were kept ------------------------------------------------


def _keep_pictures(seen: Outline, kept: list[bool]) -> None:
    """Keep the article's pictures, each with its caption."""
    pieces, places = seen.pieces, seen.places
    words = [number for number, one in enumerate(kept) if one]
    if not words:
        return
    first, last = words[0], words[-1]
    texts, chosen = [0], [0]  # text blocks, and those of them kept, before each piece
    for piece, one in zip(pieces, kept, strict=True):
        texts.append(texts[-1] + (not piece.picture))
        chosen.append(chosen[-1] + one)
    body = _container(seen, kept)
    pictures = [number for number, piece in enumerate(pieces) if piece.picture][:_MOST_LOOKED_AT]
    below = [number for number in pictures if number > first]
    above = [number for number in reversed(pictures) if number < first]
    taken = 0
    for number in [*below, *above]:
        piece = pieces[number]
        inside = first < number < last
        before = number < first and texts[first] - texts[number] <= _BEFORE
        after = number > last and texts[number] - texts[last + 1] <= _AFTER
        if not (inside or before or after) or taken >= _MOST_PICTURES:
            continue
        if _is_hidden(seen, number, beside=words[0]) or _is_promotion(places, piece.place):
            continue
        place = _framed(places, _worded(places, piece.place))
        around = places[place]
        some_kept = chosen[around.last] > chosen[around.first]
        if around.length <= _AROUND_PICTURE and any(
            corrections.is_label(pieces[n].text) for n in range(around.first, around.last)
        ):
            continue
        captioned = _is_captioned(places, place, piece)
        if after and not (captioned and _holds(places, body, piece.place)):
            continue
        if before and not captioned and around.length > _AROUND_PICTURE and not some_kept:
            continue
        teaser = around.linked > 0.5 * around.length or piece.linked
        if captioned or some_kept or (around.length <= _AROUND_PICTURE and not teaser):
            kept[number] = True
            taken += 1
        if captioned and around.last - around.first <= _MOST_CAPTIONS:
            for n in _captions(seen, around):
                kept[n] = True
            # Essays in pictures go on from figure to figure.
            first, last = min(first, around.first), max(last, around.last - 1)


def _is_promotion(places: list[Place], number: int) -> bool:
    """Whether a picture stands in what its template calls a promotion or a teaser."""
    for _ in range(3):
        element = places[number].element
        if number <= 0 or not isinstance(element, Element):
            return False
        if words_of(element) & _PROMOTION and places[number].length <= _AROUND_PICTURE:
            return True
        number = places[number].parent
    return False


def _captions(seen: Outline, place: Place) -> list[int]:
    """The blocks of words in a place that is a picture with its words: those in ``<figcaption>``, if any."""
    texts = [n for n in range(place.first, place.last) if seen.pieces[n].text]
    named = [n for n in texts if seen.places[seen.pieces[n].place].tag == "figcaption"]
    return named or texts


def _container(seen: Outline, kept: list[bool]) -> int:
    """The place that the article's figures stand in: what holds all of it, or what is around a single
    block."""
    inner = _around(seen, kept)
    place = _whole(seen.places, inner)
    return max(seen.places[place].parent, 0) if place == inner and sum(kept) == 1 else place


def _framed(places: list[Place], number: int) -> int:
    """The ``<figure>`` a few steps around a place, else the place itself."""
    place = number
    for _ in range(4):
        if places[place].tag == "figure":
            return place
        if (place := places[place].parent) < 0:
            break
    return number


def _keep_notices(seen: Outline, kept: list[bool]) -> None:
    """Keep the publisher's notices right below the article, and notes of its editors above and below."""
    pieces = seen.pieces
    words = [number for number, one in enumerate(kept) if one and pieces[number].text]
    if not words:
        return
    above = [number for number in range(words[0]) if pieces[number].text][-_NOTES_ABOVE:]
    below = [number for number in range(words[-1] + 1, len(pieces)) if pieces[number].text][:_NOTICES]
    for number in [*above, *below]:
        piece = pieces[number]
        if 2 * piece.linked < len(piece.text) and not _is_hidden(seen, number, beside=words[-1]):
            notice = number > words[-1] and not piece.linked and is_notice(piece.text)
            if notice or is_note(piece.text):
                kept[number] = True


def _keep_posts(seen: Outline, kept: list[bool]) -> None:
    """Keep posts of social networks that an article quotes."""
    words = [number for number, one in enumerate(kept) if one]
    if not words:
        return
    for place in seen.places:
        if place.tag == "blockquote" and words[0] < place.first and place.last <= words[-1]:
            element = place.element
            if isinstance(element, Element) and _POST.search(element.attr("class") or ""):
                for n in range(place.first, place.last):
                    kept[n] = True


def _keep_notes(seen: Outline, kept: list[bool]) -> None:
    """Keep footnotes: what a place holds that is called so, after the article began."""
    first = kept.index(True) if True in kept else len(kept)
    for place in seen.places:
        if place.first > first and place.tag in _NOTE_TAGS and 0 < place.linked < 0.8 * place.length:
            element = place.element
            if isinstance(element, Element) and (
                element.attr("role") == "doc-endnotes" or words_of(element) & _NOTES
            ):
                for n in range(place.first, place.last):
                    kept[n] = True


def _is_hidden(seen: Outline, number: int, *, beside: int) -> bool:
    """Whether a piece is hidden where the piece ``beside`` it is not."""
    pieces, places = seen.pieces, seen.places
    return places[pieces[number].place].hidden and not places[pieces[beside].place].hidden


def _worded(places: list[Place], number: int) -> int:
    """The innermost place around, and with, ``number`` that holds words."""
    while not places[number].length and places[number].parent > 0:
        number = places[number].parent
    return number


def _is_captioned(places: list[Place], number: int, piece: Piece) -> bool:
    """Whether a place is a picture and the words about it."""
    place = places[number]
    if not 0 < place.length <= _AROUND_PICTURE or place.linked > 0.6 * place.length:
        return False
    if place.tag in ("figure", "figcaption"):
        return True
    for near in (number, piece.place):
        element = places[near].element
        if isinstance(element, Element):
            names = f"{element.attr('class') or ''} {element.attr('id') or ''}"
            if groups_of_names(names) & _CAPTION or places[near].tag == "figure":
                return True
    return place.length <= _CENTRED and isinstance(place.element, Element) and is_centred(place.element)


def _around(seen: Outline, kept: list[bool]) -> int:
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


def _whole(places: list[Place], number: int) -> int:
    """The place itself, or the one around it where it is only a part of a list, table or paragraph."""
    while places[number].tag in _PARTS and places[number].parent >= 0:
        number = places[number].parent
    return number


def _certainty(seen: Outline, chances: list[float]) -> float:
    """How sure the classifier is of the blocks that could be the article (0 to 1), by their length."""
    whole = sure = 0.0
    for piece, chance in zip(seen.pieces, chances, strict=True):
        if chance > 0.1:
            whole += len(piece.text)
            sure += len(piece.text) * abs(2 * chance - 1)
    return sure / whole if whole else 0.0


def _holds(places: list[Place], outer: int, inner: int) -> bool:
    while inner > outer:
        inner = places[inner].parent
    return inner == outer
