"""What readers of each page language get, through the real command line."""

from __future__ import annotations

import re

import cmarkgfm
import pytest

from mirrorpress.markup import parse_fragment
from tests.end_to_end.conftest import Mirror


def speaking(mirror: Mirror, language: str) -> Mirror:
    mirror.configure(mirror.configuration.replace('language = "zh-Hans"', f'language = "{language}"', 1))
    return mirror


def text_of(page: str) -> str:
    return parse_fragment(cmarkgfm.github_flavored_markdown_to_html(page)).text


@pytest.mark.parametrize(
    ("language", "home", "counted", "short", "long"),
    [
        ("en", "Home", "5 articles", "2026-06-08", "8 June 2026"),
        ("zh-Hans", "首页", "5 篇文章", "2026-06-08", "2026年6月8日"),
        ("zh-Hant", "首頁", "5 篇文章", "2026-06-08", "2026年6月8日"),
        ("fa", "خانه", "۵ نوشته", "۱۴۰۵/۰۳/۱۸", "۱۸ خرداد ۱۴۰۵ (۸ ژوئن ۲۰۲۶)"),
        ("ru", "Главная", "5 статей", "2026-06-08", "8 июня 2026\u00a0г."),
    ],
)
def test_pages_speak_the_language_of_the_mirror_and_give_the_day_that_the_newsrooms_readers_saw(
    mirror: Mirror, language: str, home: str, counted: str, short: str, long: str
) -> None:
    mirror = speaking(mirror, language)
    mirror.run()
    # The feed gives this one in UTC, still 7 June; the page says half past six of 8 June at +08:00.
    page = mirror.page("pages/town/fish-market-tries-a-quieter-auction.md")
    assert f"[{home}]" in page
    assert long in text_of(page)
    listed = text_of(mirror.page("indexes/town.md"))
    assert short in listed
    assert counted in listed
    assert "<published>2026-06-07T22:50:00Z</published>" in mirror.page("feeds/town.xml")


def test_reading_the_captures_again_moves_no_day(mirror: Mirror) -> None:
    mirror.run()
    before = mirror.out()
    report = mirror.run("sync", "--from-captures")
    assert (report["new"], report["updated"]) == (0, 0)
    mirror.run("build", "--full")
    assert mirror.out() == before


def test_lines_of_a_persian_mirror_run_from_the_right_whatever_they_begin_with(mirror: Mirror) -> None:
    mirror = speaking(mirror, "fa")
    mirror.run()
    for path in (
        "README.md",
        "pages/town/how-to-read-the-tide-tables.md",
        "indexes/town.md",
        "pages/p2/10001.md",
    ):
        html = parse_fragment(cmarkgfm.github_flavored_markdown_to_html(mirror.page(path)))
        own = [line for line in html.select("p, li") if re.search("[·©]|[۰-۹]{4}/", line.text)]
        assert own
        for line in own:
            strong = re.search("[^\\W\\d_]|\u200f", line.text)
            assert strong is not None
            assert strong[0] >= "\u0590", line.text


def test_help_is_there_for_readers_who_do_not_know_the_language_of_the_menus(mirror: Mirror) -> None:
    mirror.run()
    titles = {
        "help.md": "读者帮助",
        "help.en.md": "Help for readers",
        "help.fa.md": "راهنمای خوانندگان",
        "help.ru.md": "Помощь читателям",
        "help.zh-Hans.md": "读者帮助",
        "help.zh-Hant.md": "讀者說明",
    }
    for path, title in titles.items():
        assert mirror.page(path).startswith(f"# {title}\n")
    assert "help.md" in mirror.page("README.md")
    mirror.newsroom.edition = 2
    mirror.run()
    assert "help" not in mirror.git("diff", "--name-only", "main~1", "main")
