"""Which blocks of a page belong to its article, from the article's text or from labels made by reading."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from mirrorpress.extract.text import squeeze

_TOKEN = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|[^\W_]+")
_GRAM = 4


def tokens(text: str) -> list[str]:
    """Words, and single characters of scripts that have no spaces, folded."""
    return _TOKEN.findall(text.casefold())


def hashes(texts: Sequence[str]) -> list[str]:
    """A name for each block: eight hexadecimal digits of its squeezed text, and which of equals it is."""
    seen: Counter[str] = Counter()
    names = []
    for text in texts:
        digest = hashlib.sha256(squeeze(text).encode("utf-8", "replace")).hexdigest()[:8]
        seen[digest] += 1
        names.append(digest if seen[digest] == 1 else f"{digest}.{seen[digest]}")
    return names


def from_labels(texts: Sequence[str], labels: Sequence[str]) -> list[float]:
    """1 for each block that is among ``labels``."""
    kept = set(labels)
    return [1.0 if name in kept else 0.0 for name in hashes(texts)]


def from_truth(texts: Sequence[str], truth: str) -> list[float]:
    """The share of each block that stands in the article's text, in its place there.

    Long blocks are matched by runs of four tokens; the heaviest chain of matches that follows the order of
    the article wins, so that a teaser of the same words elsewhere does not count. Short blocks count when the
    article holds them between their neighbours' places.
    """
    article = tokens(truth)
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for position in range(len(article) - _GRAM + 1):
        where[tuple(article[position : position + _GRAM])].append(position)
    blocks = [tokens(text) for text in texts]
    matches: list[tuple[int, int, int, float, float]] = []  # block, first, last, weight, share
    for number, block in enumerate(blocks):
        grams = [tuple(block[n : n + _GRAM]) for n in range(len(block) - _GRAM + 1)]
        found = [where[gram] for gram in grams if gram in where]
        if len(found) < 2 and not (found and len(grams) <= 2):
            continue
        share = len(found) / len(grams)
        if share < 0.3:
            continue
        # Candidate places: where the block's first found gram stands.
        starts = Counter(place - n for n, gram in enumerate(grams) for place in where.get(gram, ())[:20])
        for start, votes in starts.most_common(3):
            if votes >= 0.5 * len(found):
                matches.append((number, start, start + len(block), float(votes), share))
    chain = _heaviest(matches)
    result = [0.0] * len(texts)
    anchors: dict[int, tuple[int, int]] = {}
    for number, first, last, _, share in chain:
        result[number] = share
        anchors[number] = (first, last)
    numbers = sorted(anchors)
    for number, block in enumerate(blocks):
        if number in anchors or not block or len(block) > 12 or not numbers:
            continue
        before = max((n for n in numbers if n < number), default=None)
        after = min((n for n in numbers if n > number), default=None)
        low = anchors[before][1] - 3 if before is not None else 0
        high = anchors[after][0] + 3 if after is not None else len(article)
        # Beyond the first and last anchor a short block must be close to them.
        if before is None:
            low = max(0, high - 40)
        if after is None:
            high = min(len(article), low + 40)
        window = article[max(low, 0) : high]
        size = len(block)
        if any(window[n : n + size] == block for n in range(len(window) - size + 1)):
            result[number] = 1.0
    return result


def _heaviest(matches: list[tuple[int, int, int, float, float]]) -> list[tuple[int, int, int, float, float]]:
    matches = sorted(matches, key=lambda match: (match[0], match[1]))
    best: list[float] = []
    back: list[int] = []
    for n, match in enumerate(matches):
        top, source = 0.0, -1
        for m in range(n):
            other = matches[m]
            if other[0] < match[0] and other[2] <= match[1] + 4 and best[m] > top:
                top, source = best[m], m
        best.append(top + match[3])
        back.append(source)
    if not matches:
        return []
    n = max(range(len(best)), key=best.__getitem__)
    chain = []
    while n >= 0:
        chain.append(matches[n])
        n = back[n]
    return chain[::-1]
