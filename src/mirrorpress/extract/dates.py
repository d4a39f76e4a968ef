"""Dates as pages and addresses write them; all come out as aware datetimes, in the zone that was written with
them, or in ``NO_ZONE``, which counts as UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from mirrorpress.extract.calendars import JALALI_MONTHS, MONTHS, PERSIAN_DIGITS, with_digits
from mirrorpress.extract.text import plain
from mirrorpress.model import OFFSETS
from mirrorpress.solarhijri import from_solar_hijri

NO_ZONE = timezone(timedelta(0), "no zone")
"""The zone of a date with which none was written."""
LONGEST = 200
"""Characters of a text that are searched for a date."""

_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=\D|$)")
# Addresses that say the day otherwise: ".../2025/6/9/x", ".../2023/oct/03/x", ".../mill-03142022101010.html",
# ".../gb/20/7/3/n77.htm", ".../x-2022-03-14", ".../story/2022-03-14_x", ".../t20220314_1.html".
_URL_SLASHED = re.compile(r"/(20\d\d)/(\d\d?)/(\d\d?)(?=/|$)")
_URL_NAMED = re.compile(r"/(20\d\d)/([a-z]{3,9})/(\d\d?)(?=/|$)", re.IGNORECASE)
_URL_MONTH_FIRST = re.compile(r"-((?:0[1-9]|1[0-2]))(\d\d)(20\d\d)\d{6}\.html?$")
_URL_SHORT_DATE = re.compile(r"/(\d\d?)/(\d\d?)/(\d\d?)/n\d+\.html?$")
_URL_WITHIN = re.compile(r"[/_-]t?(20\d\d)(-?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?=[/_.-]|$)")
_MAIL_DATE = re.compile(
    r"(?a:([A-Z]\w\w, )?\d{1,2} [A-Z]\w\w [12]\d{3} \d\d:\d\d(:\d\d)? ([+-]\d{4}|[A-Z]{1,3})$)"
)
_NEWSWIRE_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")


def _alternatives(names: dict[str, int]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


_MONTH = _alternatives(MONTHS)
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\d)(?P<y>\d{4})\s?[-/.年]\s?(?P<m>\d{1,2})\s?[-/.月]\s?(?P<d>\d{1,2})(?!\d)",
        (
            rf"(?<!\d)(?P<d>\d\d?)(?:st|nd|rd|th|er|º|\.)?[\s-]?(?:of |de )?(?P<name>{_MONTH})\.?,?[\s-]"
            r"(?:de |del )?(?P<y>\d{4})(?!\d)"
        ),
        rf"(?<![^\W\d_])(?P<name>{_MONTH})[.,]?\s?(?P<d>\d\d?)(?:st|nd|rd|th)?(?:,\s?|\s)(?P<y>\d{{4}})(?!\d)",
        r"(?<![\d./-])(?P<first>\d\d?)(?P<mark>[-/.])\s?(?P<second>\d\d?)(?P=mark)\s?(?P<y>\d{4})(?!\.?\d)",
        (
            rf"(?<!\d)(?P<d>\d\d?)\s?(?P<jalali>{_alternatives(JALALI_MONTHS)})[\s،]{{1,2}}"
            r"(?:ماه |سال )?(?P<y>1[34]\d\d)(?!\d)"
        ),
    )
)
_NET_TIME = re.compile(r" \d\d:\d\d:\d\d(?! ?[ap]m)", re.IGNORECASE)
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "bst": 1, "wet": 0, "cet": 1, "mez": 1, "cest": 2, "mesz": 2, "eet": 2,
    "eest": 3, "msk": 3, "irst": 3.5, "pkt": 5, "hkt": 8, "sgt": 8, "jst": 9, "kst": 9, "aest": 10,
    "aedt": 11, "nzst": 12, "nzdt": 13, "edt": -4, "est": -5, "cdt": -5, "mst": -7, "mdt": -6, "pdt": -7,
    "pst": -8,
}  # fmt: skip
# Names that stand for several zones (CST, IST) or for two by the season (ET) are left out.
_TIME = re.compile(
    r"[\s,T|·–-]{0,3}(?:(?:at|um|à)\s)?(?P<hour>\d\d?)[:h](?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d{1,9})?)?"
    rf"\s?(?P<half>[ap]\.?m\.?)?\s?\(?(?P<zone>{'|'.join(sorted(_ZONES, key=len, reverse=True))})?"
    r"(?:(?P<sign>[+-])(?P<ahead>\d\d?)(?::?(?P<part>\d\d))?)?(?![\w+-])",
    re.IGNORECASE,
)


def parse_date(value: str, language: str = "") -> datetime | None:
    """A date in ISO 8601, as in mail (RFC 5322), in seconds or milliseconds since 1970, or the first one that
    a text names.

    Without a zone it is taken as UTC; the hour that a person reads without a zone is left out. ``language``
    (BCP 47) decides between 3 April and 4 March, and whether years may be those of the Solar Hijri calendar.
    """
    if not value[:LONGEST].strip():
        return None
    value = plain(value[:LONGEST])
    written = with_digits(value)
    if written[:4].isdigit():
        try:
            return _zoned(datetime.fromisoformat(written))
        except ValueError:
            pass  # not a machine's date
        if written.isdigit() and len(written) in (10, 13):
            return _zoned(datetime.fromtimestamp(int(written[:10]), UTC))
    elif _MAIL_DATE.match(written):
        try:
            return _zoned(parsedate_to_datetime(written))
        except ValueError:
            pass  # "3 Xyz 2024 10:00:00 GMT"
    return date_in(value, language)


def date_in(text: str, language: str = "") -> datetime | None:
    """The first date that the first 200 characters of a text name, in any of the ways known here."""
    text = text[:LONGEST]
    written = with_digits(text)
    if not _MAY_HOLD_YEAR.search(written):
        short = _SHORT_YEAR.search(written) if len(written) <= _SHORT_LINE else None
        return _day(2000 + int(short[3]), int(short[2]), int(short[1])) if short else None
    jalali = language.lower().startswith(("fa", "ps")) or bool(PERSIAN_DIGITS.search(text))
    found = sorted(
        (
            (match.start(), number, match)
            for number, pattern in enumerate(_DATES)
            for match in pattern.finditer(written)
        ),
        key=lambda one: one[:2],
    )
    for _, _, match in found:
        # .NET writes "11/01/2023 12:43:42" for 1 November wherever its page is read.
        by_machine = "-us" if match["y"] and _NET_TIME.match(written, match.end()) else ""
        if day := _day_of(match, f"en{by_machine}" if by_machine else language, jalali=jalali):
            return _at_time(day, written[match.end() :]) or day
    return None


# "28.01.22" stands on German pages; in longer lines it may be anything.
_SHORT_YEAR = re.compile(r"(?<![\w.])(\d\d?)\.(\d\d?)\.(\d\d)(?![\w.])")
_SHORT_LINE = 40  # characters
_MAY_HOLD_YEAR = re.compile(r"(?<!\d)(?:1[34]|19|20)\d\d(?!\d)|\d{8}")


def _day_of(match: re.Match[str], language: str, *, jalali: bool) -> datetime | None:
    part = match.groupdict()
    year = int(part["y"])
    if name := part.get("jalali"):
        return _jalali_day(year, JALALI_MONTHS[name], int(part["d"]))
    if name := part.get("name"):
        return _day(year, MONTHS[name.lower()], int(part["d"]))
    if "m" in part:
        month, day = int(part["m"]), int(part["d"])
        return _jalali_day(year, month, day) if jalali and year < 1500 else _day(year, month, day)
    first, second = int(part["first"]), int(part["second"])
    if first <= 12 and (second > 12 or (part["mark"] != "." and month_comes_first(language))):
        first, second = second, first
    return _day(year, second, first)


def month_comes_first(language: str) -> bool:
    """Whether 3/4 means 4 March where a language (BCP 47) is written."""
    return language.lower().replace("_", "-") in ("en", "en-us", "en-ph", "es-us", "fil", "fil-ph")


def _at_time(day: datetime, after: str) -> datetime | None:
    """The moment of a day, when the text after the date gives an hour and its zone."""
    match = _TIME.match(after)
    if not match or not (match["zone"] or match["sign"]):
        return None
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"][0] in "pP" else 0)
    ahead = timedelta(hours=_ZONES.get((match["zone"] or "z").lower(), 0))
    if match["sign"]:
        ahead = timedelta(hours=int(match["ahead"]), minutes=int(match["part"] or 0))
        ahead = -ahead if match["sign"] == "-" else ahead
    try:
        zone = timezone(ahead)
        return _zoned(
            day.replace(hour=hour, minute=int(match["minute"]), second=int(match["second"] or 0), tzinfo=zone)
        )
    except ValueError:
        return None


def offset_of(moment: datetime | None) -> int | None:
    """How many minutes the zone of a date is ahead of UTC; None when none was written, or one that nowhere
    has."""
    ahead = moment.utcoffset() if moment is not None else None
    if ahead is None or moment is None or moment.tzinfo is NO_ZONE:
        return None
    minutes = round(ahead.total_seconds() / 60)
    return minutes if minutes in OFFSETS else None


def in_utc(moment: datetime | None) -> datetime | None:
    """The same moment in UTC."""
    return moment.astimezone(UTC) if moment is not None else None


def _zoned(moment: datetime) -> datetime | None:
    moment = moment.replace(tzinfo=NO_ZONE) if moment.tzinfo is None else moment
    return moment if _sane(moment) else None


def _day(year: int, month: int, day: int) -> datetime | None:
    try:
        found = datetime(year, month, day, tzinfo=NO_ZONE)
    except ValueError:
        return None
    return found if _sane(found) else None


def _jalali_day(year: int, month: int, day: int) -> datetime | None:
    try:
        found = from_solar_hijri(year, month, day)
    except ValueError:
        return None
    return _day(found.year, found.month, found.day)


def _sane(moment: datetime) -> bool:
    return 1990 <= moment.year <= 2100


def date_in_url(url: str) -> datetime | None:
    """The day that an address names, as in ``/2023/02/22/``."""
    url = url[:2000].partition("?")[0]
    for pattern in (_URL_DATE, _URL_SLASHED):
        if match := pattern.search(url):
            return _day(*map(int, match.groups()))
    if (match := _URL_NAMED.search(url)) and (number := MONTHS.get(match[2].lower())):
        return _day(int(match[1]), number, int(match[3]))
    if match := _URL_MONTH_FIRST.search(url):
        month, day, year = match.groups()
        return _day(int(year), int(month), int(day))
    if match := _URL_SHORT_DATE.search(url):
        year, month, day = match.groups()
        return _day(int(f"20{year:0>2}"), int(month), int(day))
    if match := _URL_WITHIN.search(url):
        return _day(int(match[1]), int(match[3]), int(match[4]))
    return None


def date_in_text(text: str) -> datetime | None:
    """The day of the newswire head that an article begins with, as in ``2023年2月22日讯``."""
    match = _NEWSWIRE_DATE.search(text[:200])
    return _day(*map(int, match.groups())) if match else None
