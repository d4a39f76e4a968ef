"""Times between runs as people write them: 30m, 2h, 1d."""

from __future__ import annotations

import re
from datetime import timedelta

from mirrorpress.errors import UsageError

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
SHORTEST = timedelta(minutes=5)
"""Asking a newsroom more often brings its readers nothing, and its server a burden."""
LONGEST = timedelta(days=366)


def interval(text: str, option: str) -> timedelta:
    """The time that was written for ``option``. Raises ``UsageError`` for what is none, under 5 minutes, or
    over 366 days."""
    found = re.fullmatch(r"([0-9]{1,6})([mhd])", text)
    if not found:
        raise UsageError(f"{option} {text}: not a time", hint="write 30m, 2h or 1d")
    time = int(found[1]) * _UNITS[found[2]]
    if not SHORTEST <= time <= LONGEST:
        raise UsageError(f"{option} {text}: not a time from 5m to 366d", hint="write 30m, 2h or 1d")
    return time


def in_words(time: timedelta) -> str:
    """A time as ``interval`` reads it, in the largest unit that it is a whole number of, else in minutes."""
    unit = next((unit for unit in "dh" if time and not time % _UNITS[unit]), "m")
    return f"{time // _UNITS[unit]}{unit}"
