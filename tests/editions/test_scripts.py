"""Chinese in its other script: text, and nothing but text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirrorpress.editions.markdown import MarkdownEdition
from mirrorpress.editions.safety import dangers
from mirrorpress.editions.scripts import converter, in_html, in_markdown, script_of
from tests.editions.conftest import Shelf, configuration, tree

TO_TRADITIONAL = converter("zh-Hans", "zh-Hant")


@pytest.mark.parametrize(
    ("source", "target", "text", "converted"),
    [
        ("zh-Hans", "zh-Hant", "皇后在后面发现头发，为群众晾干面条", "皇后在後面發現頭髮，為群眾晾乾麵條"),
        ("zh-CN", "zh-HK", "台湾里头的群众", "台灣裏頭的羣眾"),
        ("zh-Hans", "zh-TW", "软件里的鼠标", "軟件裡的鼠標"),
        ("zh-Hant", "zh-Hans", "皇后在後面發現頭髮", "皇后在后面发现头发"),
        ("zh-TW", "zh-Hans", "裡面和裏面", "里面和里面"),
        ("zh-HK", "zh-Hans", "羣眾在裏面", "群众在里面"),
        ("zh-TW", "zh-Hant", "后里", "后里"),
        ("zh-Hans", "zh-Hant", "The tide, 港", "The tide, 港"),
    ],
)
def test_phrases_are_converted_as_readers_of_the_place_write_them(
    source: str, target: str, text: str, converted: str
) -> None:
    assert converter(source, target)(text) == converted


@pytest.mark.parametrize(
    ("tag", "script"),
    [("zh-Hans", "Hans"), ("zh-CN", "Hans"), ("zh", ""), ("zh-HK", "Hant"), ("yue-Hant-HK", "Hant"), ("en-HK", ""), ("fa", "")],
)  # fmt: skip
def test_a_tag_says_its_script(tag: str, script: str) -> None:
    assert script_of(tag) == script


@pytest.mark.parametrize(
    ("markdown", "converted"),
    [
        ("[后面](https://a.example/后(里)/面 “后”)", "[後面](https://a.example/后(里)/面 “後”)"),
        ("[后](<后 里.md>) ![图](\ufdd0assets/后/里.webp)", "[後](<后 里.md>) ![圖](\ufdd0assets/后/里.webp)"),
        ("在 `后里` 和 ``a`后`` 后面", "在 `后里` 和 ``a`后`` 後面"),
        ("\\`发现\\` 和 \\[发现\\](后)", "\\`發現\\` 和 \\[發現\\](後)"),
        ("[发\\\\](后) \\](后)", "[發\\\\](后) \\](後)"),
        ("```\n发现\n```\n\n发现", "```\n发现\n```\n\n發現"),
        ('<div dir="ltr">\n\n发现<br>**头发** <https://发.example/后>', '<div dir="ltr">\n\n發現<br>**頭髮** <https://发.example/后>'),
        ("| 发 | 后 |\n|---|---|\n| 里 | 1 |", "| 發 | 後 |\n|---|---|\n| 裡 | 1 |"),
    ],
)  # fmt: skip
def test_markdown_keeps_code_addresses_paths_and_tags(markdown: str, converted: str) -> None:
    assert in_markdown(markdown, TO_TRADITIONAL) == converted


def test_html_keeps_tags_attributes_and_code() -> None:
    html = '<p title="后">后面<code>后 <b>后</b></code><img alt="后>里" src="后"> 头发</p><pre>发</pre>'
    converted = '<p title="后">後面<code>后 <b>后</b></code><img alt="后>里" src="后"> 頭髮</p><pre>发</pre>'
    assert in_html(html, TO_TRADITIONAL) == converted


@given(st.text(st.sampled_from('后里发a `\\[]()<>"=/\n!#:'), max_size=60))
def test_no_markdown_or_html_loses_its_markup(text: str) -> None:
    for convert in (in_markdown, in_html):
        assert re.sub("[後裡發里后发]", "", convert(text, TO_TRADITIONAL)) == re.sub("[后里发]", "", text)


@pytest.mark.parametrize(
    "text", ["`" * 50_000, "<a" * 50_000, "](" * 50_000, "` a" * 30_000, '<a "' * 30_000]
)
def test_floods_of_markup_take_no_time(text: str) -> None:
    assert in_markdown(text, TO_TRADITIONAL) == text


EDITION = MarkdownEdition(list_size=3, also_in=("zh-Hant",))


@pytest.fixture
def two_scripts(shelf: Shelf) -> Shelf:
    for number in range(4):
        shelf.add(
            f"a{number}",
            title=f"头发 {number}",
            text="发现 [后](https://a.example/后)。",
            language="zh-Hans",
            picture=f"{number:016x}",
        )
    shelf.add("english", title="The tide 后", text="The tide.", language="en")
    shelf.add("taiwan", title="后里車站", text="后里。", language="zh-TW")
    return shelf


def test_every_chinese_page_stands_in_both_scripts_and_links_to_the_other(
    two_scripts: Shelf, tmp_path: Path
) -> None:
    found = tree(EDITION.render(configuration(tmp_path, language="zh-Hans"), two_scripts.archive.shelf, None))
    page, other = (found[f"{folder}pages/p2/a1.md"].decode() for folder in ("", "zh-Hant/"))
    assert page.startswith("# 头发 1\n")
    assert other.startswith("# 頭髮 1\n")
    assert "發現 [後](https://a.example/后)。" in other
    assert "[繁體中文](../../zh-Hant/pages/p2/a1.md)" in page
    assert "[简体中文](../../../pages/p2/a1.md)" in other
    assert "本頁由機器從[简体中文](../../../pages/p2/a1.md)轉換而來" in other
    assert "转换" not in page
    assert "\nhttps://git.example.org/m/zh-Hant/pages/p2/a1.md\n" in other
    assert found["zh-Hant/qr/pages/p2/a1.png"] != found["qr/pages/p2/a1.png"]
    assert not any(path.startswith("zh-Hant/assets") for path in found)
    listed = found["zh-Hant/indexes/p2.md"].decode()
    assert "[頭髮 3](../pages/p2/a3.md)" in listed
    assert "[The tide 后](../../pages/p2/english.md)" in listed
    assert "zh-Hant/pages/p2/english.md" not in found
    assert "[繁體中文](../../zh-Hant/indexes/p2.md)" in found["pages/p2/english.md"].decode()
    assert "后里車站" in found["zh-Hant/pages/p2/taiwan.md"].decode(), "is in that script already"
    assert "機器" not in found["zh-Hant/pages/p2/taiwan.md"].decode()
    assert found["zh-Hant/help.md"].decode().startswith("# 讀者說明\n")
    for path, data in found.items():
        assert not dangers(path, data), path


def test_every_link_of_both_renderings_leads_somewhere(two_scripts: Shelf, tmp_path: Path) -> None:
    found = tree(EDITION.render(configuration(tmp_path, language="zh-Hans"), two_scripts.archive.shelf, None))
    for path, data in found.items():
        if path.endswith(".md"):
            for target in re.findall(r"\]\(((?!https:)[^)]*)\)", data.decode()):
                place = Path(path).parent.joinpath(target)
                assert str(place.resolve().relative_to(Path.cwd())) in found, (path, target)


def test_both_renderings_are_built_from_what_changed_alone(two_scripts: Shelf, tmp_path: Path) -> None:
    settings = configuration(tmp_path, language="zh-Hans", keep=3)
    stands = tree(EDITION.render(settings, two_scripts.archive.shelf, None))
    for round_ in range(3):
        clock = two_scripts.archive.shelf.clock()
        two_scripts.add(f"b{round_}", title="理发", text="后面。", language="zh", picture="f" * 16)
        two_scripts.add("a3", title=f"发 {round_}", text="里。", language="zh")
        changed = tree(EDITION.render(settings, two_scripts.archive.shelf, clock))
        assert "zh-Hant/pages/p2/a2.md" not in changed
        assert changed[f"zh-Hant/pages/p2/b{round_}.md"].decode().startswith("# 理髮\n")
        stands = tree(EDITION.render(settings, two_scripts.archive.shelf, clock), stands)
        assert stands == tree(EDITION.render(settings, two_scripts.archive.shelf, None)), round_


def test_a_traditional_mirror_comes_in_simplified_too(shelf: Shelf, tmp_path: Path) -> None:
    shelf.add("a", title="頭髮", text="在後面發現。")
    edition = MarkdownEdition(also_in=("zh-Hans",))
    found = tree(edition.render(configuration(tmp_path, language="zh-TW"), shelf.archive.shelf, None))
    page = found["zh-Hans/pages/p2/a.md"].decode()
    assert page.startswith("# 头发\n")
    assert "在后面发现。" in page
    assert "[首页](../../README.md)" in page


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"also_in": ("fa",)}, "also_in of"),
        ({"also_in": ("zh-Hant",), "pages": "zh-Hant/{section}/{id}.md"}, "folder"),
    ],
)
def test_what_cannot_be_is_refused(keys: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        MarkdownEdition(**keys)  # type: ignore[arg-type]
