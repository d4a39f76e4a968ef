"""A time between runs as cron and systemd say it: both know times of day only, so it must divide a day or an
hour, or be a week."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import timedelta

from mirrorpress.app.interval import in_words
from mirrorpress.errors import UsageError

_MINUTES = (5, 6, 10, 12, 15, 20, 30)
_HOURS = (1, 2, 3, 4, 6, 8, 12)
_DAYS = (1, 7)
_WEEK = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")  # as cron counts them


@dataclass(frozen=True, slots=True)
class Calendar:
    """Starts that are the same for one mirror and differ between mirrors, so that publishers and CI hosts are
    not asked by all at once: GitHub delays and drops what is due at the full hour."""

    cron: str
    systemd: str


def calendar(every: timedelta, seed: str) -> Calendar:
    """Starts ``every`` so often; ``seed`` tells one mirror from others. Raises ``UsageError`` for a time that
    these schedulers cannot say."""
    number = zlib.crc32(seed.encode())
    minutes, rest = divmod(every, timedelta(minutes=1))
    minute, hour, day = 1 + number % 58, number // 60 % 24, number // 1440 % 7
    if not rest:
        if minutes in _MINUTES:
            first = number % minutes
            return Calendar(f"{first}-59/{minutes} * * * *", f"*:{first:02d}/{minutes}")
        if minutes == 60:
            return Calendar(f"{minute} * * * *", f"*:{minute:02d}")
        if minutes in [60 * hours for hours in _HOURS]:
            hours = minutes // 60
            first = number // 60 % hours
            return Calendar(f"{minute} {first}-23/{hours} * * *", f"{first:02d}/{hours}:{minute:02d}")
        if minutes == 1440:
            return Calendar(f"{minute} {hour} * * *", f"{hour:02d}:{minute:02d}")
        if minutes == 10_080:
            return Calendar(f"{minute} {hour} * * {day}", f"{_WEEK[day]} {hour:02d}:{minute:02d}")
    known = [*(f"{n}m" for n in _MINUTES), *(f"{n}h" for n in _HOURS), *(f"{n}d" for n in _DAYS)]
    raise UsageError(
        f"--every {in_words(every)}: calendars cannot say that",
        hint=f"choose one of {' '.join(known)}, or keep mirrorpress run --every going",
    )
