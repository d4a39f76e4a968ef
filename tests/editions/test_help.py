"""Help for readers in every page language: what it tells, and that it reads well on a git host."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cmarkgfm
import pytest

from mirrorpress.editions.markdown import MarkdownEdition
from mirrorpress.editions.safety import dangers
from mirrorpress.editions.site import SiteEdition
from mirrorpress.editions.tree import TreeEdition
from mirrorpress.editions.words import languages, words
from mirrorpress.markup import parse_fragment
from tests.editions.conftest import Shelf, configuration, tree

CHAT = {"en": "WeChat", "zh-Hans": "微信", "zh-Hant": "微信", "fa": "وی‌چت", "ru": "WeChat"}
SIGNED = {
    "en": "signs all its pages",
    "zh-Hans": "所有页面都有签名",
    "zh-Hant": "所有頁面都有簽章",
    "fa": "امضای دیجیتال می‌کند",
    "ru": "подписывает все свои страницы",
}
UNSIGNED = {
    "en": "does not sign its pages yet",
    "zh-Hans": "还没有签名",
    "zh-Hant": "還沒有簽章",
    "fa": "هنوز امضای دیجیتال ندارند",
    "ru": "пока не подписаны",
}


@pytest.fixture
def pages(shelf: Shelf, tmp_path: Path) -> dict[str, bytes]:
    return tree(MarkdownEdition().render(configuration(tmp_path, language="fa"), shelf.archive.shelf, None))


@pytest.mark.parametrize("language", languages())
def test_help_says_what_to_do_and_what_it_does_not_protect_from(
    pages: dict[str, bytes], language: str
) -> None:
    path = f"help.{language}.md"
    assert not dangers(path, pages[path])
    html = parse_fragment(cmarkgfm.github_flavored_markdown_to_html(pages[path].decode()))
    text = html.text
    for phrase in (
        CHAT[language],
        UNSIGNED[language],
        "Telegram" if language != "fa" else "تلگرام",
        "iPhone" if language != "fa" else "آیفون",
        "Tor",
        "https",
    ):
        assert phrase in text, phrase
    commands = [code.text for code in html.select("code")]
    assert any(command.startswith("git clone ") for command in commands)
    assert any(command.startswith("git ls-remote ") for command in commands)
    assert len(html.select("h2")) == 7
    assert "*" not in text, "emphasis that Markdown did not take for it"
    assert "`" not in text


@pytest.mark.parametrize("edition", [MarkdownEdition(), SiteEdition()], ids=["markdown", "site"])
def test_help_of_a_mirror_with_keys_says_how_to_check_with_them(
    shelf: Shelf, tmp_path: Path, edition: TreeEdition
) -> None:
    with_keys = replace(configuration(tmp_path), is_signed=True)
    assert edition.digest(with_keys) != edition.digest(configuration(tmp_path))
    signed = tree(edition.render(with_keys, shelf.archive.shelf, None))
    unsigned = tree(edition.render(configuration(tmp_path), shelf.archive.shelf, None))
    for language in languages():
        path = next(path for path in signed if path.startswith(f"help.{language}."))
        assert not dangers(path, signed[path])
        for files, said, unsaid in ((signed, SIGNED, UNSIGNED), (unsigned, UNSIGNED, SIGNED)):
            page = files[path].decode()
            assert said[language] in page and unsaid[language] not in page
            assert ("verify.html" in page) == (files is signed)
    assert [path for path in signed if signed[path] != unsigned[path]] == [
        path for path in signed if path.startswith("help")
    ]


@pytest.mark.parametrize("language", languages())
def test_help_leads_to_every_other_language_by_its_own_name(pages: dict[str, bytes], language: str) -> None:
    html = parse_fragment(cmarkgfm.github_flavored_markdown_to_html(pages[f"help.{language}.md"].decode()))
    named = {link.text: link.attr("href") for link in html.select("p a")}
    for other in languages():
        if other != language:
            assert named[words(other)["name"]] == f"help.{other}.md"
            assert f"help.{other}.md" in pages


def test_the_mirrors_own_help_is_in_its_language(pages: dict[str, bytes]) -> None:
    own, named = (pages[path].decode().partition("\n## ")[2] for path in ("help.md", "help.fa.md"))
    assert own.replace("help.", "help.fa.") == named, "all the same but for the address that is shared"


def test_help_is_not_rendered_again_for_a_new_article(shelf: Shelf, tmp_path: Path) -> None:
    shelf.add("a")
    clock = shelf.archive.shelf.clock()
    shelf.add("b")
    changed = tree(MarkdownEdition().render(configuration(tmp_path), shelf.archive.shelf, clock))
    assert "README.md" in changed
    assert not [path for path in changed if path.startswith("help")]
