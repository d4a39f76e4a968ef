"""What the classifier is told of each text block: numbers about the block, about what stands round it, and,
in a second look, about what the first look thought of its neighbours.

Every number is made by plain arithmetic, so that a page gives the same answer on every machine. ``FIRST`` and
``SECOND`` name the columns; a model remembers them and refuses to read others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from mirrorpress.extract.lexicon import phrase_kind
from mirrorpress.extract.outline import Outline
from mirrorpress.extract.surroundings import COLUMNS, Steps, Surroundings, log

PARAGRAPH = 80
"""Characters from which a block counts as a paragraph."""
_MENU = 50  # characters below which a link between two links on either side is no part of an article
_CJK = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffef]")
_ENDS = frozenset(".!?。！？…؟:：”\"»’')）」』")
_KINDS = {
    "p": 1, "div": 2, "li": 3, "td": 4, "th": 4, "h1": 5, "h2": 6, "h3": 7, "h4": 8, "h5": 8, "h6": 8,
    "blockquote": 9,
    "pre": 10, "figcaption": 11, "section": 12, "article": 13, "header": 14, "dt": 15, "dd": 16, "body": 17,
    "footer": 18, "address": 19, "summary": 20, "caption": 21, "main": 12, "aside": 22, "center": 2,
}  # fmt: skip
_H1, _H6 = 5, 8

OWN = (
    "length words density punctuation commas ends kind strong upper phrase titled repeated after_picture "
    "before_picture alike alike_length alike_density index before since_title left blocks page_length "
    "page_density paragraphs best_share body_known described headlines of_articles length_p1 length_n1 "
    "length_p2 length_n2 density_p1 density_n1 kind_p1 kind_n1 kind_n2 same_n1"
).split()
FIRST = [*OWN, *COLUMNS]
SECOND = [
    *FIRST,
    *"p p_p1 p_n1 p_p2 p_n2 p_p3 p_n3 p_place p_outer p_outermost p_alike p_near p_wide core_up core_down "
    "mass_before mass_after to_first to_last p_share p_top".split(),
]  # fmt: skip


WHOLE = frozenset(
    (
        "words punctuation commas ends kind upper phrase titled repeated after_picture before_picture alike "
        "since_title left blocks paragraphs body_known described headlines of_articles kind_p1 kind_n1 "
        "kind_n2 same_n1 hidden up down title_up title_down articles core_up core_down to_first to_last"
    ).split()
) | {name for name in COLUMNS if name.startswith("in_")}
"""Columns of whole numbers, which Python compares faster with whole numbers. The others hold floats."""


@dataclass(slots=True)
class Known:
    """What a page says elsewhere that helps to tell its body: folded titles, the text of JSON-LD's
    ``articleBody`` and the description, both squeezed."""

    titles: frozenset[str] = frozenset()
    body: str = ""
    description: str = ""


@dataclass(slots=True)
class Blocks:
    """A page's text blocks in order: their numbers in the outline, words, lengths (in characters, Han and
    kana counted as 2.5), shares of links, kinds of tag, and which of them are of one make."""

    numbers: list[int]
    texts: list[str]
    lengths: list[float]
    densities: list[float]
    kinds: list[int]
    alike: list[int] = field(default_factory=list)
    scale: float = 1.0
    total: float = 1.0


@dataclass(slots=True)
class Rows:
    """One row of ``FIRST`` for each block in ``told``; the others are menus, not worth a look."""

    blocks: Blocks
    told: list[int]
    rows: list[list[float]]


def first_look(outline: Outline, known: Known) -> Rows:
    """What is to be told of a page's text blocks."""
    blocks = _blocks(outline)
    count = len(blocks.numbers)
    if not count:
        return Rows(blocks, [], [])
    pieces, places = outline.pieces, outline.places
    texts, lengths, densities, kinds = blocks.texts, blocks.lengths, blocks.densities, blocks.kinds
    core, paragraphs = _core(outline, blocks)
    title = _title(blocks, known.titles)
    around = Surroundings(
        outline,
        total=blocks.total,
        scale=blocks.scale,
        core=core,
        title=pieces[blocks.numbers[title]].place if title is not None else 0,
    )
    makes = _makes(outline, blocks)
    alike = blocks.alike
    page = (
        count,
        log(blocks.total),
        places[0].linked / max(places[0].length, 1),
        paragraphs,
        places[core].length * blocks.scale / blocks.total,
    )
    seen = Counter(texts)
    logs = [0.0, 0.0, *map(log, lengths), 0.0, 0.0]
    links = [1.0, 1.0, *densities, 1.0, 1.0]
    menu = [density > 0.9 for density in links]
    tags = [-1, *kinds, -1, -1]
    same = [*alike, -1]
    titles, body, description = known.titles, known.body, known.description
    last = len(pieces) - 1
    told: list[int] = []
    rows: list[list[float]] = []
    before, headlines, title_at = 0.0, 0, -1
    for row, n in enumerate(blocks.numbers):
        length, density, kind = lengths[row], densities[row], kinds[row]
        before += length
        if length < _MENU and all(menu[row : row + 5]):
            continue
        text = texts[row]
        short = len(text) < 200
        folded = text.casefold() if short else ""
        titled = short and folded in titles
        headlines += kind == _H1
        if title_at < 0 and (titled or kind == _H1):
            title_at = row
        start = "".join(text[:80].split())[:40] if body or description else ""
        make = makes[alike[row]]
        words = text.count(" ") + 1
        told.append(row)
        rows.append(
            [
                logs[row + 2],
                min(100, words),
                density,
                text.count(".") + text.count("。") + text.count("!") + text.count("?"),
                text.count(",") + text.count("，") + text.count("、") + text.count("،"),
                1 if text[-1] in _ENDS else 0,
                kind,
                pieces[n].strong / len(text),
                2 if text.isupper() else 1 if text[0].isupper() else 0,
                phrase_kind(folded) if short else 0,
                int(titled),
                seen[text] - 1,
                1 if n and pieces[n - 1].picture else 0,
                1 if n < last and pieces[n + 1].picture else 0,
                *make,
                row / count,
                (before - length) / blocks.total,
                -1 if title_at < 0 else min(row - title_at, 60),
                min(count - row, 100),
                *page,
                (2 if start in body else 0) if body else 1,
                1 if len(start) > 20 and start in description else 0,
                min(headlines, 20),
                around.count_of_articles,
                logs[row + 1],
                logs[row + 3],
                logs[row],
                logs[row + 4],
                links[row],
                links[row + 2],
                tags[row],
                tags[row + 2],
                tags[row + 3],
                int(same[row + 1] == alike[row]),
                *around.row(pieces[n].place),
            ]
        )
    return Rows(blocks, told, rows)


def second_look(
    outline: Outline, first: Rows, chances: Sequence[float], again: Sequence[int]
) -> list[list[float]]:
    """Rows of ``SECOND`` for those of ``first.told`` that ``again`` names by their place there, from the
    chances (0 to 1) that the first look gave each of them."""
    blocks, pieces, places = first.blocks, outline.pieces, outline.places
    lengths, numbers, alike = blocks.lengths, blocks.numbers, blocks.alike
    count = len(numbers)
    chance = [0.0] * (count + 6)
    for row, value in zip(first.told, chances, strict=True):
        chance[row + 3] = value
    mass = [p * length for p, length in zip(chance[3:], lengths, strict=False)]
    total = sum(mass) or 1.0
    rates, core = _rates(outline, blocks, mass)
    steps = Steps(places, core)
    makes = max(alike, default=-1) + 1
    good, whole = [0.0] * makes, [0.0] * makes
    running, weights = [0.0], [0.0]
    for row, make in enumerate(alike):
        good[make] += mass[row]
        whole[make] += lengths[row]
        running.append(running[-1] + mass[row])
        weights.append(weights[-1] + lengths[row])
    sure = [row for row in first.told if chance[row + 3] > 0.6 and lengths[row] > PARAGRAPH]
    begin, end = (sure[0], sure[-1]) if sure else (count, -1)
    top = max(chances, default=0.0)
    rows = []
    for index in again:
        row = first.told[index]
        number = pieces[numbers[row]].place
        outer = places[number].parent if number else 0
        outermost = places[outer].parent if outer > 0 else 0
        low, high = max(row - 4, 0), min(row + 5, count)
        wide_low, wide_high = max(row - 12, 0), min(row + 13, count)
        make = alike[row]
        rows.append(
            [
                *first.rows[index],
                chance[row + 3],
                chance[row + 2],
                chance[row + 4],
                chance[row + 1],
                chance[row + 5],
                chance[row],
                chance[row + 6],
                rates[number],
                rates[outer],
                rates[outermost],
                good[make] / (whole[make] or 1.0),
                (running[high] - running[low]) / (weights[high] - weights[low] or 1.0),
                (running[wide_high] - running[wide_low]) / (weights[wide_high] - weights[wide_low] or 1.0),
                *steps.from_place(number),
                running[row] / total,
                (running[count] - running[row + 1]) / total,
                max(-20, min(row - begin, 20)),
                max(-20, min(end - row, 20)),
                mass[row] / total,
                top,
            ]
        )
    return rows


def _blocks(outline: Outline) -> Blocks:
    pieces, places = outline.pieces, outline.places
    numbers = [n for n, piece in enumerate(pieces) if not piece.picture]
    texts = [pieces[n].text for n in numbers]
    sample = "".join(texts[:: len(texts) // 200 + 1])[:5000]
    scale = 1 + 1.5 * len(_CJK.findall(sample)) / max(len(sample), 1)
    lengths = [len(text) * scale for text in texts]
    densities = [pieces[n].linked / len(pieces[n].text) for n in numbers]
    kinds = [_KINDS.get(places[pieces[n].place].tag, 0) for n in numbers]
    return Blocks(numbers, texts, lengths, densities, kinds, scale=scale, total=sum(lengths) or 1.0)


def _core(outline: Outline, blocks: Blocks) -> tuple[int, int]:
    """The place that holds most paragraphs, those of its children and grandchildren counted less; and how
    many paragraphs the page has."""
    places = outline.places
    direct = [0.0] * len(places)
    paragraphs = 0
    for n, length, density in zip(blocks.numbers, blocks.lengths, blocks.densities, strict=True):
        if length >= PARAGRAPH and density < 0.4:
            direct[outline.pieces[n].place] += length
            paragraphs += 1
    score = direct[:]
    for number in range(len(places) - 1, 0, -1):
        if mass := direct[number]:
            parent = places[number].parent
            score[parent] += mass
            if (above := places[parent].parent) >= 0:
                score[above] += mass * 0.6
    return max(range(len(places)), key=score.__getitem__), paragraphs


def _title(blocks: Blocks, titles: frozenset[str]) -> int | None:
    """Which block says the page's title: the first heading that does, else any block that does, else the
    first
    ``<h1>``."""
    told = [row for row, text in enumerate(blocks.texts) if len(text) < 200 and text.casefold() in titles]
    headings = (row for row in told if _H1 <= blocks.kinds[row] <= _H6)
    first = (row for row, kind in enumerate(blocks.kinds) if kind == _H1)
    return next(headings, next(iter(told), next(first, None)))


def _makes(outline: Outline, blocks: Blocks) -> list[tuple[int, float, float]]:
    """Sort blocks into makes by the tag and class of their place; for each how many there are, their mean
    length, and how much of it is links."""
    pieces, places = outline.pieces, outline.places
    known: dict[tuple[str, str | None, str], int] = {}
    classes: dict[int, str | None] = {0: None}

    def class_of(number: int) -> str | None:
        if number not in classes:
            classes[number] = places[number].element.attr("class")  # type: ignore[attr-defined]
        return classes[number]

    of_place: dict[int, int] = {}
    sums: list[list[float]] = []
    for n, length, density in zip(blocks.numbers, blocks.lengths, blocks.densities, strict=True):
        number = pieces[n].place
        make = of_place.get(number)
        if make is None:
            place = places[number]
            above = places[place.parent] if place.parent >= 0 else place
            names = class_of(number)
            if names is None and place.parent > 0:
                names = class_of(place.parent)
            make = of_place[number] = known.setdefault((place.tag, names, above.tag), len(known))
            if make == len(sums):
                sums.append([0, 0.0, 0.0])
        blocks.alike.append(make)
        one = sums[make]
        one[0] += 1
        one[1] += length
        one[2] += length * density
    return [(int(many), log(length / many), linked / (length or 1.0)) for many, length, linked in sums]


def _rates(outline: Outline, blocks: Blocks, mass: Sequence[float]) -> tuple[list[float], int]:
    """For each place how much of it the first look would keep; and the innermost of the places that would
    gain most by being kept whole."""
    places = outline.places
    good, whole = [0.0] * len(places), [0.0] * len(places)
    for n, one, length in zip(blocks.numbers, mass, blocks.lengths, strict=True):
        number = outline.pieces[n].place
        good[number] += one
        whole[number] += length
    for number in range(len(places) - 1, 0, -1):
        parent = places[number].parent
        good[parent] += good[number]
        whole[parent] += whole[number]
    gains = [2 * g - w for g, w in zip(good, whole, strict=True)]
    core = max(range(len(places) - 1, -1, -1), key=gains.__getitem__)
    return [g / w if w else 0.0 for g, w in zip(good, whole, strict=True)], core
