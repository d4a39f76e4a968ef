"""Which paths of old mirrors need a page that leads on."""

from __future__ import annotations

import unicodedata

import pytest

from mirrorpress.editions.former import SectionNames, list_for, needs_page, settled, unlinked
from mirrorpress.model import ROOT, Section
from mirrorpress.paths import inner_links, is_safe

OWN = "pages/p2/7.md"
BY_DATE = "pages/{section}/{year}/{month}/{id}.md"
COMPOSED = "pages/p2/brücke.md"


def needs(path: str, own: str = OWN, pattern: str = "pages/{section}/{id}.md", **standing: str) -> bool:
    known = {name.removeprefix("n"): place for name, place in standing.items()}
    return needs_page(path, own, pattern, lambda name: known.get(name.casefold(), ""), ["zh-Hant"])


@pytest.mark.parametrize(
    "path", ["pages/officials/7.md", "7.md", "pages/p2/7-old.md", "old/pages/p2/7.md", "other.md"]
)
def test_a_path_where_nothing_stands_needs_a_page(path: str) -> None:
    assert needs(path)
    assert needs(path, "pages/p2/2026/06/7.md", BY_DATE)


@pytest.mark.parametrize(
    "path",
    [OWN, "pages/P2/7.md", "README.md", "readme.md", "help.md", "help.zh-Hant.md", "indexes/p2/1.md", "QR/x.md",
     "s/x.md", "assets/x.md", "feeds/x.md", "corrections/p2/7.md", "Sitemaps/x.md", "zh-hant/pages/p2/7.md"],
)  # fmt: skip
def test_a_path_where_something_of_the_edition_stands_needs_none(path: str) -> None:
    assert not needs(path)


def test_a_path_that_only_some_file_systems_tell_from_its_page_needs_none() -> None:
    assert not needs(unicodedata.normalize("NFD", COMPOSED), COMPOSED)
    assert not needs(COMPOSED.upper().replace(".MD", ".md"), COMPOSED)


def test_a_path_where_another_article_stands_needs_none() -> None:
    assert not needs("pages/p2/8.md", n8="pages/p2/8.md")
    assert not needs("pages/P2/8.md", n8="pages/p2/8.md")
    assert needs("pages/p2/8.md", n8="pages/town/8.md")


def test_a_path_of_a_pattern_that_does_not_tell_section_and_id_apart_needs_none() -> None:
    assert not needs("pages/p2-8.md", pattern="pages/{section}-{id}.md")
    assert needs("p2/8.md", pattern="pages/{section}-{id}.md")


def test_links_are_led_on_or_become_words() -> None:
    body = f"A [**b** \\[c\\] [d]]({ROOT}pages/p2/%E6%B8%A1.md) e [f]({ROOT}pages/p2/9.md) ![g]({ROOT}assets/aa/a.webp)"
    assert inner_links(body) == ["pages/p2/渡.md", "pages/p2/9.md"]
    found = settled(body, lambda place: "../x.md" if place == "pages/p2/渡.md" else "")
    assert found == f"A [**b** \\[c\\] [d]](../x.md) e f ![g]({ROOT}assets/aa/a.webp)"


def test_in_feeds_only_the_words_of_such_links_stay() -> None:
    html = f'<p><a href="{ROOT}pages/p2/9.md"><em>f</em></a> <img src="{ROOT}assets/a.webp"> <a href="https://a.example/">b</a></p>'
    assert unlinked(html) == html.replace(f'<a href="{ROOT}pages/p2/9.md"><em>f</em></a>', "<em>f</em>")


SECTIONS = [
    Section("p2", "要闻", ""),
    Section("officials", "官场", ""),
    Section("a", "Twice", ""),
    Section("b", "Twice", ""),
]


@pytest.mark.parametrize(
    ("name", "hot", "path"),
    [
        ("p2", "", "indexes/p2.md"), ("P2", "", "indexes/p2.md"), ("官场", "", "indexes/officials.md"),
        ("热点推荐", "indexes/hot.md", "indexes/hot.md"), ("hot_list", "indexes/hot.md", "indexes/hot.md"),
        ("热点推荐", "", "README.md"), ("hotels", "indexes/hot.md", "README.md"), ("Twice", "", "README.md"),
    ],
)  # fmt: skip
def test_the_list_that_stands_for_an_old_one(name: str, hot: str, path: str) -> None:
    assert list_for(f"indexes/{name}.md", SectionNames(SECTIONS), hot) == path


@pytest.mark.parametrize(
    "path",
    ["", "a//b.md", "../a.md", "a/./b.md", ".git/a.md", "git~1/a.md", "a/.hidden.md", "a/con.md", "a/b?.md", "a/b\n.md",
     "a/b\u202e.md", "a. /b.md", "a/b.md/c.md", "a/x.png/c.md", "a/" + "渡" * 80 + ".md", "a/\ud800.md", "a\\b.md", "/a.md",
     "withdrawn.json/a.md", "a.png", "a/LPT1.md", "a/\u200f.md", "C:/a.md", "a/b .md/c.md"],
)  # fmt: skip
def test_paths_that_some_file_system_cannot_hold(path: str) -> None:
    assert not is_safe(path)


@pytest.mark.parametrize(
    "path", ["a.md", "pages/p2/1029528.md", "pages/官场/a b & c (图).md", "x/" + "a" * 190 + ".md"]
)
def test_paths_that_every_file_system_can_hold(path: str) -> None:
    assert is_safe(path)
