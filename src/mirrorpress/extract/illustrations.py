"""Which pictures and videos of a page belong to its article, and which blocks are their captions."""

from __future__ import annotations

import re

from mirrorpress.extract.corrections import is_label
from mirrorpress.extract.figures import is_centred
from mirrorpress.extract.lexicon import GROUPS, groups_of_names
from mirrorpress.extract.outline import Outline, Piece, Place
from mirrorpress.extract.spans import around, is_hidden_beside, whole
from mirrorpress.extract.videos import PLAYERS
from mirrorpress.markup import Element

_CAPTION = 1 << GROUPS.index("caption")
_AROUND_PICTURE = 400  # characters of a place that is a picture with its words
_CENTRED = 150  # characters of a centred place that is a picture with its words
_CREDIT = 60  # characters
_BEFORE = 8  # blocks above the first paragraph among which the lead picture stands
_AFTER = 2
_SMALL = 60  # pixels
_MARK = re.compile(
    r"(?<![a-z])(?:logo|avatar|gravatar|divider|spacer|badge|icon|banner|stats)(?![a-z])", re.IGNORECASE
)
_MOST_PICTURES = 200  # of one article
_MOST_LOOKED_AT = 3000
_MOST_CAPTIONS = 40  # blocks of a place that is a picture with its words
_PROMOTION = frozenset(
    "promo promos promotion teaser teasers advert advertisement sponsor sponsored avatar".split()
)


def keep_pictures(seen: Outline, kept: list[bool]) -> None:
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
    labelled: dict[int, bool] = {}  # whether a place says that an advertisement follows
    taken = 0
    for number in [*below, *above]:
        piece = pieces[number]
        inside = first < number < last
        before = number < first and texts[first] - texts[number] <= _BEFORE
        after = number > last and texts[number] - texts[last + 1] <= _AFTER
        if not (inside or before or after) or taken >= _MOST_PICTURES:
            continue
        if is_hidden_beside(seen, number, beside=words[0]) or _is_promotion(places, piece.place):
            continue
        place = _framed(places, _worded(places, piece.place))
        around = places[place]
        some_kept = chosen[around.last] > chosen[around.first]
        if place not in labelled:
            labelled[place] = around.length <= _AROUND_PICTURE and any(
                is_label(pieces[n].text) for n in range(around.first, around.last)
            )
        if labelled[place]:
            continue
        captioned = _is_captioned(places, place, piece)
        beside = _holds(places, body, piece.place)
        if (after and not (captioned and beside)) or (before and not captioned and not beside):
            continue
        if not captioned and _is_mark(piece):
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
    for number in range(first, last):
        if pieces[number].text and places[pieces[number].place].tag == "figcaption":
            kept[number] = True  # of a picture that only a script shows


def _is_mark(piece: Piece) -> bool:
    """Whether a picture's own names call it a mark of the site or a face: a logo, an avatar, a counter."""
    image = piece.nodes[0]
    if not isinstance(image, Element):
        return False
    names = " ".join(filter(None, (image.attr(name) for name in ("class", "src", "itemprop", "id"))))
    sizes = [image.attr("width") or "", image.attr("height") or ""]
    small = any(size.isascii() and size.isdecimal() and int(size[:5]) < _SMALL for size in sizes)
    return small or _MARK.search(names[:1000]) is not None


def _is_promotion(places: list[Place], number: int) -> bool:
    """Whether a picture stands in what its template calls a promotion or a teaser."""
    for _ in range(3):
        if number <= 0:
            return False
        if places[number].length <= _AROUND_PICTURE and places[number].words & _PROMOTION:
            return True
        number = places[number].parent
    return False


def _captions(seen: Outline, place: Place) -> list[int]:
    """The blocks of words in a place that is a picture or video with its words."""
    texts = [n for n in range(place.first, place.last) if seen.pieces[n].text]
    named = [n for n in texts if seen.places[seen.pieces[n].place].tag == "figcaption"]
    plays = any(
        isinstance(node, Element) and node.tag in PLAYERS
        for piece in seen.pieces[place.first : place.last]
        for node in piece.nodes[:1]
    )
    return named if named and plays else texts  # players are full of hints


def _container(seen: Outline, kept: list[bool]) -> int:
    """The place that the article's figures stand in: what holds all of it, or what is around a single
    block."""
    inner = around(seen, kept)
    place = whole(seen.places, inner)
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


def _worded(places: list[Place], number: int) -> int:
    """The innermost place around, and with, ``number`` that holds words."""
    while not places[number].length and places[number].parent > 0:
        number = places[number].parent
    return number


def _is_captioned(places: list[Place], number: int, piece: Piece) -> bool:
    """Whether a place is a picture and the words about it."""
    place = places[number]
    if not 0 < place.length <= _AROUND_PICTURE:
        return False
    credit = place.tag == "figure" and place.length <= _CREDIT  # it often links to who took the picture
    if place.linked > 0.6 * place.length and not credit:
        return False
    if place.tag in ("figure", "figcaption"):
        return True
    for near in (places[number], places[piece.place]):
        if near.tag == "figure" or groups_of_names(near.names) & _CAPTION:
            return True
    return place.length <= _CENTRED and isinstance(place.element, Element) and is_centred(place.element)


def _holds(places: list[Place], outer: int, inner: int) -> bool:
    while inner > outer:
        inner = places[inner].parent
    return inner == outer
