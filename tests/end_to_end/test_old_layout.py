"""Who followed the old mirror finds everything where it was: paths, names of sections, links."""

from __future__ import annotations

import posixpath
import re
import sqlite3
import subprocess
import unicodedata
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.end_to_end import logs
from tests.end_to_end.conftest import Mirror
from tests.end_to_end.oldmirrors import HOST, ORIGINAL, OldMirror

DECOMPOSED = unicodedata.normalize("NFD", "pages/p2/über-die-brücke.md")
LINKS = (
    '先看<a href="../p7/Lamp-77.md">老灯塔</a>，再看'
    f'<a href="{HOST}pages/p2/1002.md">渡轮</a>，还有<a href="9999.md">没有的一页</a>'
    '和<a href="https://example.org/x.md">别处</a>。'
)


@pytest.fixture
def old(mirror: Mirror) -> OldMirror:
    """An old mirror whose repository the new mirror pushes to."""
    made = OldMirror(mirror.folder / "old")
    made.add("pages/p2/1001.md", "潮水表换新", body=LINKS)
    made.write("README.md", "# 旧首页\n\n[p2](indexes/p2.md)\n")
    made.list("p2", "pages/p2/1001.md")
    made.commit()
    made.add("pages/p2/1002.md", "渡轮停航三天")
    made.add("pages/p7/Lamp-77.md", "老灯塔重新点亮")
    made.add("pages/p7/1001.md", "同名的另一篇")
    made.add("pages/p7/1002.md", "渡轮停航三天", original="pages-p2-1002")
    made.add("pages/官场/2001.md", "镇长换人")
    made.add("pages/p2/a page & more.md", "名字里有空格", original="spaces")
    made.add(DECOMPOSED, "过桥记")
    made.add("pages/p2/lamp.md", "小写的灯")
    made.add("pages/p2/LAMP.md", "大写的灯")
    made.write("pages/promo/x.md", "### 推广\n\n没有原文地址。[首页](../../README.md)\n")
    made.write("pages/p2/1001.md.png", "QR")
    made.list("p2", "pages/p2/1001.md", "pages/p2/1002.md")
    made.list("p7", "pages/p7/Lamp-77.md")
    made.list("官场", "pages/官场/2001.md")
    made.list("热点推荐", "pages/p2/1001.md", "pages/p7/Lamp-77.md")
    made.list("旧闻", "pages/p2/1001.md", "pages/p2/1002.md")
    made.commit()
    subprocess.run(["git", "-C", made.folder, "push", "--quiet", mirror.remote, "main"], check=True)
    mirror.configure(
        f"""
[mirror]
title = "港湾之光"
language = "zh-Hans"
addresses = ["https://git.example.org/new/src/branch/main/"]

[[publishers]]
id = "harbour"
name = "港湾报"
url = "https://www.harbour.example/"
rights = "own"

[[sections]]
id = "p2"
title = "要闻"
publisher = "harbour"

[[sections]]
id = "officials"
title = "官场"
publisher = "harbour"

[[editions]]
type = "markdown"
pages = "pages/{{section}}/{{id}}.md"

[[targets]]
type = "git"
edition = "markdown"
url = "{mirror.remote}"
"""
    )
    return made


def adopt(mirror: Mirror, old: OldMirror) -> dict[str, str]:
    """The pages on the branch after import and run."""
    mirror.run("import", str(old.folder), "--no-pictures")
    mirror.run()
    return published(mirror)


def published(mirror: Mirror) -> dict[str, str]:
    paths = mirror.git("ls-tree", "-r", "-z", "--name-only", "main").strip("\0").split("\0")
    return {path: mirror.page(path) for path in paths if path.endswith(".md")}


def links(path: str, text: str) -> list[str]:
    """Paths that the relative links of a page lead to."""
    targets = re.findall(r"\]\(<?((?!https:|mailto:)[^)\s>]+)>?\)", text)
    return [
        posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(target))) for target in targets
    ]


def arrived(pages: dict[str, str], path: str) -> str:
    """The page that a reader comes to who opens an old path, by one click at the most."""
    text = pages[path]
    if len(text.splitlines()) <= 5 and "手机上" not in text:
        [target] = links(path, text)
        text = pages[target]
    return text.splitlines()[0].lstrip("# ")


@pytest.mark.parametrize("pattern", ["pages/{section}/{id}.md", "pages/{section}/{year}/{month}/{id}.md"])
def test_every_old_path_still_leads_to_its_article_in_the_same_repository(
    mirror: Mirror, old: OldMirror, pattern: str
) -> None:
    mirror.configure(mirror.configuration.replace("pages/{section}/{id}.md", pattern))
    before = {
        path: (old.folder / path).read_text(encoding="utf-8") for path in old.paths() if path.endswith(".md")
    }
    pages = adopt(mirror, old)
    assert set(before) <= set(pages), "nothing is gone"
    for path, title in old.titles.items():
        if path.lower() != "pages/p2/lamp.md":
            assert arrived(pages, path) == title, path
    [lamp] = [path for path in mirror.out() if path.lower() == "pages/p2/lamp.md"]
    assert arrived(pages, lamp) == old.titles[lamp], "one of the two"
    lists = {
        "热点推荐": "港湾之光",
        "官场": "官场",
        "旧闻": "港湾之光",
        "p2": "要闻",
        "p7": "p7",
    }
    for name, title in lists.items():
        assert arrived(pages, f"indexes/{name}.md") == title, name
    for path, text in pages.items():
        for target in links(path, text):
            assert target in pages or target.startswith(("qr/", "feed")), (path, target)
    folded = [unicodedata.normalize("NFC", path).casefold() for path in mirror.out()]
    assert len(folded) == len(set(folded)), "some file system could not hold both"
    assert mirror.page("pages/promo/x.md") == before["pages/promo/x.md"], "what is not ours stays"


@pytest.mark.parametrize("pattern", ["pages/{section}/{id}.md", "pages/{section}/{year}/{month}/{id}.md"])
def test_links_between_adopted_pages_lead_to_where_they_are_now(
    mirror: Mirror, old: OldMirror, pattern: str
) -> None:
    mirror.configure(mirror.configuration.replace("pages/{section}/{id}.md", pattern))
    pages = adopt(mirror, old)
    [text] = [text for text in pages.values() if text.startswith("# 潮水表换新\n") and "先看" in text]
    [body] = [line for line in text.splitlines() if "先看" in line]
    own = next(path for path in pages if pages[path] == text)
    lamp, ferry = links(own, body)
    assert pages[lamp].startswith("# 老灯塔重新点亮\n")
    assert pages[ferry].startswith("# 渡轮停航三天\n")
    assert "年" in pages[lamp], "the article itself, not a page that leads on"
    assert "还有没有的一页和" in body, "a page that was not adopted is words, not a dead link"
    assert "[别处 ↗](https://example.org/x.md)" in body


def test_adopted_pages_keep_their_names_and_sections_of_a_title_are_found_by_it(
    mirror: Mirror, old: OldMirror
) -> None:
    pages = adopt(mirror, old)
    assert "手机上" not in pages["pages/p7/Lamp-77.md"]
    assert "原文地址" in pages["pages/p7/Lamp-77.md"]
    assert links("pages/官场/2001.md", pages["pages/官场/2001.md"]) == ["pages/officials/2001.md"]
    assert "镇长换人" in pages["indexes/officials.md"]
    # Sections are adopted side by side: one of the two gets the name.
    second = [path for path in ("pages/p2/1001-2.md", "pages/p7/1001-2.md") if path in pages]
    assert len(second) == 1
    first = second[0].replace("-2", "")
    assert links(first, pages[first]) == second


def test_a_second_run_writes_nothing_and_a_second_import_neither(mirror: Mirror, old: OldMirror) -> None:
    adopt(mirror, old)
    tip = mirror.git("rev-parse", "main")
    assert mirror.run("import", str(old.folder), "--no-pictures")["new"] == 0
    report = mirror.run()
    assert (report["pages_written"], report["bytes_written"]) == (0, 0)
    assert mirror.git("rev-parse", "main") == tip


def test_a_page_adopted_later_is_linked_from_then_on_and_only_what_changed_is_written(
    mirror: Mirror, old: OldMirror
) -> None:
    adopt(mirror, old)
    before = mirror.out()
    [own] = [path for path in before if re.fullmatch(r"pages/p2/1001(-2)?\.md", path) and b"9999" not in before[path]
             and "先看" in before[path].decode()]  # fmt: skip
    old.add("pages/p2/9999.md", "后来的一页")
    old.commit()
    assert mirror.run("import", str(old.folder), "--no-pictures")["new"] == 1
    mirror.run("build")
    after = mirror.out()
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {
        "README.md", "feed.json", "feed.xml", "feeds/p2.json", "feeds/p2.xml", "indexes/p2.md", own,
        "pages/p2/9999.md", "qr/pages/p2/9999.png", "sitemaps/p2/1.xml",
    }  # fmt: skip
    assert "[没有的一页](../../pages/p2/9999.md)" in after[own].decode()
    mirror.run("build", "--full")
    assert mirror.out() == after


def test_paths_are_remembered_of_what_was_adopted_and_built_before(mirror: Mirror, old: OldMirror) -> None:
    """As of archives that an earlier mirrorpress made: what they lack is made up for by one more import."""
    adopt(mirror, old)
    whole = mirror.out()
    forget(mirror.folder / "archive" / "index.sqlite")
    mirror.run("build", "--full")
    assert "pages/官场/2001.md" not in mirror.out()
    mirror.run("import", str(old.folder), "--no-pictures")
    mirror.run("build")
    assert mirror.out() == whole


def forget(index: Path) -> None:
    with closing(sqlite3.connect(index)) as connection, connection:
        connection.execute("DELETE FROM former")


BY_DATE = "pages/{section}/{year}/{month}/{id}.md"


def by_date(mirror: Mirror, *, keep: int = 0) -> None:
    text = mirror.configuration.replace("pages/{section}/{id}.md", BY_DATE)
    mirror.configure(text.replace('title = "要闻"', f'title = "要闻"\nkeep = {keep}'))


def page_of(mirror: Mirror, old_path: str) -> tuple[str, str]:
    """The page at an old path, and the one that it leads to."""
    out = mirror.out()
    text = out[old_path].decode()
    [target] = links(old_path, text)
    return text, out[target].decode()


def assert_a_full_build_gives_the_same(mirror: Mirror) -> None:
    before = mirror.out()
    mirror.run("build", "--full")
    assert mirror.out() == before


def test_an_old_path_leads_to_what_is_left_of_an_article(mirror: Mirror, old: OldMirror) -> None:
    by_date(mirror, keep=4)
    adopt(mirror, old)
    out = mirror.out()
    left = [
        path for path in old.titles
        if path.startswith("pages/p2/") and path in out and "本镜像已不在此保留" in page_of(mirror, path)[1]
    ]  # fmt: skip
    assert left
    for path in left:
        onward, page = page_of(mirror, path)
        assert onward.splitlines()[0] == page.splitlines()[0] == f"# {old.titles[path]}"
    assert_a_full_build_gives_the_same(mirror)
    mirror.configure(mirror.configuration.replace("keep = 4", "keep = 0"))
    mirror.run("build")
    assert "本镜像已不在此保留" not in page_of(mirror, left[0])[1]


def test_an_old_path_leads_to_a_tombstone_and_never_shows_a_withdrawn_title(
    mirror: Mirror, old: OldMirror
) -> None:
    by_date(mirror)
    adopt(mirror, old)
    before = mirror.out()
    mirror.run("withdraw", f"{ORIGINAL}pages-官场-2001.html", "--reason", "x")
    mirror.run()
    onward, page = page_of(mirror, "pages/官场/2001.md")
    assert page.startswith("# 本文已撤下\n")
    assert onward.startswith("# 本文已撤下\n")
    for path, data in mirror.out().items():
        assert "镇长换人" not in data.decode("utf-8", "replace"), path
    assert "镇长换人" not in mirror.page("pages/官场/2001.md"), "the old page is gone from the branch, too"
    assert_a_full_build_gives_the_same(mirror)
    mirror.run("import", str(old.folder), "--no-pictures")
    assert mirror.run()["pages_written"] == 0
    mirror.run("withdraw", f"{ORIGINAL}pages-官场-2001.html", "--undo")
    mirror.run()
    assert mirror.out() == before


def test_a_page_that_two_old_mirrors_have_is_found_by_the_paths_of_both(
    mirror: Mirror, old: OldMirror
) -> None:
    adopt(mirror, old)
    before = mirror.out()
    other = OldMirror(mirror.folder / "other")
    other.add("pages/harbour/2023/lamp.md", "老灯塔重新点亮", original="pages-p7-Lamp-77")
    other.add("pages/p7/2023.md", "渡轮停航三天", original="pages-p2-1002")
    other.commit()
    assert mirror.run("import", str(other.folder), "--no-pictures")["new"] == 0
    mirror.run("build")
    after = mirror.out()
    assert {path for path in after if path not in before} == {
        "pages/harbour/2023/lamp.md",
        "pages/p7/2023.md",
    }
    assert links("pages/p7/2023.md", after["pages/p7/2023.md"].decode()) == ["pages/p2/1002.md"]
    assert_a_full_build_gives_the_same(mirror)
    third = OldMirror(mirror.folder / "third")
    third.add("pages/p7/2023.md", "后来的另一篇", original="another-2023")
    third.commit()
    mirror.run("import", str(third.folder), "--no-pictures")
    mirror.run("build")
    assert mirror.out()["pages/p7/2023-2.md"].startswith("# 后来的另一篇\n".encode()), (
        "an old path keeps its article"
    )
    assert mirror.out()["pages/p7/2023.md"] == after["pages/p7/2023.md"]
    assert_a_full_build_gives_the_same(mirror)


def test_pages_read_again_from_captures_keep_their_links(mirror: Mirror, old: OldMirror) -> None:
    adopt(mirror, old)
    report = mirror.run("sync", "--from-captures")
    assert (report["updated"], report["failed"]) == (0, 0)
    assert mirror.run("build")["bytes_written"] == 0


def test_feeds_hold_the_words_of_inner_links_and_the_other_script_its_own_pages(
    mirror: Mirror, old: OldMirror
) -> None:
    mirror.configure(
        mirror.configuration.replace(
            'type = "markdown"', 'type = "markdown"\nfeeds = "full"\nalso_in = ["zh-Hant"]'
        )
    )
    adopt(mirror, old)
    out = {path: data.decode("utf-8", "replace") for path, data in mirror.out().items()}
    assert "先看老灯塔，再看渡轮" in out["feeds/p2.json"]
    assert "old-mirror.invalid" not in "".join(out.values())
    [own] = [path for path in out if path.startswith("zh-Hant/pages/p2/1001") and "先看" in out[path]]
    [line] = [line for line in out[own].splitlines() if "先看" in line]
    assert links(own, line) == [
        "zh-Hant/pages/p7/Lamp-77.md",
        "zh-Hant/pages/p2/1002.md",
    ]
    assert "zh-Hant/pages/官场/2001.md" not in out, "the old mirror had none there"


@pytest.mark.parametrize("part", ["pages", "pages/p7"])
def test_a_part_of_an_old_mirror_is_adopted_with_its_paths(mirror: Mirror, old: OldMirror, part: str) -> None:
    by_date(mirror)
    mirror.run("import", str(old.folder / part), "--no-pictures")
    mirror.run("build")
    assert page_of(mirror, "pages/p7/Lamp-77.md")[1].startswith("# 老灯塔重新点亮\n")


def test_a_list_of_what_was_read_most_stands_for_the_old_one(mirror: Mirror, old: OldMirror) -> None:
    adopt(mirror, old)
    name = "indexes/热点推荐.md"
    assert links(name, mirror.out()[name].decode()) == ["README.md"]
    root = "/new/src/branch/main/"
    (mirror.folder / "access.log").write_text(
        logs.text(logs.readers(f"{root}pages/p2/1002.md", 30)), encoding="utf-8"
    )
    mirror.command("counts", "import", "access.log")
    mirror.run("build")
    assert links(name, mirror.out()[name].decode()) == ["indexes/hot.md"]
    assert_a_full_build_gives_the_same(mirror)


def test_a_mirror_source_is_followed_with_its_paths(mirror: Mirror, old: OldMirror) -> None:
    mirror.configure(
        mirror.configuration.replace(
            'title = "要闻"\npublisher = "harbour"',
            f'title = "要闻"\npublisher = "harbour"\nsource = {{ type = "mirror", path = "{old.folder}" }}',
        )
    )
    mirror.run()
    pages = published(mirror)
    assert arrived(pages, "pages/官场/2001.md") == "镇长换人"
    old.add("pages/官场/2002.md", "又换一人")
    old.commit()
    mirror.run()
    pages = published(mirror)
    assert arrived(pages, "pages/官场/2002.md") == "又换一人"
    assert len(mirror.git("log", "--format=%h", "main~1..main").splitlines()) == 1
