"""What the classifier is told of each text block: numbers about the block, about what stands round it, and, in
a second look, about what the first look thought of its neighbours.

Every number is made by plain arithmetic, so that a page gives the same answer on every machine. ``FIRST`` and
``SECOND`` name the columns; a model remembers them and refuses to read others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from mirrorpress.extract.lexicon import GROUPS, TAGS, groups_of_names, phrase_kind
from mirrorpress.extract.outline import Outline, Place

_PARAGRAPH = 80  # characters from which a block counts as a paragraph
_FAR = 12  # steps in the tree; farther is all the same
_CJK = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffef]")
_ENDS = frozenset(".!?。！？…؟:：”\"»’')）」』")
_KINDS = {
    "p": 1, "div": 2, "li": 3, "td": 4, "th": 4, "h1": 5, "h2": 6, "h3": 7, "h4": 8, "h5": 8, "h6": 8, "blockquote": 9,
    "pre": 10, "figcaption": 11, "section": 12, "article": 13, "header": 14, "dt": 15, "dd": 16, "body": 17,
    "footer": 18, "address": 19, "summary": 20, "caption": 21, "main": 12, "aside": 22, "center": 2,
}  # fmt: skip

OWN = (
    "length words density punctuation commas ends kind strong upper phrase titled repeated "
    "after_picture before_picture hidden"
).split()
AROUND = (
    "place_length place_density place_share outer_share outer_density up down alike alike_length alike_density "
    "index before since_title left blocks page_length page_density paragraphs best_share body_known described "
    "title_up title_down headlines articles of_articles"
).split()
BESIDE = (
    "length_p1 length_n1 length_p2 length_n2 density_p1 density_n1 kind_p1 kind_n1 kind_n2 same_n1"
).split()
FIRST = [*OWN, *AROUND, *BESIDE, *(f"in_{name}" for name in GROUPS)]
SECOND = [
    *FIRST,
    *"p p_p1 p_n1 p_p2 p_n2 p_p3 p_n3 p_place p_outer p_outermost p_alike p_near p_wide core_up core_down "
    "mass_before mass_after to_first to_last p_share p_top".split(),
]  # fmt: skip


@dataclass(slots=True)
class Known:
    """What a page says elsewhere that helps to tell its body: folded titles, the text of JSON-LD's
    ``articleBody`` and the description, all squeezed."""

    titles: frozenset[str] = frozenset()
    body: str = ""
    description: str = ""


@dataclass(slots=True)
class Rows:
    """The features of a page's text blocks; ``numbers`` are the blocks' places in the outline's pieces."""

    numbers: list[int]
    rows: list[list[float]]
    lengths: list[float]  # in characters, Han and kana counted as 2.5
    alike: list[int]  # which group of blocks of one make each belongs to


def first_look(outline: Outline, known: Known) -> Rows:
    """One row of ``FIRST`` for each text block."""
    pieces, places = outline.pieces, outline.places
    numbers = [n for n, piece in enumerate(pieces) if not piece.picture]
    texts = [pieces[n].text for n in numbers]
    count = len(numbers)
    if not count:
        return Rows([], [], [], [])
    sample = "".join(texts[:: count // 200 + 1])[:5000]
    scale = 1 + 1.5 * len(_CJK.findall(sample)) / max(len(sample), 1)
    lengths = [len(text) * scale for text in texts]
    total = sum(lengths) or 1.0
    densities = [pieces[n].linked / len(pieces[n].text) for n in numbers]
    kinds = [_KINDS.get(places[pieces[n].place].tag, 0) for n in numbers]

    # --- places: names, mass of paragraphs, the place with most of it ----------------------
    masks = _masks(places)
    size = len(places)
    direct = [0.0] * size
    paragraphs = 0
    for row, n in enumerate(numbers):
        if lengths[row] >= _PARAGRAPH and densities[row] < 0.4:
            direct[pieces[n].place] += lengths[row]
            paragraphs += 1
    score = direct[:]
    for number in range(size - 1, 0, -1):
        mass = direct[number]
        if mass:
            parent = places[number].parent
            score[parent] += mass
            if (above := places[parent].parent) >= 0:
                score[above] += mass * 0.6
    best = max(range(size), key=score.__getitem__)
    up, down = _steps(places, best)
    best_share = places[best].length * scale / total
    title_up, title_down = _steps(places, _place_of_title(outline, numbers, texts, kinds, known.titles))
    articles, of_articles = _articles(places)

    # --- blocks of one make -----------------------------------------------------------------
    makes: dict[tuple[str, str | None, str], int] = {}
    alike: list[int] = []
    alike_count: list[int] = []
    alike_length: list[float] = []
    alike_linked: list[float] = []
    makes_of: dict[int, int] = {}
    for row, n in enumerate(numbers):
        number = pieces[n].place
        make = makes_of.get(number)
        if make is None:
            place = places[number]
            above = places[place.parent] if place.parent >= 0 else place
            names = place.element.attr("class") if number else None  # type: ignore[attr-defined]
            if names is None and place.parent > 0:
                names = above.element.attr("class")  # type: ignore[attr-defined]
            key = (place.tag, names, above.tag)
            make = makes.setdefault(key, len(makes))
            makes_of[number] = make
            if make == len(alike_count):
                alike_count.append(0)
                alike_length.append(0.0)
                alike_linked.append(0.0)
        alike.append(make)
        alike_count[make] += 1
        alike_length[make] += lengths[row]
        alike_linked[make] += lengths[row] * densities[row]

    # --- rows ---------------------------------------------------------------------------------
    titles, body, description = known.titles, known.body, known.description
    page_density = places[0].linked / max(places[0].length, 1)
    seen: dict[str, int] = {}
    for text in texts:
        seen[text] = seen.get(text, 0) + 1
    rows: list[list[float]] = []
    before = 0.0
    title_at = -1
    headlines = 0
    last = len(pieces) - 1
    shares = [(p.length * scale / total, p.linked / p.length if p.length else 0.0) for p in places]
    logs = list(map(_log, lengths))
    pad = 2
    padded_logs = [0.0, 0.0, *logs, 0.0, 0.0]
    padded_densities = [0.0, 0.0, *densities, 0.0, 0.0]
    padded_kinds = [-1, -1, *kinds, -1, -1]
    padded_alike = [-1, -1, *alike, -1, -1]
    group_bits = range(len(GROUPS))
    spread: dict[tuple[int, int], list[float]] = {}
    for row, n in enumerate(numbers):
        piece = pieces[n]
        text = texts[row]
        number = piece.place
        place = places[number]
        kind = kinds[row]
        short = len(text) < 200
        folded = text.casefold() if short else ""
        titled = short and folded in titles
        if title_at < 0 and (titled or kind == 5):
            title_at = row
        if kind == 5:
            headlines += 1
        words = text.count(" ") + 1
        share, density = shares[number]
        outer_share, outer_density = shares[place.parent] if place.parent >= 0 else (share, density)
        make = alike[row]
        near, far = masks[number]
        if body or description:
            start = "".join(text.split())[:40]
            body_known = (2.0 if start in body else 0.0) if body else 1.0
            described = 1.0 if len(start) > 20 and description and start in description else 0.0
        else:
            body_known, described = 1.0, 0.0
        i = row + pad
        values: list[float] = [
            logs[row], words if words < 100 else 100, densities[row],
            text.count(".") + text.count("。") + text.count("!") + text.count("?"),
            text.count(",") + text.count("，") + text.count("、") + text.count("،"),
            1 if text[-1] in _ENDS else 0,
            kind, piece.strong / len(text),
            2 if text.isupper() else 1 if text[0].isupper() else 0,
            phrase_kind(folded) if short and len(text) < 160 else 0,
            titled, seen[text] - 1,
            1 if n and pieces[n - 1].picture else 0,
            1 if n < last and pieces[n + 1].picture else 0,
            place.hidden,
            _log(place.length * scale), density, share, outer_share, outer_density, up[number], down[number],
            alike_count[make], _log(alike_length[make] / alike_count[make]), alike_linked[make] / (alike_length[make] or 1.0),
            row / count, before / total, (row - title_at if title_at >= 0 else -1) if row - title_at < 60 else 60,
            count - row if count - row < 100 else 100, count, _log(total), page_density, paragraphs, best_share,
            body_known, described, title_up[number], title_down[number], headlines if headlines < 20 else 20,
            articles[number], of_articles,
            padded_logs[i - 1], padded_logs[i + 1], padded_logs[i - 2], padded_logs[i + 2],
            padded_densities[i - 1], padded_densities[i + 1],
            padded_kinds[i - 1], padded_kinds[i + 1], padded_kinds[i + 2], padded_alike[i + 1] == make,
        ]  # fmt: skip
        names = spread.get(masks[number])
        if names is None:
            names = spread[masks[number]] = [(near >> bit & 1) + (far >> bit & 1) for bit in group_bits]
        values += names
        rows.append(values)
        before += lengths[row]
    return Rows(numbers, rows, lengths, alike)


def second_look(
    outline: Outline, first: Rows, chances: Sequence[float], again: Sequence[int]
) -> list[list[float]]:
    """Rows of ``SECOND`` for the text blocks numbered in ``again``, from what the first look thought of all
    (0 to 1)."""
    pieces, places = outline.pieces, outline.places
    lengths = first.lengths
    count = len(chances)
    size = len(places)
    mass = [chance * length for chance, length in zip(chances, lengths, strict=True)]
    total = sum(mass) or 1.0
    good = [0.0] * size
    whole = [0.0] * size
    for row, n in enumerate(first.numbers):
        number = pieces[n].place
        good[number] += mass[row]
        whole[number] += lengths[row]
    core = [2 * g - w for g, w in zip(good, whole, strict=True)]  # what keeping all of a place gains
    for number in range(size - 1, 0, -1):
        parent = places[number].parent
        good[parent] += good[number]
        whole[parent] += whole[number]
        core[parent] += core[number]
    best = max(range(size - 1, -1, -1), key=core.__getitem__) if size else 0  # the innermost of equals
    up, down = _steps(places, best)
    rates = [g / w if w else 0.0 for g, w in zip(good, whole, strict=True)]
    makes = max(first.alike, default=-1) + 1
    make_good = [0.0] * makes
    make_whole = [0.0] * makes
    for row, make in enumerate(first.alike):
        make_good[make] += mass[row]
        make_whole[make] += lengths[row]
    running = [0.0]
    weights = [0.0]
    for row in range(count):
        running.append(running[-1] + mass[row])
        weights.append(weights[-1] + lengths[row])
    sure = [row for row in range(count) if chances[row] > 0.6 and lengths[row] > _PARAGRAPH]
    begin, end = (sure[0], sure[-1]) if sure else (count, -1)
    padded = [0.0, 0.0, 0.0, *chances, 0.0, 0.0, 0.0]
    top = max(chances, default=0.0)
    rows = []
    for row in again:
        number = pieces[first.numbers[row]].place
        outer = places[number].parent if number else 0
        outermost = places[outer].parent if outer > 0 else 0
        i = row + 3
        low, high = max(row - 4, 0), min(row + 5, count)
        wide_low, wide_high = max(row - 12, 0), min(row + 13, count)
        make = first.alike[row]
        to_first, to_last = row - begin, end - row
        rows.append(
            [
                *first.rows[row],
                padded[i],
                padded[i - 1],
                padded[i + 1],
                padded[i - 2],
                padded[i + 2],
                padded[i - 3],
                padded[i + 3],
                rates[number],
                rates[outer],
                rates[outermost],
                make_good[make] / (make_whole[make] or 1.0),
                (running[high] - running[low]) / (weights[high] - weights[low] or 1.0),
                (running[wide_high] - running[wide_low]) / (weights[wide_high] - weights[wide_low] or 1.0),
                up[number],
                down[number],
                running[row] / total,
                (running[count] - running[row + 1]) / total,
                -20 if to_first < -20 else 20 if to_first > 20 else to_first,
                -20 if to_last < -20 else 20 if to_last > 20 else to_last,
                mass[row] / total,
                top,
            ]  # fmt: skip
        )
    return rows


def _log(length: float) -> float:
    """About the binary logarithm, by exact steps: the same on every machine."""
    whole = int(length)
    bits = whole.bit_length()
    return bits + whole / (1 << bits) if whole else 0.0


def _masks(places: Sequence[Place]) -> list[tuple[int, int]]:
    """For each place the groups of names that stand near (itself and two around it) and anywhere around."""
    own: list[int] = []
    found: list[tuple[int, int]] = []
    for number, place in enumerate(places):
        parent = place.parent
        if number and place.length:
            element = place.element
            mask = TAGS.get(place.tag, 0)
            names, id = element.attr("class"), element.attr("id")  # type: ignore[attr-defined]
            if names or id:
                mask |= groups_of_names(f"{names} {id}" if names and id else names or id)
        else:
            mask = 0
        own.append(mask)
        if parent < 0:
            found.append((mask, mask))
        else:
            near = mask | own[parent]
            above = places[parent].parent
            if above >= 0:
                near |= own[above]
            found.append((near, mask | found[parent][1]))
    return found


def _place_of_title(
    outline: Outline,
    numbers: Sequence[int],
    texts: Sequence[str],
    kinds: Sequence[int],
    titles: frozenset[str],
) -> int:
    """The place of the block that says the page's title: the first heading that does, else any block, else the
    first ``<h1>``, else the root."""
    told = [row for row, text in enumerate(texts) if len(text) < 200 and text.casefold() in titles]
    heading = next((row for row in told if 5 <= kinds[row] <= 8), None)
    if heading is None:
        heading = next(iter(told), None)
    if heading is None:
        heading = next((row for row, kind in enumerate(kinds) if kind == 5), None)
    return outline.pieces[numbers[heading]].place if heading is not None else 0


def _articles(places: Sequence[Place]) -> tuple[list[int], int]:
    """For each place how many ``<article>`` began before it or hold it (0: it stands in none), and how many
    there are."""
    found: list[int] = []
    count = 0
    for place in places:
        if place.tag == "article":
            count += 1
            found.append(min(count, 20))
        else:
            found.append(found[place.parent] if place.parent >= 0 else 0)
    return found, min(count, 20)


def _steps(places: Sequence[Place], goal: int) -> tuple[list[int], list[int]]:
    """For each place how many steps up to what it shares with ``goal``, and from there down to it."""
    size = len(places)
    up = [0] * size
    down = [0] * size
    path: dict[int, int] = {}
    number, steps = goal, 0
    while number >= 0:
        path[number] = steps
        number, steps = places[number].parent, steps + 1
    for number, place in enumerate(places):
        if number in path:
            down[number] = path[number] if path[number] < _FAR else _FAR
        else:
            parent = place.parent
            up[number] = up[parent] + 1 if up[parent] < _FAR else _FAR
            down[number] = down[parent]
    return up, down


@lru_cache(maxsize=1)
def columns() -> tuple[str, ...]:
    """The names of all columns of the second look."""
    return tuple(SECOND)
