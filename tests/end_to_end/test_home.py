"""The reader's way through the mirror: menus, the operator's links, the home page, pinned notes."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Mirror
from tests.end_to_end.logs import ROOT, readers, text

Published = tuple[Mirror, dict[str, Any]]
FERRY = "pages/p2/10001.md"
LAMP = "pages/town/lighthouse-lamp-comes-home.md"
TIDES = "pages/town/how-to-read-the-tide-tables.md"
LINKS = """
[[links]]
text = "镜像列表"
url = "indexes/town.md"
place = "home"
[[links]]
text = "另一个 *镜像*"
url = "https://example.org/a(b)"
place = "home"
[[links]]
text = "旧站"
url = "http://192.0.2.7/"
place = "after-article"
[[links]]
text = "写信给我们"
url = "mailto:desk@example.org"
place = "after-article"
"""
NOTE = """
[[notes]]
text = "**换了地址**：请看[帮助](help.md)和[网站](https://example.org/)。"
places = ["home", "town"]
"""


@pytest.fixture
def mirror(published: Published, tmp_path: Path) -> Mirror:
    """A mirror that was run once, of its own."""
    shutil.copytree(published[0].folder, tmp_path / "mirror")
    return Mirror(tmp_path / "mirror", published[0].newsroom)


def built(mirror: Mirror, more: str = "", *options: str) -> dict[str, str]:
    """The pages of the mirror, with some more of configuration."""
    mirror.configure(mirror.configuration + more)
    mirror.run("build", *options)
    return pages(mirror)


def pages(mirror: Mirror) -> dict[str, str]:
    return {path: data.decode() for path, data in mirror.out().items() if path.endswith(".md")}


def headlines(page: str) -> list[str]:
    return re.findall(r"^##? (.+)$", page, re.MULTILINE)


def whole(mirror: Mirror) -> dict[str, bytes]:
    """What a build of everything gives."""
    mirror.run("build", "--full")
    return mirror.out()


def test_menus_lead_home_to_the_section_and_on_by_the_mirrors_own_links(mirror: Mirror) -> None:
    found = built(mirror)
    way = "[首页](../../README.md) · [港湾要闻](../../indexes/p2.md) · 本镜像：[如何打开本站](../../help.md)"
    assert found[FERRY].count(way) == 2
    assert found[FERRY].splitlines()[2] == way
    assert (
        found["indexes/p2.md"].splitlines()[2] == "[首页](../README.md) · 本镜像：[如何打开本站](../help.md)"
    )
    assert found["README.md"].splitlines()[2] == "[读者帮助](help.md) · 本镜像：[如何打开本站](help.md)"


def test_links_of_the_operator_are_labelled_and_stand_where_they_were_put(mirror: Mirror) -> None:
    found = built(mirror, LINKS)
    label = "以下由本镜像提供，并非出自原媒体"
    home, page = found["README.md"], found[FERRY]
    placed = f"## {label}\n\n- [镜像列表](indexes/town.md)\n- [另一个 \\*镜像\\* ↗](https://example.org/a%28b%29)\n"
    assert placed in home
    after = f"{label}：\n\n- 旧站 `http://192.0.2.7/`\n- [写信给我们 ↗](mailto:desk@example.org)\n"
    assert after in page
    article, _, rest = page.partition("\n---\n")
    for own in ("写信给我们", "旧站", "镜像列表"):
        assert own not in article
    assert rest.index("原文地址") < rest.index(label)
    assert "镜像列表" not in page
    assert "写信给我们" not in home


def test_the_home_page_has_its_slots_in_the_order_of_what_readers_ask_for(mirror: Mirror) -> None:
    (mirror.folder / "picks.csv").write_text(
        f"url,title\n{mirror.newsroom.url}/en/2026/06/10/how-to-read-the-tide-tables,读懂潮汐表\n",
        encoding="utf-8",
    )
    picks = '\n[[sections]]\nid = "picks"\ntitle = "编辑推荐"\npublisher = "harbour"\n'
    picks += 'source = { type = "picks", file = "picks.csv" }\n'
    mirror.configure(mirror.configuration + picks + LINKS + NOTE)
    (mirror.folder / "access.log").write_text(text(readers(f"{ROOT}{LAMP}", 40)), encoding="utf-8")
    mirror.command("counts", "import", "access.log")
    mirror.run()
    home = mirror.page("README.md")
    assert headlines(home) == [
        "Harbour Light 港湾之光",
        "[编辑推荐](indexes/picks.md)",
        "[热门](indexes/hot.md)",
        "最新",
        "港湾时报 Harbour Times",
        "以下由本镜像提供，并非出自原媒体",
        "本镜像的其他地址",
        "关于本镜像",
    ]
    parts = re.split(r"^## .*$", home, flags=re.MULTILINE)
    assert "换了地址" in parts[0]
    assert f"[读懂潮汐表]({TIDES})" in parts[1]
    assert LAMP in parts[2]
    dates = re.findall(r"^- (\d{4}-\d\d-\d\d) ", parts[3], re.MULTILINE)
    assert len(dates) == 10
    assert dates == sorted(dates, reverse=True)
    assert re.findall(r"^### \[(.+?)\]", parts[4], re.MULTILINE) == ["港湾要闻", "Town", "بندر"]
    assert "feeds/p2.xml" in parts[4]
    assert "feeds/sections.opml" in parts[4]
    assert "<https://git.example.org/harbour/mirror/src/branch/main/>" in parts[6]
    assert "[读者帮助](help.md) · [更正](indexes/corrections.md)" in parts[7]
    menu = "[热门](../../indexes/hot.md) · [编辑推荐](../../indexes/picks.md) · 本镜像："
    assert menu in mirror.page(FERRY)
    assert "../indexes/hot.md" not in mirror.page("indexes/hot.md")
    assert mirror.out() == whole(mirror)


def test_a_note_stands_where_it_is_pinned_and_nowhere_else(mirror: Mirror) -> None:
    before = built(mirror)
    found = built(mirror, NOTE)
    changed = {path for path in found if found[path] != before.get(path)}
    assert changed == {"README.md", "indexes/town.md"}
    assert (
        "> **本镜像公告**\n>\n> **换了地址**：请看[帮助](help.md)和[网站 ↗](https://example.org/)。\n"
        in found["README.md"]
    )
    assert "[帮助](../help.md)" in found["indexes/town.md"]
    incremental = mirror.out()
    assert incremental == whole(mirror)
    mirror.configure(mirror.configuration.replace(NOTE, ""))
    assert built(mirror) == before


def test_a_note_is_shown_on_its_last_day_and_not_after(mirror: Mirror) -> None:
    # A day to spare: the test may run over midnight.
    today = datetime.now(UTC).date()
    dated = [
        f'\n[[notes]]\ntext = "{words}"\nuntil = {today + timedelta(days=days)}\n'
        for words, days in (("Long past", -2), ("Still on", 1))
    ]
    home = built(mirror, "".join(dated))["README.md"]
    assert "Long past" not in home
    assert "Still on" in home
    # Its last day passes, and nothing else changes.
    passed = mirror.configuration.replace(str(today + timedelta(days=1)), str(today - timedelta(days=2)))
    mirror.configure(passed)
    assert "Still on" not in built(mirror)["README.md"]


def test_readers_of_both_scripts_get_notes_links_and_home_in_theirs(mirror: Mirror) -> None:
    both = mirror.configuration.replace('type = "markdown"', 'type = "markdown"\nalso_in = ["zh-Hant"]')
    mirror.configure(both)
    found = built(mirror, LINKS + NOTE)
    home = found["zh-Hant/README.md"]
    assert home.startswith("# Harbour Light 港灣之光\n")
    assert (
        "> **本鏡像公告**\n>\n> **換了地址**：請看[幫助](help.md)和[網站 ↗](https://example.org/)。\n" in home
    )
    assert "## 以下由本鏡像提供，並非出自原媒體\n\n- [鏡像列表](indexes/town.md)\n" in home
    assert "[简体中文](../README.md) · 本鏡像：[如何打開本站](help.md)" in home
    assert "- [寫信給我們 ↗](mailto:desk@example.org)" in found["zh-Hant/pages/p2/10001.md"]
    assert "[繁體中文](zh-Hant/README.md)" in found["README.md"]
    # A newer note changes both, incrementally as in a whole build.
    mirror.configure(mirror.configuration.replace("换了地址", "又换了"))
    assert "又換了" in built(mirror)["zh-Hant/README.md"]
    assert mirror.out() == whole(mirror)
