"""Days as the readers of a page language write them; patterns and names of months stand in its locale file.

They are not taken from CLDR: full list pages are never rewritten, so that no new release of it may change
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from mirrorpress.editions.words import in_digits, words
from mirrorpress.solarhijri import to_solar_hijri

_MEMORY = 8192  # days, about 22 years, each said in two or three ways


@lru_cache(maxsize=_MEMORY)
def long_day(language: str, day: date) -> str:
    """A day in full, as in ``25 November 2026``, for the head of a page."""
    return _said(language, day, "long")


@lru_cache(maxsize=_MEMORY)
def short_day(language: str, day: date) -> str:
    """A day in figures that sort, as in ``2026-11-25``, for lists."""
    return _said(language, day, "short")


def _said(language: str, day: date, length: str) -> str:
    known: Mapping[str, Any] = words(language)["dates"]
    here = to_solar_hijri(day) if known["calendar"] == "solar-hijri" else (day.year, day.month, day.day)
    gregorian = _filled(known["gregorian"], known["gregorian_months"], (day.year, day.month, day.day))
    return in_digits(language, _filled(known[length], known["months"], here, gregorian=gregorian))


def _filled(pattern: str, months: list[str], day: tuple[int, int, int], **more: str) -> str:
    year, month, number = day
    name = months[month - 1] if months else ""
    return pattern.format(year=year, month=name, day=number, mm=f"{month:02}", dd=f"{number:02}", **more)
