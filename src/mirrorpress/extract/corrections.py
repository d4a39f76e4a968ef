"""What the classifier cannot see in one block: the same words twice, another story, boxes that ask or lead
away.

Each function takes an outline and the choice of blocks, and takes blocks out of the choice, in place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mirrorpress.extract.lexicon import phrase_kind
from mirrorpress.extract.outline import Outline, Place
from mirrorpress.extract.text import squeeze

_BULK = 0.4  # of what was kept; an element with more is the article, or hidden until a script shows it
_LONG = 60  # characters of a block that is no mere phrase
_BRIEF = 150  # characters of the shortest article
_WHOLE = 800  # characters of a text that may well be a whole article
_OPENINGS = frozenset("h2 h3 h4 h5 h6 strong header".split())
_NOT_OURS = frozenset(
    "comment comments commentlist disqus newsletter newsletters signup cookie cookies consent gate meter "
    "nl advert adverts advertisement adsbygoogle taboola outbrain".split()
)
_ELSEWHERE = re.compile(
    r"(?:read (?:also|more|next)|related(?: \w+)?|see also|recommended(?: \w+)?|you may also .*|also in .*|"
    r"more (?:on|from|live|stories|news|coverage)\b.*|(?:das könnte|auch interessant|lesen sie auch)\b.*|"
    r"mehr zum thema\b.*|(?:à )?lire aussi.*|l[ea]e también.*|leggi anche.*|читайте также.*|"
    r"相关(?:阅读|新闻|文章|链接|报道)|相關(?:閱讀|新聞|文章|報導)|(?:延伸|推荐|推薦)(?:阅读|閱讀)|"
    r"更多(?:新闻|报道)|猜你喜欢|مطالب مرتبط|بیشتر بخوانید|اقرأ أيضا)\s*[:：…]*",
    re.IGNORECASE,
)
_LABELS = frozenset(
    "advertisement advert anzeige werbung publicité publicidad pubblicità annons reklame реклама 广告 "
    "廣告 تبلیغات إعلان".split()
)
_LONGEST_TEASER = 200
_FEW = 4  # blocks of two teasers
_ASKS = 1  # of ``phrase_kind``
_LONGEST_BOX = 600  # characters of a box that asks something of the reader


def drop_hidden(seen: Outline, kept: list[bool]) -> None:
    """Hidden blocks go, unless most of the article is hidden until a script shows it and little is shown."""
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
    """Of blocks that say the same at length in different places the first stays; a place that is mostly
    copies goes whole."""
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


def drop_below(seen: Outline, kept: list[bool], titles: frozenset[str]) -> None:
    """Where the title stands in an ``<article>`` that is an article by itself, what stands below it is not:
    other stories, which pages that go on for ever hang there, comments, briefs."""
    pieces, places = seen.pieces, seen.places
    title = next(
        (n for n, piece in enumerate(pieces) if piece.text and piece.text.casefold() in titles), None
    )
    own = _article_around(places, pieces[title].place) if title is not None else -1
    if own < 0:
        return
    end = places[own].last
    inside = sum(len(pieces[n].text) for n in range(places[own].first, end) if kept[n])
    mass = sum(len(piece.text) for piece, one in zip(pieces, kept, strict=True) if one)
    if inside >= _WHOLE or inside >= max(_BRIEF, 0.2 * mass):
        for n in range(end, len(pieces)):
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
                and bool(place.words & _NOT_OURS)
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


def drop_teasers(seen: Outline, kept: list[bool]) -> None:
    """Linked headings, each with a short line below it, are teasers of other articles where there are
    several and something else was kept."""
    pieces, places = seen.pieces, seen.places
    words = [n for n, one in enumerate(kept) if one and pieces[n].text]
    linked = [
        n
        for n in words
        if pieces[n].linked > 0.8 * len(pieces[n].text) and places[pieces[n].place].tag in _OPENINGS
    ]
    headings, chosen = set(linked), set(words)
    teasers = {n for n in words if len(pieces[n].text) <= _LONGEST_TEASER and _is_below_teaser(seen, kept, n)}
    for n in linked:
        below = [m for m in range(n + 1, n + 5) if m in chosen]
        if not below or below[0] in headings:
            teasers.add(n)
        elif len(pieces[below[0]].text) <= _LONGEST_TEASER and (len(below) == 1 or below[1] in headings):
            teasers |= {n, below[0]}
    left = sum(len(pieces[n].text) for n in words if n not in teasers)
    few = len(teasers & headings) * 2 < _FEW and any(n in headings for n in teasers)
    if teasers and left >= _BRIEF and not few:
        for n in teasers:
            kept[n] = False


def _is_below_teaser(seen: Outline, kept: Sequence[bool], number: int) -> bool:
    """Whether a block stands right below a linked heading that was not kept."""
    before = number - 1
    while before >= 0 and not seen.pieces[before].text:
        before -= 1
    if before < 0 or kept[before]:
        return False
    piece = seen.pieces[before]
    return piece.linked > 0.8 * len(piece.text) and seen.places[piece.place].tag in _OPENINGS


def drop_labelled(seen: Outline, kept: list[bool]) -> None:
    """A small place that calls itself an advertisement goes whole."""
    for number, piece in enumerate(seen.pieces):
        if is_label(piece.text):
            place = seen.places[piece.place]
            if place.length == len(piece.text) and place.parent > 0:
                place = seen.places[place.parent]
            if place.length < _LONGEST_BOX // 2:
                for n in range(place.first, place.last):
                    kept[n] = False
            kept[number] = False


def is_label(text: str) -> bool:
    """Whether a block says that an advertisement follows."""
    return 0 < len(text) < 20 and text.casefold().strip(" :–-") in _LABELS


def drop_boxes(seen: Outline, kept: list[bool]) -> None:
    """A place whose first words lead elsewhere ("Read also", "More on this") or ask for something
    ("Subscribe") goes whole, unless it holds much of what was kept."""
    pieces, places = seen.pieces, seen.places
    mass = sum(len(piece.text) for piece, one in zip(pieces, kept, strict=True) if one)
    following = _following_words(seen)
    judged: set[int] = set()
    for number, piece in enumerate(pieces):
        if not 0 < len(piece.text) < _LONG or (kept[number] and places[piece.place].tag not in _OPENINGS):
            continue
        asks = phrase_kind(piece.text.casefold()) == _ASKS
        leads = _ELSEWHERE.fullmatch(piece.text) is not None
        if not (asks or leads):
            continue
        own = piece.place
        while (parent := places[own].parent) > 0 and following[places[parent].first] == number:
            if places[parent].length > (_LONGEST_BOX if asks else _BULK * mass):
                break
            own = parent
        if own in judged:
            continue
        judged.add(own)
        place = places[own]
        inside = [n for n in range(place.first, place.last) if kept[n]]
        if sum(len(pieces[n].text) for n in inside) <= _BULK * mass:
            for n in inside:
                kept[n] = False


def _following_words(seen: Outline) -> list[int]:
    """For each block, pictures included, the number of the first one with words from there on."""
    found = [len(seen.pieces)] * (len(seen.pieces) + 1)
    for number in range(len(seen.pieces) - 1, -1, -1):
        found[number] = number if seen.pieces[number].text else found[number + 1]
    return found


def _article_around(places: Sequence[Place], number: int) -> int:
    """The outermost ``<article>`` that holds a place; -1 for none."""
    found = -1
    while number >= 0:
        if places[number].tag == "article":
            found = number
        number = places[number].parent
    return found
