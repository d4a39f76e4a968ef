"""Dates as pages and addresses write them; all come out as aware datetimes in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from mirrorpress.extract.text import plain

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})")
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=\D|$)")
# Addresses that say the day otherwise: ".../mill-03142022101010.html", ".../gb/20/7/3/n77.htm".
_URL_MONTH_FIRST = re.compile(r"-((?:0[1-9]|1[0-2]))(\d\d)(20\d\d)\d{6}\.html?$")
_URL_SHORT_DATE = re.compile(r"/(\d\d?)/(\d\d?)/(\d\d?)/n\d+\.html?$")
_MAIL_DATE = re.compile(
    r"(?a:([A-Z]\w\w, )?\d{1,2} [A-Z]\w\w [12]\d{3} \d\d:\d\d(:\d\d)? ([+-]\d{4}|[A-Z]{1,3})$)"
)
_NEWSWIRE_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")


def parse_date(value: str) -> datetime | None:
    """A date in ISO 8601, as in mail (RFC 5322), with the year first in any writing, or with an English
    month's name; without a zone it is taken as UTC."""
    value = plain(value)[:60].translate(_DIGITS)
    try:
        return _in_utc((parsedate_to_datetime if _MAIL_DATE.match(value) else datetime.fromisoformat)(value))
    except ValueError:
        pass  # not a machine's date
    if day := day_in(value):
        return day
    if match := _DAY_MONTH_YEAR.search(value):
        return _day(match["year"], str(_MONTHS.index(match["month"][:3].lower()) + 1), match["day"])
    if match := _MONTH_DAY_YEAR.search(value):
        return _day(match["year"], str(_MONTHS.index(match["month"][:3].lower()) + 1), match["day"])
    return None


def _in_utc(moment: datetime) -> datetime | None:
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None
    return moment if _sane(moment) else None


_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_DAY_MONTH_YEAR = re.compile(
    rf"(?<!\d)(?P<day>\d\d?)(?:st|nd|rd|th)? {_MONTH},? (?P<year>\d{{4}})", re.IGNORECASE
)
_MONTH_DAY_YEAR = re.compile(rf"{_MONTH} (?P<day>\d\d?)(?:st|nd|rd|th)?,? (?P<year>\d{{4}})", re.IGNORECASE)
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")


def _day(year: str, month: str, day: str) -> datetime | None:
    try:
        found = datetime(int(year), int(month), int(day), tzinfo=UTC)
    except ValueError:
        return None
    return found if _sane(found) else None


def _sane(moment: datetime) -> bool:
    return 1990 <= moment.year <= 2100


def date_in_url(url: str) -> datetime | None:
    """The day that an address names, as in ``/2023/02/22/``."""
    if match := _URL_DATE.search(url):
        return _day(*match.groups())
    if match := _URL_MONTH_FIRST.search(url):
        month, day, year = match.groups()
        return _day(year, month, day)
    if match := _URL_SHORT_DATE.search(url):
        year, month, day = match.groups()
        return _day(f"20{year:0>2}", month, day)
    return None


def date_in_text(text: str) -> datetime | None:
    """The day of the newswire head that an article begins with, as in ``2023年2月22日讯``."""
    match = _NEWSWIRE_DATE.search(text[:200])
    return _day(*match.groups()) if match else None


def day_in(text: str) -> datetime | None:
    """The first day of the calendar that a text names with the year first."""
    named = (_day(*match.groups()) for match in _DATE.finditer(text.translate(_DIGITS)))
    return next((day for day in named if day), None)
