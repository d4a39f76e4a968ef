"""Days as readers of each language write them, and lines of two directions."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from mirrorpress.editions.days import long_day, short_day
from mirrorpress.editions.direction import joined
from mirrorpress.editions.markdown import MarkdownEdition
from tests.editions.conftest import START, Shelf, configuration, tree

DAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("language", "long", "short"),
    [
        ("en", "25 November 2026", "2026-11-25"),
        ("zh-Hans", "2026年11月25日", "2026-11-25"),
        ("zh-HK", "2026年11月25日", "2026-11-25"),
        ("fa", "۴ آذر ۱۴۰۵ (۲۵ نوامبر ۲۰۲۶)", "۱۴۰۵/۰۹/۰۴"),
        ("ru", "25 ноября 2026\u00a0г.", "2026-11-25"),
        ("tlh", "25 November 2026", "2026-11-25"),
    ],
)
def test_a_day_is_written_as_readers_of_the_language_write_it(language: str, long: str, short: str) -> None:
    assert (long_day(language, DAY), short_day(language, DAY)) == (long, short)


def test_nowruz_and_the_day_before_it_fall_in_two_years() -> None:
    nowruz = date(2027, 3, 21)
    assert short_day("fa", nowruz) == "۱۴۰۶/۰۱/۰۱"
    assert short_day("fa", nowruz - timedelta(days=1)) == "۱۴۰۵/۱۲/۲۹"
    assert short_day("fa", date(2025, 3, 20)) == "۱۴۰۳/۱۲/۳۰", "a leap year"


def test_days_need_no_library() -> None:
    asked = (
        "import sys, datetime, mirrorpress.editions.days as d;"
        "d.long_day('fa', datetime.date(2026, 11, 25)); print('babel' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True).stdout == "False\n"


def test_parts_of_a_line_stand_in_the_direction_of_its_language() -> None:
    assert joined("en", ("Home", "News")) == "Home · News"
    assert joined("en", ("Home", "خبر")) == "Home \u200e·\u200e خبر"
    assert joined("fa", ("خانه", "News")) == "خانه \u200f·\u200f News"


@pytest.mark.parametrize(
    ("language", "offset", "day"),
    [
        ("en", 480, "2 June 2026"),
        ("zh-Hans", 480, "2026年6月2日"),
        ("en", -480, "1 June 2026"),
        ("en", None, "1 June 2026"),
    ],
)
def test_an_article_has_the_day_on_which_the_publishers_readers_saw_it(
    shelf: Shelf, tmp_path: Path, language: str, offset: int | None, day: str
) -> None:
    shelf.hours = 9  # stored at 18:00 of 1 June in UTC
    shelf.add("early", offset=offset)
    found = tree(
        MarkdownEdition(list_size=1).render(
            configuration(tmp_path, language=language), shelf.archive.shelf, None
        )
    )
    assert f" · {day}\n" in found["pages/p2/early.md"].decode()
    short = f"- 2026-06-{'02' if offset == 480 else '01'} ["
    for path in ("README.md", "indexes/p2.md", "indexes/p2/1.md"):
        assert short in found[path].decode(), path
    feed = found["feeds/p2.xml"].decode()
    assert f"<published>{START.replace(hour=18):%Y-%m-%dT%H:%M:%SZ}</published>" in feed, "the very moment"


def test_full_list_pages_keep_the_day_of_the_first_revision(shelf: Shelf, tmp_path: Path) -> None:
    shelf.hours = 9
    shelf.add("early")
    edition, settings = MarkdownEdition(list_size=1), configuration(tmp_path)
    before = tree(edition.render(settings, shelf.archive.shelf, None))
    shelf.hours = 9
    shelf.add("early", offset=480)
    after = tree(edition.render(settings, shelf.archive.shelf, None))
    assert "2 June 2026" in after["pages/p2/early.md"].decode()
    assert after["indexes/p2/1.md"] == before["indexes/p2/1.md"]
    assert "2026-06-01" in after["indexes/p2/1.md"].decode()


def test_what_a_feed_said_of_the_clock_is_kept_when_captures_are_read_again(shelf: Shelf) -> None:
    shelf.hours = 9
    shelf.add("early", offset=480)
    [stored] = shelf.archive.shelf.every("p2")
    assert (stored.article.offset, stored.first_offset, str(stored.day)) == (480, 480, "2026-06-02")
    assert shelf.archive.known([stored.article.url])[stored.article.url].offset == 480
