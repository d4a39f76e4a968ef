"""What to do with what was found. Nothing here touches a network, a disk or a clock."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Literal, Protocol

from mirrorpress.model import Article, Entry

Why = Literal["new", "changed", "recheck"]

_FRESH = timedelta(days=7)  # articles are corrected in their first days
_SIBLINGS = 5  # fewer say nothing about what is normal
_LONG = 300  # characters; what is shorter may be an error page or a teaser
LOW = 0.5
"""The confidence below which an article counts as doubtful; ``archive.schema.DOUBTFUL`` says the same."""
_LOST = 0.3  # the confidence below which a text that shrank is taken for another one
_FEWEST = 3  # pages; fewer say nothing about a layout


class KnownEntry(Protocol):
    """What deciding needs to know of an article in the archive."""

    @property
    def entry_title(self) -> str: ...
    @property
    def entry_updated(self) -> datetime | None: ...
    @property
    def first_seen(self) -> datetime: ...
    @property
    def checked_at(self) -> datetime: ...
    @property
    def gone(self) -> bool: ...


class LeftOut(Protocol):
    """What an entry said when its page's own title was filtered out."""

    @property
    def entry_title(self) -> str: ...
    @property
    def entry_updated(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Task:
    """An entry to be fetched, and why."""

    entry: Entry
    key: str
    why: Why


@dataclass(frozen=True, slots=True)
class Plan:
    """What a section's entries come to; ``tasks`` oldest first, ``withdrawn`` those that are refused."""

    tasks: tuple[Task, ...]
    skipped: int
    unchanged: int
    withdrawn: tuple[Entry, ...] = ()


def plan(
    entries: Sequence[tuple[str, Entry]],
    known: Mapping[str, KnownEntry],
    *,
    skip_titles: Sequence[str],
    claimed: set[str],
    now: datetime,
    withdrawn: Collection[str] = (),
    left_out: Mapping[str, LeftOut] | None = None,
) -> Plan:
    """Which entries, given as (comparable address, entry), are to be fetched.

    ``claimed`` holds the addresses that this run already fetches for other sections, and grows; ``withdrawn``
    those that are refused; ``left_out`` those whose pages' titles these ``skip_titles`` left out before.
    """
    patterns = [re.compile(pattern) for pattern in skip_titles]
    tasks: list[Task] = []
    refused: list[Entry] = []
    skipped = unchanged = 0
    for key, entry in _oldest_first(entries):
        if key in withdrawn:
            refused.append(entry)
        elif is_skipped(entry.title, patterns) or _is_as_it_was(entry, (left_out or {}).get(key)):
            skipped += 1
        elif key in claimed or (why := _why(entry, known.get(key), now)) is None:
            unchanged += 1
        else:
            claimed.add(key)
            tasks.append(Task(entry, key, why))
    return Plan(tuple(tasks), skipped, unchanged, tuple(refused))


def is_skipped(title: str, patterns: Sequence[re.Pattern[str]]) -> bool:
    """Whether a title filter leaves the article out."""
    return any(pattern.search(title) for pattern in patterns)


def _is_as_it_was(entry: Entry, before: LeftOut | None) -> bool:
    """Whether an entry says what it said when its page's title was filtered out."""
    if before is None or entry.title != before.entry_title:
        return False
    said = entry.updated or entry.published
    return said is None or before.entry_updated is None or said <= before.entry_updated


def _oldest_first(entries: Sequence[tuple[str, Entry]]) -> list[tuple[str, Entry]]:
    """By date where every entry has one; else as the source listed them, from the end."""
    backwards = list(reversed(entries))
    if all(entry.published for _, entry in entries):
        backwards.sort(key=lambda pair: pair[1].published or datetime.min.replace(tzinfo=UTC))
    return backwards


def _why(entry: Entry, known: KnownEntry | None, now: datetime) -> Why | None:
    if known is None:
        return "new"
    said = entry.updated or entry.published
    if said and known.entry_updated and said > known.entry_updated:
        return "changed"
    if entry.title and known.entry_title and entry.title != known.entry_title:
        return "changed"
    age = now - known.first_seen
    pause = max((age - _FRESH) / 8, timedelta(0))
    if known.gone:
        pause = max(pause, timedelta(days=1))
    return "recheck" if now - known.checked_at >= pause else None


def says_the_same(one: Article, other: Article) -> bool:
    """Whether two pages that claim one address are one article: they have the same title, and came out at
    the same moment or begin alike. Sites name one canonical address on all their pages, and a daily column
    has one title for all its days: neither may collapse into one article."""
    at_once = one.published is not None and one.published == other.published
    return one.title == other.title and (at_once or one.excerpt == other.excerpt)


def too_short(
    length: int,
    *,
    siblings: Sequence[int],
    before: int,
    confidence: float = 1.0,
    before_confidence: float = 1.0,
) -> str:
    """Why an article of ``length`` characters must not be published; an empty string when it may be.

    ``siblings`` are the lengths of the section's newest articles, ``before`` that of this article's
    last good revision (0: none); the confidences are this article's and that revision's.
    """
    if before and length < 0.4 * before:
        return f"it shrank from {before:,} to {length:,} characters; the last good revision stays"
    if before and length < 0.7 * before and confidence < _LOST and before_confidence >= LOW:
        return (
            f"it shrank from {before:,} to {length:,} characters, found with a confidence of only "
            f"{confidence:.2f}; the last good revision stays"
        )
    if not before and len(siblings) >= _SIBLINGS:
        usual = median(siblings)
        if length < _LONG and length < 0.15 * usual:
            return f"it has {length:,} characters where this section's articles have about {usual:,.0f}"
    return ""


# --- layouts ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """How one page of a section came out that was read without selectors. ``fits``: it has the layout that
    was learned; ``good``: its article was neither held back nor doubtful."""

    url: str
    fits: bool
    good: bool


def layout_changed(readings: Sequence[Reading]) -> list[str]:
    """The addresses that show that a site has another layout now; empty when it does not seem so.

    At least three pages, and half of those read, must neither fit nor have given a good article.
    """
    lost = [one.url for one in readings if not one.fits and not one.good]
    return lost if len(lost) >= _FEWEST and 2 * len(lost) >= len(readings) else []


def reads_well(readings: Sequence[Reading]) -> bool:
    """Whether most pages, and at least one, gave a good article, which ends an alarm."""
    return 2 * sum(one.good for one in readings) > len(readings)


def teaches(*, fits: bool, confidence: float, length: int) -> bool:
    """Whether a page's layout is learned from: one that fits what was learned, or that is another and gave
    a long article with confidence."""
    return fits or (confidence >= LOW and length >= _LONG)
