"""An editor's picks: from a CSV file to what readers get."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Mirror

Published = tuple[Mirror, dict[str, Any]]
LIST = "indexes/picks.md"
TIDES, LAMP, FERRY = "how-to-read-the-tide-tables", "lighthouse-lamp-comes-home", "10001"


@pytest.fixture
def mirror(published: Published, tmp_path: Path) -> Mirror:
    """A mirror that was run once, of its own, with an editor's section of no picks yet."""
    shutil.copytree(published[0].folder, tmp_path / "mirror")
    made = Mirror(tmp_path / "mirror", published[0].newsroom)
    made.configure(made.configuration + section())
    return made


def section(**more: str) -> str:
    lines = "".join(f"{key} = {value}\n" for key, value in more.items())
    return (
        '\n[[sections]]\nid = "picks"\ntitle = "编辑推荐"\npublisher = "harbour"\n'
        f'source = {{ type = "picks", file = "picks.csv" }}\n{lines}'
    )


def address(mirror: Mirror, name: str) -> str:
    places = {TIDES: "en/2026/06/10", LAMP: "en/2026/06/12", FERRY: "news/gb/2026/06/12"}
    suffix = ".html" if name == FERRY else ""
    return f"{mirror.newsroom.url}/{places[name]}/{name}{suffix}"


def pick(mirror: Mirror, *rows: tuple[str, str]) -> None:
    lines = "".join(f"{address(mirror, name)},{title}\n" for name, title in rows)
    (mirror.folder / "picks.csv").write_text(f"url,title\n{lines}", encoding="utf-8")


def listed(page: str) -> list[tuple[str, str]]:
    """Titles and places that a list names, in its order."""
    return re.findall(r"^- \S+ \[(.+)\]\((?:\.\./)*(\S+)\)$", page, re.MULTILINE)


def out(mirror: Mirror, path: str) -> str:
    return (mirror.folder / "out" / "markdown" / path).read_text(encoding="utf-8")


def test_the_list_has_the_editors_order_and_titles_and_articles_keep_theirs(mirror: Mirror) -> None:
    pick(mirror, (TIDES, "读懂潮汐表"), (FERRY, ""))
    report = mirror.run()
    assert (report["new"], report["failed"]) == (0, 0)
    ferry = "潮灯镇夏季渡轮时刻表公布 末班船延至晚九点"
    assert listed(mirror.page(LIST)) == [
        ("读懂潮汐表", f"pages/town/{TIDES}.md"),
        (ferry, f"pages/p2/{FERRY}.md"),
    ]
    assert mirror.page(f"pages/town/{TIDES}.md").startswith("# How to read the new tide tables\n")
    assert "读懂潮汐表" not in mirror.page("indexes/town.md")
    feed = json.loads(mirror.page("feeds/picks.json"))
    assert [one["title"] for one in feed["items"]] == ["读懂潮汐表", ferry]
    assert all(one["content_html"] for one in feed["items"])
    pick(mirror, (FERRY, "渡轮"), (TIDES, "潮汐"))
    mirror.run()
    assert [title for title, _ in listed(mirror.page(LIST))] == ["渡轮", "潮汐"]
    assert mirror.run()["pages_written"] == 0
    files = mirror.out()
    mirror.run("build", "--full")
    assert mirror.out() == files


def test_a_pick_that_no_section_has_is_fetched_like_any_other_page(mirror: Mirror, tmp_path: Path) -> None:
    fresh = Mirror(Path(shutil.copytree(mirror.folder, tmp_path / "fresh")), mirror.newsroom)
    shutil.rmtree(fresh.folder / "archive")
    shutil.rmtree(fresh.folder / "out")
    town = re.compile(r'\[\[sections\]\]\nid = "town".*?(?=\n\[\[)', re.DOTALL)
    fresh.configure(town.sub("", fresh.configuration, count=1) + section())
    pick(fresh, (LAMP, "The lamp"), (TIDES, "The tides"))
    report = fresh.run()
    assert (report["new"], report["failed"]) == (10, 0)
    assert listed(out(fresh, LIST)) == [
        ("The lamp", f"pages/picks/{LAMP}.md"),
        ("The tides", f"pages/picks/{TIDES}.md"),
    ]
    page = out(fresh, f"pages/picks/{LAMP}.md")
    assert page.startswith("# Lighthouse lamp comes home after forty years in a shed\n")
    assert "© 港湾时报 Harbour Times" in page
    assert f"![QR](../../qr/pages/picks/{LAMP}.png)" in page


def test_what_is_picked_outlives_retention_and_leaves_with_the_pick(mirror: Mirror) -> None:
    keep = mirror.configuration.replace('id = "town"', 'id = "town"\nkeep = 1')
    mirror.configure(keep)
    pick(mirror)
    mirror.run()
    path = f"pages/town/{TIDES}.md"
    assert "潮" not in out(mirror, path)
    assert "Jonah" not in out(mirror, path)
    small = out(mirror, path)
    pick(mirror, (TIDES, ""))
    mirror.run()
    assert len(out(mirror, path)) > 3 * len(small)
    assert listed(out(mirror, LIST)) == [("How to read the new tide tables", path)]
    files = mirror.out()
    mirror.run("build", "--full")
    assert mirror.out() == files
    pick(mirror, (LAMP, ""))
    mirror.run()
    assert out(mirror, path) == small
    assert TIDES not in out(mirror, LIST) + out(mirror, "README.md").partition("## 最新")[0]
    files = mirror.out()
    mirror.run("build", "--full")
    assert mirror.out() == files


def test_what_is_withdrawn_or_filtered_is_named_by_no_list(mirror: Mirror) -> None:
    pick(mirror, (TIDES, "The tides"), (LAMP, "The lamp"))
    mirror.run()
    mirror.command("withdraw", address(mirror, TIDES), "--reason", "Asked to")
    report = mirror.run()
    assert [note for note in report["notes"] if "picks.csv" in note and TIDES in note]
    for path in (LIST, "README.md", "feeds/picks.xml", "feeds/picks.json"):
        assert "tides" not in out(mirror, path)
        assert TIDES not in out(mirror, path)
    assert [title for title, _ in listed(out(mirror, LIST))] == ["The lamp"]
    files = mirror.out()
    mirror.run("build", "--full")
    assert mirror.out() == files
    mirror.configure(
        mirror.configuration.replace('language = "en"', 'language = "en"\nskip_titles = ["Lighthouse"]')
    )
    mirror.run()
    assert listed(out(mirror, LIST)) == []
    assert LAMP not in out(mirror, "README.md")
    mirror.command("withdraw", "--undo", address(mirror, TIDES))
    mirror.run()
    assert [title for title, _ in listed(out(mirror, LIST))] == ["The tides"]


def test_titles_of_picks_are_filtered_by_their_section(mirror: Mirror) -> None:
    mirror.configure(mirror.configuration + "skip_titles = ['^AD:']\n")
    pick(mirror, (TIDES, "AD: tides"), (LAMP, "The lamp"))
    assert mirror.run()["skipped"] >= 2  # and one of the newsroom's
    assert [title for title, _ in listed(out(mirror, LIST))] == ["The lamp"]


def test_a_list_that_cannot_be_read_keeps_the_last_one(mirror: Mirror) -> None:
    pick(mirror, (TIDES, "The tides"))
    mirror.run()
    (mirror.folder / "picks.csv").unlink()
    report = mirror.run(expect=1)
    assert "picks.csv" in json.dumps(report["failures"])
    assert [title for title, _ in listed(out(mirror, LIST))] == ["The tides"]
    (mirror.folder / "picks.csv").write_bytes(b"x" * 1_000_001)
    assert "1,000,000 bytes" in mirror.run(expect=1)["failures"][0]["reason"]


def test_readers_of_both_scripts_get_the_list_in_theirs(mirror: Mirror) -> None:
    mirror.configure(
        mirror.configuration.replace('type = "markdown"', 'type = "markdown"\nalso_in = ["zh-Hant"]')
    )
    pick(mirror, (FERRY, "渡轮时刻表"), (TIDES, "读懂潮汐表"))
    mirror.run()
    assert out(mirror, f"zh-Hant/{LIST}").startswith("# 編輯推薦\n")
    assert listed(out(mirror, f"zh-Hant/{LIST}")) == [
        ("渡輪時刻表", f"pages/p2/{FERRY}.md"),
        ("讀懂潮汐表", f"pages/town/{TIDES}.md"),
    ]
    assert "[編輯推薦](../../indexes/picks.md)" in out(mirror, f"zh-Hant/pages/p2/{FERRY}.md")
    files = mirror.out()
    mirror.run("build", "--full")
    assert mirror.out() == files
