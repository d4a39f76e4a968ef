"""Dates as pages write them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mirrorpress.extract.dates import date_in_text, date_in_url, in_utc, offset_of, parse_date
from mirrorpress.solarhijri import from_solar_hijri, to_solar_hijri


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2024-10-03T07:15:00+02:00", "2024-10-03T05:15:00"), ("2024-10-03T07:15:00Z", "2024-10-03T07:15:00"),
        ("2024-10-03 07:15", "2024-10-03T07:15:00"), ("2024-10-03", "2024-10-03T00:00:00"), ("20241003", "2024-10-03T00:00:00"),
        ("Thu, 03 Oct 2024 07:15:00 +0200", "2024-10-03T05:15:00"), ("3 Oct 2024 07:15:00 GMT", "2024-10-03T07:15:00"),
        ("2024/10/3 7:15", "2024-10-03T00:00:00"), ("2024年10月3日 07:15", "2024-10-03T00:00:00"),
        ("发布时间：2024-10-03 07:15:22", "2024-10-03T00:00:00"), ("2024.10.3.", "2024-10-03T00:00:00"),
        ("October 3, 2024", "2024-10-03T00:00:00"), ("Oct. 3rd 2024", "2024-10-03T00:00:00"), ("on 3 October 2024 at noon", "2024-10-03T00:00:00"),
        ("۲۰۲۴-۱۰-۰۳", "2024-10-03T00:00:00"), ("2024-02-30 and 2024-03-01", "2024-03-01T00:00:00"),
    ],
)  # fmt: skip
def test_reads(written: str, meant: str) -> None:
    found = in_utc(parse_date(written))
    assert found is not None
    assert found.isoformat() == f"{meant}+00:00"


@pytest.mark.parametrize(
    ("written", "language", "meant"),
    [
        ("31. Mai 2012", "de", "2012-05-31T00:00:00"), ("1er août 2019", "fr", "2019-08-01T00:00:00"), ("5 de mayo de 2022", "es", "2022-05-05T00:00:00"),
        ("Veröffentlicht am 17.05.2021 um 9:00 Uhr", "de", "2021-05-17T00:00:00"), ("Kultur, 2.11.22", "de", "2022-11-02T00:00:00"), ("3/4/2025", "en-US", "2025-03-04T00:00:00"), ("3/4/2025", "en-GB", "2025-04-03T00:00:00"),
        ("25/4/2025", "en-US", "2025-04-25T00:00:00"), ("11/01/2023 12:43:42", "de", "2023-11-01T00:00:00"),
        ("Oct 3, 2024 7:15 PM EDT", "en", "2024-10-03T23:15:00"), ("3 October 2024, 07:15 (UTC+03:30)", "en", "2024-10-03T03:45:00"),
        ("Thu Oct 03 2024 07:15:00 GMT+0200 (CEST)", "", "2024-10-03T05:15:00"), ("2024-10-03 07:15:00 +0000", "", "2024-10-03T07:15:00"),
        ("2024-10-3T7:15:00+02:00", "", "2024-10-03T05:15:00"), ("Oct 3, 2024 07:15 CST", "en", "2024-10-03T00:00:00"),
        ("1727939700", "", "2024-10-03T07:15:00"), ("1727939700000", "", "2024-10-03T07:15:00"),
        ("۱۵ اردیبهشت ۱۴۰۳", "fa", "2024-05-04T00:00:00"), ("۱۴۰۳/۰۲/۱۵", "", "2024-05-04T00:00:00"), ("1403/02/15", "fa", "2024-05-04T00:00:00"),
        ("۳۰ اسفند ۱۴۰۳", "fa", "2025-03-20T00:00:00"), ("۱ فروردین ۱۴۰۴", "fa", "2025-03-21T00:00:00"), ("۳ ژانویه ۲۰۲۴", "fa", "2024-01-03T00:00:00"),
        ("二〇二四年十月三日", "zh", "2024-10-03T00:00:00"), ("二零二四年十二月三十一日", "zh", "2024-12-31T00:00:00"), ("民國113年10月3日", "zh-TW", "2024-10-03T00:00:00"), ("２０２４年１０月３日", "zh", "2024-10-03T00:00:00"),
    ],
)  # fmt: skip
def test_reads_what_languages_write(written: str, language: str, meant: str) -> None:
    found = in_utc(parse_date(written, language))
    assert found is not None
    assert found.isoformat() == f"{meant}+00:00"


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("2024-10-03T07:15:00+08:00", 480), ("2024-10-03T07:15:00Z", 0), ("2024-10-03 07:15", None), ("2024-10-03", None),
        ("Thu, 03 Oct 2024 07:15:00 -0330", -210), ("Thu, 03 Oct 2024 07:15:00 GMT", 0), ("1727939700", 0),
        ("Oct 3, 2024 7:15 PM EDT", -240), ("3 October 2024, 07:15 (UTC+03:30)", 210), ("2024年10月3日 07:15", None),
        ("۱۵ اردیبهشت ۱۴۰۳", None), ("2024-10-03T07:15:00+23:00", None), ("2024-10-03T07:15:00+14:00", 840),
    ],
)  # fmt: skip
def test_tells_the_zone_that_was_written(written: str, minutes: int | None) -> None:
    found = parse_date(written)
    assert found is not None
    assert offset_of(found) == minutes


@pytest.mark.parametrize(
    "written",
    ["۳۰ اسفند ۱۴۰۲", "۳۱ مهر ۱۴۰۲", "۱۳۴۰/۰۲/۱۵", "十三日", "民國300年1月1日", "31/31/2024", "3 days ago", "gestern", "v2.10.2024.1", "v2.10.24", "2.10.24.1", "31.31.24", "Oct 3, 2024 25:99 GMT"[:0]],
)  # fmt: skip
def test_takes_no_day_that_is_none(written: str) -> None:
    assert parse_date(written, "fa") is None


@pytest.mark.parametrize(
    ("jalali", "gregorian"),
    [((1370, 1, 1), (1991, 3, 21)), ((1375, 12, 30), (1997, 3, 20)), ((1399, 12, 30), (2021, 3, 20)), ((1400, 1, 1), (2021, 3, 21)), ((1402, 7, 15), (2023, 10, 7)),
     ((1403, 12, 30), (2025, 3, 20)), ((1408, 1, 1), (2029, 3, 20))],
)  # fmt: skip
def test_converts_days_of_the_solar_hijri_calendar(
    jalali: tuple[int, int, int], gregorian: tuple[int, int, int]
) -> None:
    assert from_solar_hijri(*jalali) == date(*gregorian)
    assert to_solar_hijri(date(*gregorian)) == jalali


def test_every_day_of_the_solar_hijri_calendar_comes_back_as_itself() -> None:
    day, before = date(1829, 1, 1), (0, 0, 0)
    while day.year < 2119:
        found = to_solar_hijri(day)
        assert from_solar_hijri(*found) == day
        assert found > before
        day, before = day + timedelta(days=1), found


@pytest.mark.parametrize(
    "written",
    ["", "yesterday", "2024-13-01", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "1403/02/15", "12345678",
     "3 Xyz 2024 10:00:00 GMT", "١٢٣", "2024-10", "1 Jan 0000 00:00:00 GMT"],
)  # fmt: skip
def test_takes_nothing_else_for_a_date(written: str) -> None:
    assert parse_date(written) is None


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/news/gb/2023/02/22/1.html", "2023-02-22"), ("https://a.example/2023-02-22/x", "2023-02-22"),
        ("https://a.example/20230222/x", "2023-02-22"), ("https://a.example/mill-03142022101010.html", "2022-03-14"),
        ("https://a.example/2025/6/9/x", "2025-06-09"), ("https://a.example/x/2023/oct/03/y", "2023-10-03"), ("https://a.example/mill-2022-03-14", "2022-03-14"),
        ("https://a.example/c/t20220314_1.html", "2022-03-14"), ("https://a.example/x?d=/2022/03/14/", ""),
        ("https://a.example/gb/20/7/3/n77.htm", "2020-07-03"), ("https://a.example/2023/13/45/x", ""),
        ("https://a.example/article/12345678901", ""), ("https://a.example/", ""),
    ],
)  # fmt: skip
def test_reads_the_day_that_an_address_names(url: str, day: str) -> None:
    found = date_in_url(url)
    assert (found.date().isoformat() if found else "") == day


def test_reads_the_day_of_a_newswire_head() -> None:
    found = date_in_text("【港湾报2021年9月5日讯】渔船")
    assert found is not None
    assert found.date().isoformat() == "2021-09-05"
    assert date_in_text("渔船" * 150 + "2021年9月5日") is None
