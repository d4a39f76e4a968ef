"""What the classifier cannot see in one block: the same words twice, a whole other story, comments of readers.

Each function takes an outline and the choice of blocks, and takes blocks out of the choice, in place.
"""

from __future__ import annotations

from collections.abc import Sequence

from mirrorpress.extract.junk import words_of
from mirrorpress.extract.outline import Outline, Place
from mirrorpress.extract.text import squeeze

_BULK = 0.4  # of what was kept; an element with more is the article, or hidden until a script shows it
_LONG = 60  # characters of a block that is no mere phrase
_STORY = 300  # characters kept of an article that is another story
_WHOLE = 800  # characters of a text that may well be a whole article
_HEADINGS = ("h1", "h2", "h3")
_NOT_OURS = frozenset(
    "comment comments commentlist disqus newsletter newsletters advert advertisement adsbygoogle taboola outbrain "
    "cookie cookies consent paywall".split()
)


def drop_hidden(seen: Outline, kept: list[bool]) -> None:
    """Hidden blocks go, unless most of the article is hidden until a script shows it."""
    mass = hidden = 0
    for piece, one in zip(seen.pieces, kept, strict=True):
        if one:
            mass += len(piece.text)
            hidden += len(piece.text) * seen.places[piece.place].hidden
    if 0 < hidden <= _BULK * mass or _says_again(seen, kept):
        for number, piece in enumerate(seen.pieces):
            if kept[number] and seen.places[piece.place].hidden:
                kept[number] = False


def _says_again(seen: Outline, kept: Sequence[bool]) -> bool:
    """Whether what is hidden only repeats what is shown, as copies for small screens and for print do."""
    shown: set[str] = set()
    hidden: list[str] = []
    for piece, one in zip(seen.pieces, kept, strict=True):
        if one and len(piece.text) >= _LONG:
            if seen.places[piece.place].hidden:
                hidden.append(piece.text)
            else:
                shown.add(piece.text)
    return bool(hidden) and 2 * sum(text in shown for text in hidden) > len(hidden)


def drop_copies(seen: Outline, kept: list[bool]) -> None:
    """Of blocks that say the same at length in different places the first stays; a place that is mostly copies
    goes whole."""
    known: dict[str, int] = {}
    copies: dict[int, int] = {}  # block: the one that it repeats
    for number, piece in enumerate(seen.pieces):
        if kept[number] and len(piece.text) >= _LONG:
            first = known.setdefault(squeeze(piece.text), number)
            if first != number and not _are_siblings(seen, first, number):
                copies[number] = first
    if not copies:
        return
    for place in seen.places:
        inside = [n for n in range(place.first, place.last) if kept[n] and not seen.pieces[n].picture]
        mass = sum(len(seen.pieces[n].text) for n in inside)
        same = sum(len(seen.pieces[n].text) for n in inside if copies.get(n, n) < place.first)
        if len(inside) > 1 and same >= 0.7 * mass > 0:
            for n in inside:
                kept[n] = False
    for n in copies:
        kept[n] = False


def _are_siblings(seen: Outline, one: int, other: int) -> bool:
    """Whether two blocks stand side by side, as a refrain does."""
    places = seen.places
    first, second = seen.pieces[one].place, seen.pieces[other].place
    return first == second or places[first].parent == places[second].parent


def drop_other_stories(seen: Outline, kept: list[bool], titles: frozenset[str]) -> None:
    """Where the title stands in an ``<article>``, further articles below it, each with a heading and text of its
    own, are other stories: pages that go on for ever hang them below the one that was asked for."""
    pieces, places = seen.pieces, seen.places
    title = next(
        (n for n, piece in enumerate(pieces) if piece.text and piece.text.casefold() in titles), None
    )
    if title is None:
        return
    own = _article_around(places, pieces[title].place)
    if own < 0:
        return
    end = places[own].last
    if sum(len(pieces[n].text) for n in range(places[own].first, end) if kept[n]) < _WHOLE:
        return
    for place in places:
        if place.tag != "article" or place.first < end:
            continue
        inside = range(place.first, place.last)
        opening = [n for n in inside if pieces[n].text][:6]
        headed = any(places[pieces[n].place].tag in _HEADINGS for n in opening)
        if headed and sum(len(pieces[n].text) for n in inside if kept[n]) >= _STORY:
            for n in inside:
                kept[n] = False


def drop_named(seen: Outline, kept: list[bool]) -> None:
    """Blocks go that stand in a place whose class or id calls it comments, an advertisement, a newsletter, a
    cookie notice, unless little would be left: some sites call the posts of a live ticker comments."""
    pieces, places = seen.pieces, seen.places
    mass = sum(len(piece.text) for piece, one in zip(pieces, kept, strict=True) if one)
    named: dict[int, bool] = {-1: False, 0: False}

    def is_named(number: int) -> bool:
        if number not in named:
            place = places[number]
            named[number] = is_named(place.parent) or (
                place.tag not in ("main", "article")
                and bool(words_of(place.element) & _NOT_OURS)  # type: ignore[arg-type]
                and sum(len(pieces[n].text) for n in range(place.first, place.last) if kept[n])
                <= _BULK * mass
            )
        return named[number]

    gone = [n for n, piece in enumerate(pieces) if kept[n] and is_named(piece.place)]
    left = mass - sum(len(pieces[n].text) for n in gone)
    if left < _BULK * mass and left < _WHOLE:
        return
    for n in gone:
        kept[n] = False


def _article_around(places: Sequence[Place], number: int) -> int:
    """The outermost ``<article>`` that holds a place; -1 for none."""
    found = -1
    while number >= 0:
        if places[number].tag == "article":
            found = number
        number = places[number].parent
    return found
