"""Which article a path is of, and who counts once."""

from __future__ import annotations

from pathlib import Path

import pytest

from mirrorpress.editions.markdown import MarkdownEdition
from mirrorpress.model import Configuration, Mirror
from mirrorpress.pipeline import tally
from mirrorpress.pipeline.pagepaths import PagePaths
from mirrorpress.pipeline.tally import Tally

DAY = 86_400


def pages(*addresses: str, site: tuple[str, ...] = (), pattern: str = "pages/{section}/{id}.md") -> PagePaths:
    mirror = Mirror("M", addresses=addresses, site_addresses=site)
    return PagePaths(Configuration(Path(), mirror, editions=(MarkdownEdition(pages=pattern),)))


FORGE = "https://git.example.org/team/mirror/src/branch/main/"


@pytest.mark.parametrize(
    "path",
    [
        "/team/mirror/src/branch/main/pages/p2/a-1.md",
        "/team/mirror/src/branch/feature/x/pages/p2/a-1.md",
        "/team/mirror/raw/branch/main/pages/p2/a-1.md?raw=1#x",
        "/team/mirror/src/commit/0a1b2c/pages/p2/a-1.md",
        "/team/mirror/media/branch/main/pages/p2/A-1.md",
        "/team/mirror/-/blob/main/pages/p2/a-1.md",
        "/sub/pages/p2/a-1.html",
        "/sub/pages/p2/a-1",
        "/sub/pages/p2/a-1/",
        "//sub/pages/p2/a%2D1.html",
        "https://mirror.example.org/sub/pages/p2/a-1.html",
    ],
)
def test_the_paths_of_a_page(path: str) -> None:
    assert pages(FORGE, site=("https://mirror.example.org/sub/",)).page(path) == ("p2", "a-1")


@pytest.mark.parametrize(
    "path",
    [
        "/pages/p2/a-1.html",
        "/team/other/src/branch/main/pages/p2/a-1.md",
        "/team/mirror/blame/branch/main/pages/p2/a-1.md",
        "/team/mirror/pages/p2/a-1.md",
        "/sub/indexes/p2.md",
        "/sub/pages/p2/a-1/comments",
        "/sub/pages/p2",
        "",
        "*",
        "/sub/" + "pages/p2/" * 5000,
        "/sub/pages/p2/\x00.md/",
    ],
)
def test_what_is_no_page_of_this_mirror(path: str) -> None:
    found = pages(FORGE, site=("https://mirror.example.org/sub/",)).page(path)
    assert found is None or found[1] == "\x00"


def test_paths_by_year_of_scripts_and_on_hosts_of_raw_files() -> None:
    paths = pages(
        "https://raw.githubusercontent.com/team/mirror/main/", pattern="{section}/{year}/{month}/{id}.md"
    )
    assert paths.page("/team/mirror/blob/main/%E6%B8%AF/2026/06/%D8%A8%D9%86%D8%AF%D8%B1.md") == (
        "港",
        "بندر",
    )
    assert paths.page("/team/mirror/blob/main/x/2026/6/a.md") is None
    assert pages().page("/whatever/pages/p2/a.html") == ("p2", "a")


def test_a_reader_counts_once_a_day_and_article() -> None:
    counted = Tally({})
    for at in (5, DAY - 1, DAY, DAY + 5):
        for reader in ("192.0.2.7 Firefox", "192.0.2.8 Firefox"):
            for article in (1, 2):
                counted.add(at, article, reader)
    assert counted.readers == {(0, 1): 2, (0, 2): 2, (1, 1): 2, (1, 2): 2}


def test_only_what_lies_outside_of_what_was_counted_is_new() -> None:
    counted = Tally({0: (100, 200)})
    assert [at for at in (99, 100, 150, 200, 201, DAY + 150) if counted.is_new(at)] == [99, 201, DAY + 150]
    assert counted.spans == {0: [99, 201], 1: [DAY + 150, DAY + 150]}


def test_two_counts_of_one_reader_have_nothing_in_common() -> None:
    marks = []
    for _ in range(2):
        counted = Tally({})
        counted.add(5, 1, "192.0.2.7 Firefox")
        marks.append(counted._seen[0])
    assert marks[0] != marks[1]


def test_memory_is_bounded_by_the_readers_of_one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "_MOST", 50)
    counted = Tally({})
    for day in range(30):
        for reader in range(20):
            counted.add(day * DAY, 1, str(reader))
            counted.add(day * DAY, 1, str(reader))
    assert sum(map(len, counted._seen.values())) <= 70
    assert set(counted.readers.values()) == {20}
