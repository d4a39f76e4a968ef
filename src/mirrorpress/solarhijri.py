"""The Solar Hijri calendar, by which Iran counts its days.

Its leap years are counted here in cycles of 33 years, which is right from 1206 to 1498 (1827 to 2120).
"""

from __future__ import annotations

from datetime import date, timedelta

_YEARS = range(1206, 1499)
_LEAPS = (1, 5, 9, 13, 17, 22, 26, 30)  # of each 33 years
_KNOWN = 1399, date(2020, 3, 20)  # its first day
_BEHIND = 621  # years, from March on


def from_solar_hijri(year: int, month: int, day: int) -> date:
    """The day of a year, month and day. Raises ``ValueError`` for a day that is none, or out of range."""
    if not (year in _YEARS and 1 <= month <= 12 and 1 <= day <= (31 if month <= 6 else 30)):
        raise ValueError(f"no day: {year}/{month}/{day}")
    if month == 12 and day == 30 and year % 33 not in _LEAPS:
        raise ValueError(f"no leap year: {year}")
    return _first_day(year) + timedelta((month - 1) * 31 - max(month - 7, 0) + day - 1)


def to_solar_hijri(day: date) -> tuple[int, int, int]:
    """The year, month and day of a day between 1828 and 2119."""
    year = day.year - _BEHIND
    if (first := _first_day(year)) > day:
        year -= 1
        first = _first_day(year)
    passed = (day - first).days
    if passed < 6 * 31:
        return year, passed // 31 + 1, passed % 31 + 1
    months, days = divmod(passed - 6 * 31, 30)
    return year, months + 7, days + 1


def _first_day(year: int) -> date:
    known, first = _KNOWN
    return first + timedelta((year - known) * 365 + _leap_years_before(year) - _leap_years_before(known))


def _leap_years_before(year: int) -> int:
    cycles, rest = divmod(year, 33)
    return cycles * len(_LEAPS) + sum(1 for leap in _LEAPS if leap < rest)
