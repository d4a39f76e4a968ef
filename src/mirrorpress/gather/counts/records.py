"""What formats make of the lines of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

DAY = 86_400  # seconds
MOST_READERS = 10_000_000  # of a page, in one figure; more is a mistake, and sums stay far below 2**63


class Hit(NamedTuple):
    """One request in the line ``line``, at ``at`` seconds since 1970 in UTC.

    ``path`` is empty when it cannot be a reading: another method than GET, an error, a machine. ``reader``
    tells readers apart within a day; ``agent`` is empty where the format knows its machines itself.
    """

    line: int
    at: int
    path: str
    reader: str
    agent: str


class Total(NamedTuple):
    """Readers of a path over the ``days`` days that end with ``last``, counted in days since 1970."""

    line: int
    path: str
    readers: int
    last: int
    days: int


class Unreadable(NamedTuple):
    """A line, counted from 1, and what is wrong with it, in words that quote nothing of it."""

    line: int
    reason: str


Record = Hit | Total | Unreadable
Line = tuple[int, str | None]
"""Its number, from 1, and its text with its line end, which a last line may lack; None: it is too long."""


@dataclass(frozen=True, slots=True)
class Window:
    """What the operator says of totals without dates: their last day, and how many days they cover."""

    last: date | None = None
    days: int = 0


@dataclass(frozen=True, slots=True)
class Format:
    """``fits`` looks at the first lines of a file; ``read`` takes all of them, and raises ``SourceError``
    when the file as a whole cannot be read. ``logs``: it gives hits, else totals."""

    name: str
    logs: bool
    fits: Callable[[Sequence[str]], bool]
    read: Callable[[Iterable[Line], Window, str], Iterator[Record]]


def moment(text: str) -> int | None:
    """Seconds since 1970 of an RFC 3339 time; one without a zone is taken as UTC. None for anything else."""
    try:
        found = datetime.fromisoformat(text)
        return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def figure(text: str) -> int | None:
    """A count of readers; None for what is none, such as a negative one."""
    plain = text.strip()
    if not (plain.isascii() and plain.isdecimal()) or len(plain) > 9:
        return None
    return int(plain) if int(plain) <= MOST_READERS else None
