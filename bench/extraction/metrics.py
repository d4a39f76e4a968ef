"""How close an extraction comes to the truth: pure functions on text."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import mean

SHINGLE = 4  # units in a row; the article extraction benchmarks that others publish use four
_LONG = 12  # letters from which a text is too long to turn up by chance
_WORD = re.compile(r"\w+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
_BETWEEN_NAMES = re.compile(r"\s*(?:[,;|/&，、；]|\band\b|\bund\b|\bet\b)\s*", re.IGNORECASE)
_BY = re.compile(r"^(?:by|von|par|文)\s+", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
_QUOTES = str.maketrans("‘’“”–—", "''\"\"--")


@dataclass(frozen=True)
class Score:
    """Precision, recall and F1 of one page, or of many."""

    precision: float
    recall: float
    f1: float


def normal(text: str) -> str:
    """One form for the same letters (NFKC), without invisible characters."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))


def words(text: str) -> list[str]:
    """Words as runs of letters, digits and underscores."""
    return _WORD.findall(normal(text))


def mostly_cjk(text: str) -> bool:
    """Whether more than half of the letters are Chinese, Japanese or Korean ones."""
    letters = sum(len(word) for word in _WORD.findall(text))
    return 2 * len(_CJK.findall(text)) > letters


def shingles(units: Sequence[str]) -> Counter[tuple[str, ...]]:
    """Every run of four units with the times it occurs; of a shorter text, the text itself."""
    if not units:
        return Counter()
    last = max(len(units) - SHINGLE, 0)
    return Counter(tuple(units[start : start + SHINGLE]) for start in range(last + 1))


def score(truth: str, found: str) -> Score:
    """Compare multisets of word 4-grams; of character 4-grams where the truth is mostly CJK."""
    by_character = mostly_cjk(truth)
    wanted, given = (
        shingles(list("".join(words(text))) if by_character else words(text)) for text in (truth, found)
    )
    common = sum((wanted & given).values())
    all_wanted, all_given = sum(wanted.values()), sum(given.values())
    if not all_wanted and not all_given:
        return Score(1.0, 1.0, 1.0)
    precision = common / all_given if all_given else 0.0
    recall = common / all_wanted if all_wanted else 0.0
    return Score(precision, recall, 2 * common / (all_wanted + all_given))


def average(scores: Sequence[Score]) -> Score:
    """Means over pages, each page counting once; ``f1`` is the mean of the pages' F1."""
    return Score(*(mean(getattr(one, key) for one in scores) for key in ("precision", "recall", "f1")))


def f1_of_means(means: Score) -> float:
    """F1 of averaged precision and averaged recall, as scrapinghub's benchmark gives it."""
    both = means.precision + means.recall
    return 2 * means.precision * means.recall / both if both else 0.0


def kept(truth: Iterable[str], text: str) -> tuple[int, int]:
    """How many of the ``truth`` pieces occur in ``text``, and how many there are.

    A piece that the truth holds three times must occur three times. Short pieces count as whole words
    only; of long ones the letters and digits must follow each other, whatever stands between them.
    """
    wanted = Counter(piece for piece in (tuple(words(one)) for one in truth) if piece)
    found = words(text)
    spaced, squeezed = f" {'  '.join(found)} ", "".join(found)
    hits = 0
    for piece, times in wanted.items():
        letters = "".join(piece)
        if len(letters) >= _LONG or _CJK.search(letters):
            occurs = squeezed.count(letters)
        else:
            occurs = spaced.count(f" {'  '.join(piece)} ")
        hits += min(times, occurs)
    return hits, wanted.total()


def kept_as_such(truth: Iterable[str], elements: Iterable[str]) -> tuple[int, int]:
    """How many of the ``truth`` pieces are the text of an element of the same kind, and how many there are."""
    wanted, found = (
        Counter(filter(None, ("".join(words(one)) for one in side))) for side in (truth, elements)
    )
    return (wanted & found).total(), wanted.total()


def same_title(truth: str, found: str) -> bool:
    """Equal but for spaces, case and the shape of quotation marks and dashes."""
    first, second = (" ".join(normal(one).translate(_QUOTES).casefold().split()) for one in (truth, found))
    return first == second


def days_apart(truth: str, found: str) -> int | None:
    """Days between two dates, each taken as it is written; nothing when one is missing or no date.

    Within the month where the truth says no day, it is none.
    """
    wanted, given = _DATE.match(truth), _DATE.match(found)
    if not wanted or not given:
        return None
    try:
        other = date(int(given[1]), int(given[2]), int(given[3] or 1))
        day = int(wanted[3]) if wanted[3] else other.day if wanted[2] == given[2] else 1
        return abs((date(int(wanted[1]), int(wanted[2]), day) - other).days)
    except ValueError:  # 2025-02-30
        return None


def names(authors: Iterable[str]) -> set[str]:
    """Names as a set, split where several stand in one text, without "by" and letters of a degree."""
    parts = (_BY.sub("", part.strip(" .")) for one in authors for part in _BETWEEN_NAMES.split(normal(one)))
    return {" ".join(part.casefold().split()) for part in parts if part and not _degree(part)}


def same_authors(truth: str, found: Iterable[str]) -> bool:
    """The same set of names."""
    return names([truth]) == names(found)


def _degree(part: str) -> bool:
    """MD, RD, Ph.D. and the like behind a name."""
    letters = part.replace(".", "")
    return letters == "PhD" or (letters.isascii() and letters.isupper() and len(letters) <= 6)
