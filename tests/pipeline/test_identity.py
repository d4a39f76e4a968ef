"""Which addresses are one article, and what file names articles get."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirrorpress.pipeline.identity import comparable, id_of, safe_id


@pytest.mark.parametrize(
    "other",
    [
        "http://harbour.example/news/2026/06/12/10001.html",
        "https://www.harbour.example/news/2026/06/12/10001.html",
        "https://harbour.example:443/news/2026/06/12/10001.html#comments",
        "https://HARBOUR.example/news/2026/06/12/10001.html?utm_source=rss&fbclid=x",
        "https://harbour.example/news/2026/06/12/10001.html/",
        "https://harbour.example/news/2026/06/12/1000%31.html",
    ],
)
def test_addresses_of_one_article_compare_equal(other: str) -> None:
    assert comparable(other) == comparable("https://harbour.example/news/2026/06/12/10001.html")


@pytest.mark.parametrize(
    "other",
    [
        "https://harbour.example/news/10002.html",
        "https://en.harbour.example/news/10001.html",
        "https://harbour.example:8443/news/10001.html",
        "https://harbour.example/news/10001.html?id=7",
    ],
)
def test_addresses_of_different_articles_do_not(other: str) -> None:
    assert comparable(other) != comparable("https://harbour.example/news/10001.html")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/news/gb/2023/02/22/1029528.html", "1029528"),
        ("https://a.example/en/Storm-Cone-Drill/", "storm-cone-drill"),
        ("https://a.example/article.php?id=77&utm_source=x", "article-77"),
        ("https://a.example/%E6%B8%AF%E6%B9%BE.html", "港湾"),
        ("https://a.example/Über-uns.html", "uber-uns"),
        ("https://a.example/CON.html", "con-page"),
        ("https://a.example/com1.tar.html", "com1-page.tar"),
        ("https://a.example/.git", "git-page"),
        ("https://a.example/git~1", "git1"),
        ("https://a.example/..%2f..%2fetc", "etc"),
        ("https://a.example/a\u202egnp.exe", "agnp.exe"),
    ],
)
def test_id_is_the_last_segment_made_safe(url: str, expected: str) -> None:
    assert id_of(url) == expected


def test_an_address_without_a_readable_name_gets_one_of_its_own() -> None:
    first, second = id_of("https://a.example/🎉🎉"), id_of("https://a.example/🎊")
    assert first != second
    assert first.isalnum()


def test_a_long_name_is_cut_and_stays_distinct() -> None:
    one, other = (id_of(f"https://a.example/{'词' * 300}{end}") for end in "ab")
    assert one != other
    assert len(one) <= 80


@given(st.text(max_size=400))
def test_no_name_can_leave_its_folder_or_clash_on_another_file_system(name: str) -> None:
    made = safe_id(name)
    assert "/" not in made
    assert "\\" not in made
    assert not made.startswith((".", "-"))
    assert not made.endswith((".", " "))
    assert made == made.casefold()
    assert len(made.encode()) <= 250
    assert unicodedata.normalize("NFC", made) == made
    assert made.split(".")[0] not in {"con", "prn", "aux", "nul", "git"}
    assert safe_id(made) == made, "ids of adopted pages stay as they are"
