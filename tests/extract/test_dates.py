"""Dates as pages write them."""

from __future__ import annotations

import pytest

from mirrorpress.extract.dates import date_in_text, date_in_url, parse_date


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
    found = parse_date(written)
    assert found is not None
    assert found.isoformat() == f"{meant}+00:00"


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
