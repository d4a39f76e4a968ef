"""Corrections are visible: on the page, on a page of their own, in a list; trivial edits are not."""

from __future__ import annotations

import re
from pathlib import Path

import cmarkgfm
import pytest

from mirrorpress.markup import parse_fragment
from tests.attack.siege import Mirror as OwnMirror
from tests.attack.siege import open_sites
from tests.end_to_end.conftest import Mirror

PAGE, CHANGED, LIST = "pages/p2/10002.md", "corrections/p2/10002.md", "indexes/corrections.md"


def corrected(mirror: Mirror) -> Mirror:
    mirror.run()
    mirror.newsroom.edition = 2
    mirror.run()
    return mirror


def reader_sees(page: str) -> str:
    return parse_fragment(
        cmarkgfm.github_flavored_markdown_to_html(page, options=cmarkgfm.Options.CMARK_OPT_UNSAFE)
    ).text


def test_a_corrected_article_says_when_and_shows_what_changed(mirror: Mirror) -> None:
    mirror.run()
    assert CHANGED not in mirror.out()
    assert "还没有文章有过改动。" in mirror.page(LIST)
    mirror.newsroom.edition = 2
    mirror.run()
    page = mirror.page(PAGE)
    assert re.search(
        r"本文于\d{4}年\d+月\d+日.*有改动：\[改了什么\]\(\.\./\.\./corrections/p2/10002\.md\)。", page
    )
    shown = mirror.page(CHANGED)
    assert "<del>" in shown
    assert (
        "铜灯<del>计划</del><strong>改</strong>在“七月第<del>一</del><strong>二</strong>个<del>满月夜</del><strong>星期六</strong>”重新点亮"
        in shown
    )
    assert "<strong>推迟的原因是一块备用玻璃在运输途中裂了。" in shown
    assert "停用已有四十年" not in shown, "what stayed is not shown again"
    assert "[老灯塔修缮过半 塔顶铜灯下月重新点亮（图）](../../pages/p2/10002.md)" in shown
    listed = mirror.page(LIST)
    assert "(../corrections/p2/10002.md)" in listed
    assert "](indexes/corrections.md)" in mirror.page("README.md")
    for other in ("10001", "10003", "10006"):
        assert "有改动" not in mirror.page(f"pages/p2/{other}.md")
        assert f"corrections/p2/{other}.md" not in mirror.out()


@pytest.mark.parametrize(
    ("language", "note"),
    [
        ("en", "This article was changed on"),
        ("zh-Hant", "本文於"),
        ("fa", "این نوشته در"),
        ("ru", "Статья изменена"),
    ],
)
def test_it_is_said_in_the_language_of_the_mirror(mirror: Mirror, language: str, note: str) -> None:
    mirror.configure(mirror.configuration.replace('language = "zh-Hans"', f'language = "{language}"', 1))
    assert note in corrected(mirror).page(PAGE)


def test_corrections_come_out_the_same_however_they_are_built(mirror: Mirror) -> None:
    incremental = corrected(mirror).out()
    assert CHANGED in incremental
    assert mirror.run("build", "--full")["bytes_written"] == 0
    for path in (mirror.folder / "out").rglob("*.md"):
        path.unlink()
    mirror.run("build", "--full")
    assert mirror.out() == incremental
    again = mirror.run()
    assert again["bytes_written"] == 0


def test_a_trivial_edit_gives_neither_note_nor_page_and_a_later_one_shows_only_itself(tmp_path: Path) -> None:
    picture = '<p><img src="https://{}.invalid/lamp.jpg" alt="Lamp"></p>'
    versions = [
        ("The lamp - “made of brass” - was lit at 7.", picture.format("old")),
        ('The  lamp – "made of brass" –\nwas lit at ７.', picture.format("new")),
        ('The  lamp – "made of copper" –\nwas lit at ７.', picture.format("new")),
    ]
    page, changed = "pages/news/1.md", "corrections/news/1.md"
    with open_sites() as start:
        site, mirror = start(), OwnMirror(tmp_path / "mirror")
        mirror.configure(site, {"news": "/f.xml"})
        for number, (text, extra) in enumerate(versions):
            site.feed("/f.xml", [site.story("/1.html", "A lamp", text, extra=extra)])
            told = mirror.run().json
            assert (told["new"], told["updated"]) == ((0, 1) if number else (1, 0)), told
            out = {
                path: (mirror.out / path).read_text(encoding="utf-8")
                for path in mirror.tree()
                if path.endswith(".md")
            }
            assert (
                ("changed" in out[page])
                == (changed in out)
                == (changed in out[LIST].replace("../", ""))
                == (number == 2)
            )
        assert "“made of <del>brass</del> <strong>copper</strong>" in out[changed].replace('"', "“")
        assert out[changed].count("<del>") == 4, "once in each of the four paragraphs"


def test_what_leaves_or_is_withdrawn_takes_its_corrections_along(mirror: Mirror) -> None:
    own = mirror.configuration
    corrected(mirror)
    before = mirror.out()
    beside = {CHANGED, "qr/corrections/p2/10002.png"}
    assert beside < set(before)
    words = re.search(r"推迟的原因是[^。]*。", mirror.page(PAGE))
    assert words
    for leave, come_back in (
        (lambda: mirror.configure(own.replace("keep = 600", "keep = 1")), lambda: mirror.configure(own)),
        (
            lambda: mirror.run("withdraw", PAGE, "--reason", "x"),
            lambda: mirror.run("withdraw", PAGE, "--undo"),
        ),
    ):
        leave()
        mirror.run()
        out = mirror.out()
        assert not beside & set(out)
        for path, data in out.items():
            assert words[0].encode() not in data, path
            assert b"10002" not in data or not path.startswith(("indexes/", "feed", "sitemap")), path
        assert mirror.run("build", "--full")["bytes_written"] == 0
        come_back()
        mirror.run()
        assert mirror.out() == before


def test_without_rights_no_more_than_title_and_excerpt_is_compared(mirror: Mirror) -> None:
    mirror.configure(mirror.configuration.replace('rights = "own"', 'rights = "excerpt"'))
    corrected(mirror)
    out = mirror.out()
    text = b"".join(data for path, data in out.items() if path.startswith("corrections/"))
    assert "推迟的原因".encode() not in text
    assert "不差这几天".encode() not in text


def test_reading_the_captures_in_another_way_is_no_correction(mirror: Mirror) -> None:
    mirror.run()
    mirror.configure(
        mirror.configuration.replace('"div.article_right"', '"div.article_right > h2, div.article_right p"')
    )
    mirror.run("sync", "--from-captures", "--section", "p2")
    mirror.run("build")
    assert not [path for path in mirror.out() if path.startswith("corrections/")]
