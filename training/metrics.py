"""How like a text is to the truth: n-grams of four words, or of four characters in scripts without spaces."""

from __future__ import annotations

from collections import Counter

from training.labels import tokens


def grams(text: str, size: int = 4) -> Counter[tuple[str, ...]]:
    """The multiset of runs of ``size`` tokens; a shorter text is one run."""
    words = tokens(text)
    if not words:
        return Counter()
    return Counter(tuple(words[n : n + size]) for n in range(max(len(words) - size + 1, 1)))


def agreement(found: str, truth: str, size: int = 4) -> tuple[float, float, float]:
    """Precision, recall and F1 of a text."""
    one, other = grams(found, size), grams(truth, size)
    both = sum((one & other).values())
    if not one or not other:
        same = float(not one and not other)
        return same, same, same
    precision, recall = both / sum(one.values()), both / sum(other.values())
    return precision, recall, 2 * precision * recall / (precision + recall) if both else 0.0
