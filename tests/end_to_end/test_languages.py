"""What readers of each page language get, through the real command line."""

from __future__ import annotations

import re

import cmarkgfm
import pytest
import zxingcpp
from PIL import Image

from mirrorpress.markup import parse_fragment
from tests.end_to_end.conftest import Mirror
from tests.end_to_end.logs import ROOT, readers, text


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


def in_both_scripts(mirror: Mirror) -> Mirror:
    mirror.configure(
        mirror.configuration.replace('type = "markdown"', 'type = "markdown"\nalso_in = ["zh-Hant"]')
    )
    return mirror


def test_chinese_pages_come_in_the_other_script_too(mirror: Mirror) -> None:
    mirror = in_both_scripts(mirror)
    mirror.run()
    page, other = mirror.page("pages/p2/10001.md"), mirror.page("zh-Hant/pages/p2/10001.md")
    assert page.startswith("# 潮灯镇夏季渡轮时刻表公布 末班船延至晚九点\n")
    assert other.startswith("# 潮燈鎮夏季渡輪時刻表公佈 末班船延至晚九點\n")
    assert "[繁體中文](../../zh-Hant/pages/p2/10001.md)" in page
    assert "本頁由機器從[简体中文](../../../pages/p2/10001.md)轉換而來" in other
    assert "輪渡公司提醒，遇到六級以上大風" in other
    assert re.findall(r"\]\(\.\./\.\./(assets/[^)]+)", page) == re.findall(
        r"\]\(\.\./\.\./\.\./(assets/[^)]+)", other
    )
    address = "https://git.example.org/harbour/mirror/src/branch/main/zh-Hant/pages/p2/10001.md"
    assert f"\n{address}\n" in other
    code = mirror.folder / "out" / "markdown" / "zh-Hant" / "qr" / "pages" / "p2" / "10001.png"
    with Image.open(code) as picture:
        assert zxingcpp.read_barcode(picture.convert("L")).text == address
    home = mirror.page("zh-Hant/README.md")
    assert "[讀者說明](help.md)" in home
    assert "港灣要聞" in home
    assert "(../pages/town/storm-cone-drill.md)" in home, "a page in English stands once"
    tip = mirror.git("rev-parse", "main")
    assert mirror.run()["bytes_written"] == 0
    assert mirror.git("rev-parse", "main") == tip


def test_only_what_changed_is_converted_again(mirror: Mirror) -> None:
    mirror = in_both_scripts(mirror)
    mirror.run()
    mirror.newsroom.edition = 2
    mirror.run()
    changed = mirror.git("diff", "--name-only", "main~1", "main").splitlines()
    assert sorted(path for path in changed if path.startswith("zh-Hant/")) == [
        "zh-Hant/README.md",
        "zh-Hant/corrections/p2/10002.md",
        "zh-Hant/feed.json",
        "zh-Hant/feed.xml",
        "zh-Hant/feeds/p2.json",
        "zh-Hant/feeds/p2.xml",
        "zh-Hant/indexes/corrections.md",
        "zh-Hant/indexes/p2.md",
        "zh-Hant/pages/p2/10002.md",
        "zh-Hant/pages/p2/10006.md",
        "zh-Hant/qr/corrections/p2/10002.png",
        "zh-Hant/qr/pages/p2/10006.png",
    ]


def test_without_the_extra_it_is_said_what_to_install(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = mirror.folder / "without"
    without.mkdir()
    (without / "sitecustomize.py").write_text("import sys\nsys.modules['opencc'] = None\n")
    monkeypatch.setenv("PYTHONPATH", str(without))
    mirror.run()
    told = in_both_scripts(mirror).command("run", expect=2).stderr
    assert 'pip install "mirrorpress[zh]"' in told
    assert "also_in" in told


def test_the_script_of_the_menus_is_no_other_script(mirror: Mirror) -> None:
    text = in_both_scripts(mirror).configuration.replace("zh-Hant", "zh-Hans")
    mirror.configure(text)
    assert "another script than that of the menus" in mirror.command("check", expect=2).stderr


def test_readers_of_both_scripts_count_for_one_article(mirror: Mirror) -> None:
    mirror = in_both_scripts(mirror)
    mirror.configure(
        mirror.configuration.replace(
            'contact = "desk', 'site_addresses = ["https://read.example.org/light/"]\ncontact = "desk'
        )
    )
    mirror.run()
    lines = [
        *readers(f"{ROOT}pages/p2/10001.md", 20),
        *readers(f"{ROOT}zh-Hant/pages/p2/10001.md", 20, first=100),
        *readers("/light/zh-Hant/pages/p2/10001.md", 20, first=200),
    ]
    (mirror.folder / "access.log").write_text(text(lines), encoding="utf-8")
    mirror.command("counts", "import", "access.log")
    mirror.run()
    [item] = re.findall(r"^1\. .*$", mirror.page("zh-Hant/indexes/hot.md"), re.MULTILINE)
    assert "[潮燈鎮夏季渡輪時刻表公佈 末班船延至晚九點](../pages/p2/10001.md)" in item
    assert "60" in item
    assert "[熱門](../../indexes/hot.md)" in mirror.page("zh-Hant/pages/p2/10002.md")
