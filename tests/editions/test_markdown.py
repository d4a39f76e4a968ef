"""The Markdown edition as a pure function of the archive."""

from __future__ import annotations

import hashlib
import json
import random
import re
from dataclasses import replace
from pathlib import Path

import cmarkgfm
import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirrorpress.editions.markdown import MarkdownEdition
from mirrorpress.editions.plain import code, escape, fenced
from mirrorpress.editions.safety import dangers
from mirrorpress.markup import parse_fragment
from mirrorpress.model import HotPolicy
from tests.editions.conftest import Shelf, configuration, tree

EDITION = MarkdownEdition(list_size=5)


def test_full_list_pages_are_numbered_from_the_oldest_and_never_rewritten(
    shelf: Shelf, tmp_path: Path
) -> None:
    settings = configuration(tmp_path)
    for number in range(12):
        shelf.add(f"a{number}")
    first = tree(EDITION.render(settings, shelf.archive.shelf, None))
    assert {path for path in first if path.startswith("indexes/p2/")} == {
        "indexes/p2/1.md",
        "indexes/p2/2.md",
    }
    oldest = first["indexes/p2/1.md"].decode()
    assert [int(n) for n in re.findall(r"pages/p2/a(\d+)\.md", oldest)] == [4, 3, 2, 1, 0]
    newest = first["indexes/p2.md"].decode()
    assert [int(n) for n in re.findall(r"pages/p2/a(\d+)\.md", newest)] == [11, 10, 9, 8, 7, 6, 5]
    clock = shelf.archive.shelf.clock()
    shelf.add("a2", title="A corrected title", text="Corrected words.")
    for number in range(12, 16):
        shelf.add(f"a{number}")
    changed = tree(EDITION.render(settings, shelf.archive.shelf, clock))
    assert "indexes/p2/1.md" not in changed
    assert "indexes/p2/2.md" not in changed
    assert "indexes/p2/3.md" in changed
    assert b"A corrected title" in changed["pages/p2/a2.md"]


def assert_no_link_is_broken(found: dict[str, bytes]) -> None:
    for path, data in found.items():
        if path.endswith(".md"):
            for target in re.findall(r"\]\(((?!https:)[^)]*)\)", data.decode()):
                place = Path(path).parent.joinpath(target)
                assert str(place.resolve().relative_to(Path.cwd())) in found, (path, target)


def is_left(page: bytes) -> bool:
    return b"This mirror no longer keeps this article here." in page


def test_retention_keeps_exactly_the_newest_and_breaks_no_link(shelf: Shelf, tmp_path: Path) -> None:
    settings = configuration(tmp_path, keep=7)
    for number in range(13):
        shelf.add(f"a{number}", picture=f"{number:016x}")
    found = tree(EDITION.render(settings, shelf.archive.shelf, None))
    assert [is_left(found[f"pages/p2/a{number}.md"]) for number in range(13)] == [True] * 6 + [False] * 7
    assert sorted(path for path in found if path.startswith("qr/pages/")) == sorted(
        f"qr/pages/p2/a{number}.png" for number in range(6, 13)
    )
    assert len([path for path in found if path.startswith("assets/")]) == 7
    newest = found["indexes/p2.md"].decode()
    assert [int(n) for n in re.findall(r"pages/p2/a(\d+)\.md", newest)] == [12, 11, 10, 9, 8, 7, 6]
    assert "7 articles" in newest
    assert b"pages/p2/a0.md" in found["indexes/p2/1.md"], "full list pages stay, with what left"
    page = found["pages/p2/a0.md"].decode()
    assert len(page.encode()) < 600
    for words in ("# Title a0", "Harbour Times", "1 June 2026", "<https://harbour.example/p2/a0.html>"):
        assert words in page
    assert_no_link_is_broken(found)


def test_each_new_article_touches_only_the_one_that_leaves_for_it(shelf: Shelf, tmp_path: Path) -> None:
    settings = configuration(tmp_path, keep=7)
    for number in range(11):
        shelf.add(f"a{number}", picture=f"{number:016x}")
    clock = shelf.archive.shelf.clock()
    shelf.add("a11")
    files: list[str] = []
    leaving: list[str] = []
    for item in EDITION.render(settings, shelf.archive.shelf, clock):
        (leaving if isinstance(item, str) else files).append(item if isinstance(item, str) else item.path)
    assert {path for path in files if path.startswith("pages/")} == {"pages/p2/a4.md", "pages/p2/a11.md"}
    assert {"qr/pages/p2/a4.png", f"assets/00/{4:016x}.webp"} <= set(leaving)
    assert not [path for path in leaving if "a3" in path]


def test_a_withdrawn_article_leaves_nothing_but_a_tombstone(shelf: Shelf, tmp_path: Path) -> None:
    settings = configuration(tmp_path)
    for number in range(12):
        shelf.add(f"a{number}", title=f"Secret {number}", text=f"Body {number}.", picture=f"{number:016x}")
    before = tree(EDITION.render(settings, shelf.archive.shelf, None))
    clock = shelf.archive.shelf.clock()
    shelf.withdraw("https://harbour.example/p2/a3.html", public_reason="A *name* was wrong")
    shelf.withdraw("https://harbour.example/p2/a11.html", keep_title=True)
    found = tree(EDITION.render(settings, shelf.archive.shelf, clock), before)
    assert found == tree(EDITION.render(settings, shelf.archive.shelf, None))
    for path, data in found.items():
        assert not re.search(rb"Secret 3\b|Body 3\.|Body 11\.|a3\.html|a letter", data, re.IGNORECASE), path
        assert b"Secret 11" not in data or path == "pages/p2/a11.md"
    page = found["pages/p2/a3.md"].decode()
    assert page.startswith("# Withdrawn\n")
    assert "10 June 2026" in page
    assert r"Reason: A \*name\* was wrong" in page
    assert found["pages/p2/a11.md"].startswith(b"# Secret 11\n")
    assert [int(n) for n in re.findall(r"/a(\d+)\.md", found["indexes/p2/1.md"].decode())] == [4, 2, 1, 0]
    assert "10 articles" in found["indexes/p2.md"].decode()
    assert f"assets/00/{3:016x}.webp" not in found
    [newer, older] = json.loads(found["withdrawn.json"])["withdrawn"]
    assert (newer["path"], newer["reason"]) == ("pages/p2/a3.md", "A *name* was wrong")
    digest = hashlib.sha256(b"https://harbour.example/p2/a11.html").hexdigest()
    assert older == {
        "path": "pages/p2/a11.md",
        "withdrawn_at": "2026-06-10T08:00:00Z",
        "addresses_sha256": [digest],
    }
    assert_no_link_is_broken(found)
    clock = shelf.archive.shelf.clock()
    for name in ("a3", "a11"):
        shelf.restore(f"https://harbour.example/p2/{name}.html")
    assert tree(EDITION.render(settings, shelf.archive.shelf, clock), found) == before


def test_a_filter_of_titles_hides_what_is_stored_and_gives_it_back(shelf: Shelf, tmp_path: Path) -> None:
    settings = configuration(tmp_path)
    for number in range(7):
        shelf.add(f"a{number}", title=f"Title {number}{' (video)' * (number in (1, 6))}")
    plain = tree(EDITION.render(settings, shelf.archive.shelf, None))
    p2, town = settings.sections
    filtered = replace(settings, sections=(replace(p2, skip_titles=(r"\(video\)$",)), town))
    assert EDITION.digest(filtered) != EDITION.digest(settings)
    found = tree(EDITION.render(filtered, shelf.archive.shelf, None))
    assert [is_left(found[f"pages/p2/a{number}.md"]) for number in range(7)] == [
        number in (1, 6) for number in range(7)
    ]
    assert {path for path, data in found.items() if b"video" in data} == {
        "pages/p2/a1.md",
        "pages/p2/a6.md",
    }
    assert "5 articles" in found["indexes/p2.md"].decode()
    assert tree(EDITION.render(settings, shelf.archive.shelf, None)) == plain


@pytest.mark.parametrize("seed", range(12))
def test_any_history_of_incremental_builds_equals_a_full_one(shelf: Shelf, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    settings = configuration(tmp_path, keep=chance.choice([0, 0, 6, 11]))
    p2, town = settings.sections
    sections = (replace(p2, skip_titles=chance.choice([(), ("film$",)])), town)
    settings = replace(settings, hot=HotPolicy(half_life=1, size=3), sections=sections)
    stands: dict[str, bytes] = {}
    clock, front, day = None, "", 20_000
    names: list[str] = []
    for _ in range(8):
        for _ in range(chance.randrange(6)):
            if names and chance.random() < 0.4:
                section, name = chance.choice(names).split("/")
            else:
                section, name = chance.choice(["p2", "town", "adopted"]), f"a{len(names)}"
                names.append(f"{section}/{name}")
            picture = f"{chance.randrange(6):016x}" if chance.random() < 0.5 else ""
            title = f"{name} {chance.choice(['', '', 'film'])}".strip()
            text = f"Words {chance.random()}."
            shelf.add(name, section=section, title=title, text=text, picture=picture)
        for name in chance.sample(names, min(len(names), chance.choice([0, 0, 1, 3]))):
            change = shelf.withdraw if chance.random() < 0.6 else shelf.restore
            change(f"https://harbour.example/{name}.html")
        if names and chance.random() < 0.6:
            day += chance.choice([0, 1, 4])
            read = shelf.archive.reads.articles(one.split("/")[1] for one in chance.sample(names, 1))
            totals = {(day, number): chance.choice([5, 30, 60]) for number, _ in read.values()}
            shelf.archive.reads.add("log", totals, {})
        stands = tree(EDITION.render(settings, shelf.archive.shelf, clock, before=front), stands)
        clock, front = shelf.archive.shelf.clock(), EDITION.front(settings, shelf.archive.shelf)
        assert stands == tree(EDITION.render(settings, shelf.archive.shelf, None)), f"seed {seed}"
        assert_no_link_is_broken(stands)


def test_the_same_archive_gives_the_same_bytes(shelf: Shelf, tmp_path: Path) -> None:
    for number in range(7):
        shelf.add(f"a{number}", picture=f"{number:016x}")
    one, two = (tree(EDITION.render(configuration(tmp_path), shelf.archive.shelf, None)) for _ in range(2))
    assert one == two


@pytest.mark.parametrize("rights", [None, "excerpt"])
def test_without_rights_only_an_excerpt_is_published(
    shelf: Shelf, tmp_path: Path, rights: str | None
) -> None:
    shelf.add("a", text="The first sentence of many. And the secret rest.", picture="0" * 16)
    found = tree(EDITION.render(configuration(tmp_path, rights=rights), shelf.archive.shelf, None))
    page = found["pages/p2/a.md"].decode()
    assert "The first sentence" in page
    assert "secret" not in page
    assert "https://harbour.example/p2/a.html" in page
    assert not any(path.startswith("assets/") for path in found)


def test_feeds_are_valid_and_newest_first(shelf: Shelf, tmp_path: Path) -> None:
    for number in range(3):
        shelf.add(f"a{number}", title=f"<b>& {number}")
    feed = feedparser.parse(
        tree(EDITION.render(configuration(tmp_path), shelf.archive.shelf, None))["feeds/p2.xml"]
    )
    assert not feed.bozo
    assert [entry.title_detail.value for entry in feed.entries] == ["<b>& 2", "<b>& 1", "<b>& 0"]
    assert feed.entries[0].link == "https://git.example.org/m/pages/p2/a2.md"


def test_menus_speak_the_mirrors_language_and_bodies_their_own_direction(
    shelf: Shelf, tmp_path: Path
) -> None:
    shelf.add("a")
    persian = tree(EDITION.render(configuration(tmp_path, language="fa"), shelf.archive.shelf, None))
    assert "[خانه]" in persian["pages/p2/a.md"].decode()
    traditional = tree(EDITION.render(configuration(tmp_path, language="zh-TW"), shelf.archive.shelf, None))
    assert "[首頁]" in traditional["pages/p2/a.md"].decode()


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Only the beginning: the publisher shows the rest to its subscribers."),
        ("zh-Hans", "以下只是文章的开头"),
        ("zh-Hant", "以下只是文章的開頭"),
        ("fa", "تنها آغاز نوشته"),
    ],
)
def test_an_article_that_is_only_a_beginning_says_so_above_its_text_and_in_feeds(
    shelf: Shelf, tmp_path: Path, language: str, sentence: str
) -> None:
    shelf.add("stub", text="The fog came in.", partial=True)
    shelf.add("whole", text="The fog went out.")
    found = tree(EDITION.render(configuration(tmp_path, language=language), shelf.archive.shelf, None))
    page = found["pages/p2/stub.md"].decode()
    assert not dangers("pages/p2/stub.md", found["pages/p2/stub.md"])
    html = parse_fragment(cmarkgfm.github_flavored_markdown_to_html(page.partition("The fog came")[0]))
    [said] = [mark.text for mark in html.select("p > strong:only-child") if "Harbour Times" not in mark.text]
    assert said.startswith(sentence)
    entries = feedparser.parse(found["feeds/p2.xml"]).entries
    assert [sentence in entry.summary for entry in entries] == [False, True]
    for path, data in found.items():
        feeds = {f"{name}.{suffix}" for name in ("feed", "feeds/p2") for suffix in ("xml", "json")}
        told = path in {"pages/p2/stub.md", *feeds}
        assert (sentence.encode() in data) == told, path


def test_an_article_that_is_whole_now_says_no_more_that_it_is_not(shelf: Shelf, tmp_path: Path) -> None:
    shelf.add("stub", text="The fog came in.", partial=True)
    clock = shelf.archive.shelf.clock()
    shelf.add("stub", text="The fog came in.")
    changed = tree(EDITION.render(configuration(tmp_path), shelf.archive.shelf, clock))
    assert "Only the beginning" not in changed["pages/p2/stub.md"].decode()


HOSTILE = [
    "*a* _b_ **c** `d` ~~e~~ [f](http://evil.example) ![g](//x/y.png) <script>h</script> <b>i</b> &amp; \\ | # $x$ $y$",
    "](http://evil.example) http://plain.example www.bare.example ftp://f.example a@b.example",
    "1. one", "- two", "+ three", "# four #", "> five", "    six", "```", "---", "===", "| a | b |",
    "line\nfeed\r\n\ttab", "\u202eoverride", "nul\x00esc\x1b[31m", "“强调”**后**面", "[x]: http://evil.example", "<https://u.example>",
]  # fmt: skip


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_reads_as_itself_everywhere(shelf: Shelf, tmp_path: Path, title: str) -> None:
    shelf.add("a", title=title)
    found = tree(EDITION.render(configuration(tmp_path), shelf.archive.shelf, None))
    for path in ("README.md", "indexes/p2.md", "pages/p2/a.md"):
        assert not dangers(path, found[path]), path
        html = parse_fragment(cmarkgfm.github_flavored_markdown_to_html(found[path].decode()))
        place = (
            html.select_one("h1") if path.startswith("pages") else html.select_one('a[href$="pages/p2/a.md"]')
        )
        assert place is not None
        assert place.text == shown(title)
        assert not [
            a
            for a in html.select("a")
            if "evil" in (a.attr("href") or "") or (a.attr("href") or "").startswith("http:")
        ]
        assert not [tag for tag in html.select("h1 *") if not (tag.attr("href") or "").startswith("mailto:")]


def shown(text: str) -> str:
    """A text without what ``escape`` drops, in one line."""
    return " ".join("".join(c if c.isprintable() or c.isspace() else " " for c in text).split())


@given(
    st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Zs", "Cn", "Co"])
        | st.sampled_from("*_`[]()<>#|~!&\\$@:. -+=1"),
        max_size=60,
    )
)
def test_escaped_text_reads_as_itself_to_githubs_parser(text: str) -> None:
    html = parse_fragment(cmarkgfm.github_flavored_markdown_to_html(f"x {escape(text)} x"))
    assert " ".join(html.text.split()) == f"x {shown(text)} x".replace("  ", " ")
    assert not html.select('a:not([href^="mailto:"]), em, strong, code, del, img')


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), min_size=1, max_size=40))
def test_code_shows_its_text_literally(text: str) -> None:
    line = " ".join(text.split())
    if line:
        html = parse_fragment(cmarkgfm.github_flavored_markdown_to_html(f"x {code(text)} x"))
        assert " ".join((html.select_one("code") or html).text.split()) == line


@given(st.text(st.sampled_from("`~<>&*_[]()#-= 'x\n渡"), max_size=60))
def test_what_is_shared_is_shown_literally_whatever_the_title(title: str) -> None:
    block = fenced(title, "https://git.example.org/m/a.md")
    html = parse_fragment(cmarkgfm.github_flavored_markdown_to_html(f"x\n\n{block}\n\nx"))
    [shown_block] = html.select("pre > code")
    assert shown_block.text == f"{' '.join(title.split())}\nhttps://git.example.org/m/a.md\n"
    assert not dangers("a.md", block.encode())


@pytest.mark.parametrize(
    "address",
    [
        "http://intranet.example/m/",
        "https://192.0.2.7/m/",
        "https://例子.example/m/",
        f"https://long.example/{'x' * 500}/",
    ],
)
def test_a_mirror_address_of_any_kind_is_shown_and_stops_no_build(
    shelf: Shelf, tmp_path: Path, address: str
) -> None:
    settings = configuration(tmp_path)
    settings = replace(settings, mirror=replace(settings.mirror, addresses=(address,)))
    shelf.add("渡" * 80)
    found = tree(EDITION.render(settings, shelf.archive.shelf, None))
    for path, data in found.items():
        assert not dangers(path, data), path
    page = found[f"pages/p2/{'渡' * 80}.md"].decode()
    assert address.partition("//")[2][:8] in page or "%E4%BE%8B" in page
    if address.startswith("http:"):
        assert "```\nTitle 渡渡" in page, "plain http is text, not a link"


@pytest.mark.parametrize(
    "url",
    ["https://[::1/x", "https://0x7f000001/x", "https://a.example/<b>/x", "https://a.example/a`b`c", "x y"],
)
def test_an_original_address_of_any_kind_is_shown_and_stops_no_build(
    shelf: Shelf, tmp_path: Path, url: str
) -> None:
    shelf.add("a", url=url)
    found = tree(EDITION.render(configuration(tmp_path), shelf.archive.shelf, None))
    for path, data in found.items():
        assert not dangers(path, data), path
    html = parse_fragment(cmarkgfm.github_flavored_markdown_to_html(found["pages/p2/a.md"].decode()))
    assert url in html.text
    assert not [a for a in html.select("a") if a.attr("href") == url]
