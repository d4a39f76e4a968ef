"""Retention, filters of titles, rights and withdrawals, as readers of the pushed repository see them."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mirrorpress.app.newsroom import truth
from tests.end_to_end.conftest import Mirror

FERRY = "/news/gb/2026/06/12/10001.html"
LAMP = "/en/2026/06/12/lighthouse-lamp-comes-home"
LAMP_PAGE = "pages/town/lighthouse-lamp-comes-home.md"


def asked(mirror: Mirror) -> list[str]:
    return [request.path for request in mirror.newsroom.requests if request.path != "/robots.txt"]


def squeezed(data: bytes) -> str:
    return re.sub(r"[\s\\*]+", "", data.decode("utf-8", "replace"))


def sentences(path: str) -> list[str]:
    """What stands in an article of the newsroom, as it is in any file of the mirror."""
    return [re.sub(r"\s+", "", phrase) for phrase in truth(1)[path].present if len(phrase) > 6]


def holders(mirror: Mirror, path: str) -> dict[str, list[str]]:
    """Files of the edition that hold a sentence of an article, by sentence."""
    found: dict[str, list[str]] = {}
    for place, data in mirror.out().items():
        text = squeezed(data)
        for sentence in sentences(path):
            if sentence in text:
                found.setdefault(sentence, []).append(place)
    return found


def pictures_of(mirror: Mirror, page: str) -> set[str]:
    return set(re.findall(r"\]\((?:\.\./)*(assets/[^)]+)\)", mirror.page(page)))


def only_shown_by(mirror: Mirror, page: str) -> set[str]:
    others = [path for path in tree(mirror) if path.startswith("pages/") and path != page]
    return pictures_of(mirror, page).difference(*(pictures_of(mirror, path) for path in others))


def tree(mirror: Mirror) -> set[str]:
    return set(mirror.git("ls-tree", "-r", "--name-only", "main").splitlines())


def assert_a_full_build_gives_the_same(mirror: Mirror) -> None:
    before = mirror.out()
    assert mirror.run("build", "--full")["bytes_written"] == 0
    assert mirror.out() == before


def keeping(mirror: Mirror, *, count: int) -> str:
    return mirror.configuration.replace('id = "town"', f'id = "town"\nkeep = {count}')


# --- retention --------------------------------------------------------------------------------------


def test_what_is_too_old_leaves_a_page_that_says_where_the_original_is(mirror: Mirror) -> None:
    mirror.run()
    whole, everything = tree(mirror), mirror.out()
    market = "pages/town/fish-market-tries-a-quieter-auction.md"
    pictures = only_shown_by(mirror, market)
    own = mirror.configuration
    mirror.configure(keeping(mirror, count=4))
    mirror.run()
    page = mirror.page(market)
    assert len(page.encode()) < 600
    assert page.startswith("# Fish market tries a quieter auction\n")
    assert "港湾时报 Harbour Times" in page
    assert "2026年6月8日" in page
    assert "本镜像已不在此保留这篇文章" in page
    assert f"`{mirror.newsroom.url}/en/2026/06/08/fish-market-tries-a-quieter-auction`" in page
    assert "(../../indexes/town.md)" in page
    gone = {f"qr/{market.removesuffix('.md')}.png", *pictures}
    assert whole - tree(mirror) == gone
    assert "fish-market" not in mirror.page("indexes/town.md")
    assert "fish-market" not in mirror.page("README.md")
    assert "fish-market" not in mirror.page("feeds/town.xml")
    assert_a_full_build_gives_the_same(mirror)
    mirror.configure(own)
    mirror.run()
    assert mirror.out() == everything, "it comes back in full"


# --- filters of titles ------------------------------------------------------------------------------


def test_what_only_its_own_page_names_is_filtered_once_and_asked_for_again_by_another_filter(
    mirror: Mirror,
) -> None:
    feed = f'source = {{ type = "feed", url = "{mirror.newsroom.url}/en/feed.atom" }}'
    listing = 'source = { type = "picks", file = "picks.csv" }\nskip_titles = ["Lighthouse lamp"]'
    (mirror.folder / "picks.csv").write_text(f"{mirror.newsroom.url}{LAMP}\n", encoding="utf-8")
    mirror.configure(mirror.configuration.replace(feed, listing))
    assert mirror.run()["skipped"] == 2
    assert LAMP_PAGE not in tree(mirror)
    for _ in range(2):
        mirror.newsroom.requests.clear()
        assert mirror.run()["skipped"] == 2
        assert LAMP not in asked(mirror)
    mirror.configure(mirror.configuration.replace('["Lighthouse lamp"]', '["lamp comes home after fifty"]'))
    mirror.run()
    assert LAMP in asked(mirror)
    assert LAMP_PAGE in tree(mirror)


def test_a_filter_that_comes_later_takes_out_what_is_stored_and_gives_it_back(mirror: Mirror) -> None:
    mirror.run()
    before = mirror.out()
    own = mirror.configuration
    mirror.configure(own.replace('id = "town"', "id = \"town\"\nskip_titles = ['^Lighthouse']"))
    mirror.run()
    assert "本镜像已不在此保留这篇文章" in mirror.page(LAMP_PAGE)
    assert not holders(mirror, LAMP)
    assert "lighthouse-lamp" not in mirror.page("README.md") + mirror.page("indexes/town.md")
    assert "4 篇文章" in mirror.page("indexes/town.md")
    with sqlite3.connect(mirror.folder / "archive" / "index.sqlite") as index:
        [[kept]] = index.execute("SELECT count(*) FROM articles WHERE section = 'town'")
    index.close()
    assert kept == 5
    assert_a_full_build_gives_the_same(mirror)
    mirror.newsroom.requests.clear()
    mirror.configure(own)
    mirror.run()
    assert mirror.out() == before


# --- rights -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rights", ['rights = "excerpt"', ""])
def test_without_rights_no_file_of_an_edition_holds_more_than_an_excerpt(mirror: Mirror, rights: str) -> None:
    mirror.run()
    before, own = mirror.out(), mirror.configuration
    pictures = {hashlib.sha256(data).digest() for path, data in before.items() if path.startswith("assets/")}
    assert pictures
    assert all(len(holders(mirror, path)) >= 2 for path, told in truth(1).items() if not told.skipped)
    mirror.configure(own.replace('rights = "own"', rights))
    mirror.newsroom.edition = 2  # a revision beside the change of rights
    mirror.run()
    out = mirror.out()
    assert not pictures & {hashlib.sha256(data).digest() for data in out.values()}
    assert not [path for path in out if path.startswith("assets/")]
    with sqlite3.connect(mirror.folder / "archive" / "index.sqlite") as index:
        excerpts = dict(
            index.execute("SELECT a.url, r.excerpt FROM articles a JOIN revisions r ON r.number = a.revision")
        )
    index.close()
    for path, told in truth(1).items():
        if told.skipped:
            continue
        excerpt = re.sub(r"\s+", "", excerpts[mirror.newsroom.url + path])
        assert len(excerpt) <= 201
        for sentence, places in holders(mirror, path).items():
            assert sentence in excerpt, (path, sentence, places)
    assert "此处仅刊载摘要" in mirror.page("pages/p2/10001.md")
    assert_a_full_build_gives_the_same(mirror)
    mirror.configure(own)
    mirror.run()
    after = mirror.out()
    assert {path for path in after if path.startswith("assets/")} >= {
        path for path in before if path.startswith("assets/")
    }
    same = {path for path in before if "10002" not in path and path.startswith("pages/")}
    assert {path: after[path] for path in same} == {path: before[path] for path in same}


# --- withdrawals ------------------------------------------------------------------------------------


def withdraw(mirror: Mirror, *arguments: str, expect: int = 0) -> dict[str, Any]:
    return mirror.run("withdraw", *arguments, expect=expect)


def test_a_withdrawn_article_leaves_every_edition_and_is_never_asked_for_again(mirror: Mirror) -> None:
    mirror.configure(mirror.configuration.replace('type = "markdown"', 'type = "markdown"\nlist_size = 5'))
    mirror.run()
    before = mirror.out()
    full_page = next(
        path for path in sorted(before) if path.startswith("indexes/town/") and b"lighthouse" in before[path]
    )
    pictures = only_shown_by(mirror, LAMP_PAGE)
    assert pictures
    told = withdraw(
        mirror, mirror.newsroom.url + LAMP, "--reason", "Asked to by 灯", "--public-reason", "A wrong name."
    )
    [one] = told["withdrawn"]
    assert (one["section"], one["id"]) == ("town", "lighthouse-lamp-comes-home")
    assert (one["reason"], one["public_reason"]) == ("Asked to by 灯", "A wrong name.")
    mirror.newsroom.requests.clear()
    report = mirror.run()
    assert report["withdrawn"] == 1
    assert LAMP not in asked(mirror)
    assert not holders(mirror, LAMP)
    out = mirror.out()
    for path, data in out.items():
        text = data.decode("utf-8", "replace")
        assert "Lighthouse lamp" not in text, path
        assert "Asked to" not in text, path
        assert "lighthouse-lamp" not in text or path == "withdrawn.json", path
    assert set(before) - set(out) == {f"qr/{LAMP_PAGE.removesuffix('.md')}.png", *pictures}
    assert tree(mirror) == set(out)
    page = mirror.page(LAMP_PAGE)
    assert page.startswith("# 本文已撤下\n")
    assert "港湾时报 Harbour Times" in page
    assert "2026年6月12日" in page
    assert "原因：A wrong name." in page
    changed = set(mirror.git("diff", "--name-only", "main~1", "main").splitlines())
    lists = {full_page, "README.md", "indexes/town.md", "withdrawn.json", LAMP_PAGE}
    lists |= {"feed.xml", "feed.json", "feeds/town.xml", "feeds/town.json", "sitemaps/town/1.xml"}
    assert changed <= lists | pictures | {f"qr/{LAMP_PAGE.removesuffix('.md')}.png"}
    assert full_page in changed
    [listed] = json.loads(out["withdrawn.json"])["withdrawn"]
    key = (mirror.newsroom.url + LAMP).partition("//")[2]
    assert listed["path"] == LAMP_PAGE
    assert hashlib.sha256(key.encode()).hexdigest() in listed["addresses_sha256"]
    assert_a_full_build_gives_the_same(mirror)
    mirror.run("sync", "--from-captures", "--section", "town")
    assert mirror.run("build")["bytes_written"] == 0
    status = mirror.run("status")
    assert status["withdrawn"] == 1
    assert {row["section"]: row["withdrawn"] for row in status["sections"]} == {
        "p2": 0,
        "town": 1,
        "bandar": 0,
    }
    assert "1 withdrawn" in mirror.command("status").stderr

    assert [one["url"] for one in withdraw(mirror, "--list")["withdrawn"]] == [mirror.newsroom.url + LAMP]
    assert withdraw(mirror, LAMP_PAGE, "--undo")["restored"][0]["id"] == "lighthouse-lamp-comes-home"
    assert withdraw(mirror, "--list")["withdrawn"] == []
    mirror.run()
    assert mirror.out() == before


@pytest.mark.parametrize(
    "name",
    [
        "{site}/news/gb/2026/06/12/10001.html?utm_source=messenger#top",
        "https://git.example.org/harbour/mirror/src/branch/main/pages/p2/10001.md",
        "pages/p2/10001.md",
        "out/markdown/pages/p2/10001.md",
    ],
)
def test_an_article_is_named_by_any_address_that_people_have(mirror: Mirror, name: str) -> None:
    mirror.run()
    told = withdraw(mirror, name.format(site=mirror.newsroom.url), "--reason", "x")
    assert [one["id"] for one in told["withdrawn"]] == ["10001"]
    assert told["withdrawn"][0]["url"] == mirror.newsroom.url + FERRY


def test_filters_and_withdrawals_hold_in_the_other_script_too(mirror: Mirror) -> None:
    own = mirror.configuration.replace('type = "markdown"', 'type = "markdown"\nalso_in = ["zh-Hant"]')
    mirror.configure(own)
    mirror.run()
    before = mirror.out()
    page, other = "pages/p2/10001.md", "zh-Hant/pages/p2/10001.md"
    assert "渡輪時刻表" in mirror.page(other)
    mirror.configure(own.replace("['（视频）$']", "['（视频）$', '渡轮时刻']"))
    mirror.run()
    assert "本镜像已不在此保留这篇文章" in mirror.page(page)
    assert "本鏡像已不在此保留這篇文章" in mirror.page(other)
    assert "渡輪時刻表" not in mirror.page("zh-Hant/indexes/p2.md")
    mirror.configure(own)
    mirror.run()
    assert mirror.out() == before
    withdraw(mirror, "zh-Hant/pages/p2/10001.md", "--reason", "x")
    mirror.run()
    assert mirror.page(page).startswith("# 本文已撤下\n")
    assert "本鏡像已於" in mirror.page(other)
    left = {"qr/pages/p2/10001.png", "zh-Hant/qr/pages/p2/10001.png"}
    assert left <= set(before) - set(mirror.out())
    assert not [path for path, data in mirror.out().items() if "渡輪時刻表".encode() in data]
    assert_a_full_build_gives_the_same(mirror)


def test_wrong_use_changes_nothing_and_says_what_to_do(mirror: Mirror) -> None:
    mirror.run()
    site = mirror.newsroom.url
    for arguments, words in (
        ([f"{site}{FERRY}", f"{site}/news/gb/2026/06/12/10010.html", "--reason", "x"], "did you mean"),
        ([f"{site}{FERRY}"], "--reason"),
        ([f"{site}{FERRY}", "--reason", " "], "--reason"),
        ([f"{site}{FERRY}", "--undo"], "not withdrawn"),
        (["pages/p2/nothing.md", "--reason", "x"], "its path"),
        (["https://elsewhere.example/x.html", "--reason", "x"], "--in-advance"),
        ([], "--list"),
        (["--list", f"{site}{FERRY}"], "--list alone"),
        ([f"{site}{FERRY}", "--reason", "x", "--undo"], "--undo"),
    ):
        done = mirror.command("withdraw", *arguments, expect=2)
        assert words in done.stderr, (arguments, done.stderr)
    assert withdraw(mirror, "--list")["withdrawn"] == []
    told = withdraw(mirror, f"{site}{FERRY}", "--reason", "x")
    again = withdraw(mirror, f"{site}{FERRY}", "--reason", "x")
    assert (told["notes"], again["withdrawn"]) == ([], told["withdrawn"])
    assert "already" in again["notes"][0]


def test_an_address_may_be_withdrawn_before_it_was_ever_mirrored(mirror: Mirror) -> None:
    site = mirror.newsroom.url
    told = withdraw(mirror, site + LAMP, "--reason", "x", "--in-advance")
    assert "never be fetched" in told["notes"][0]
    assert mirror.run()["withdrawn"] == 1
    assert LAMP not in asked(mirror)
    assert LAMP_PAGE not in tree(mirror)
    assert mirror.run("status")["withdrawn"] == 1
    [listed] = json.loads(mirror.page("withdrawn.json"))["withdrawn"]
    assert set(listed) == {"withdrawn_at", "addresses_sha256"}
    withdraw(mirror, site + LAMP, "--undo")
    mirror.run()
    assert LAMP_PAGE in tree(mirror)
    assert "withdrawn.json" not in tree(mirror)


def test_an_editors_list_that_names_what_is_withdrawn_is_told(mirror: Mirror) -> None:
    section = '[[sections]]\nid = "chosen"\ntitle = "Chosen"\npublisher = "harbour"\n'
    mirror.configure(f'{mirror.configuration}\n{section}source = {{ type = "picks", file = "picks.csv" }}\n')
    (mirror.folder / "picks.csv").write_text(f"{mirror.newsroom.url}{LAMP},Read this\n", encoding="utf-8")
    mirror.run()
    withdraw(mirror, mirror.newsroom.url + LAMP, "--reason", "x")
    report = mirror.run()
    assert any("picks.csv" in note and "withdrawn" in note for note in report["notes"])
    assert not holders(mirror, LAMP)
    assert not [path for path, data in mirror.out().items() if b"Read this" in data]


def test_what_was_pushed_can_be_taken_from_history_as_the_manual_says(mirror: Mirror, tmp_path: Path) -> None:
    mirror.run()
    withdraw(mirror, mirror.newsroom.url + LAMP, "--reason", "x")
    mirror.run()
    old = mirror.git("rev-parse", f"main~1:{LAMP_PAGE}").strip()
    clone = tmp_path / "clean"
    for command in (
        ["git", "clone", "--quiet", str(mirror.remote), str(clone)],
        ["git", "-C", str(clone), "checkout", "--quiet", "--orphan", "clean"],
        ["git", "-C", str(clone), "-c", "user.name=m", "-c", "user.email=m@localhost", "commit", "--quiet", "-m", "Begin anew"],
        ["git", "-C", str(clone), "push", "--quiet", "--force", "origin", "clean:main"],
        ["git", "-C", str(mirror.remote), "reflog", "expire", "--expire=now", "--all"],
        ["git", "-C", str(mirror.remote), "gc", "--quiet", "--prune=now"],
    ):  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)
    gone = subprocess.run(["git", "-C", str(mirror.remote), "cat-file", "-e", old], capture_output=True)
    assert gone.returncode != 0
    subprocess.run(["rm", "-r", str(mirror.folder / "archive" / "targets")], check=True)
    mirror.newsroom.edition = 2
    report = mirror.run()
    assert report["failed"] == 0
    assert tree(mirror) == set(mirror.out())
    assert mirror.git("rev-list", "--count", "main").strip() == "2"
    gone = subprocess.run(["git", "-C", str(mirror.remote), "cat-file", "-e", old], capture_output=True)
    assert gone.returncode != 0


def test_the_archive_can_be_made_to_forget_as_the_manual_says(mirror: Mirror) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "withdrawals.md").read_text(encoding="utf-8")
    [script] = re.findall(r"```python\n(.*?)```", manual, re.DOTALL)
    (mirror.folder / "erase.py").write_text(script, encoding="utf-8")
    mirror.run()
    pictures = only_shown_by(mirror, LAMP_PAGE)
    url = mirror.newsroom.url + LAMP
    withdraw(mirror, url, "--reason", "x")
    mirror.run()
    before = mirror.out()
    index = mirror.folder / "archive" / "index.sqlite"
    words = b"spent four decades wrapped in sailcloth"
    assert words in index.read_bytes()
    subprocess.run([sys.executable, "erase.py", url], cwd=mirror.folder, check=True)
    assert words not in index.read_bytes()
    assert not [picture for picture in pictures if (mirror.folder / "archive" / picture).exists()]
    assert not list((mirror.folder / "archive" / "captures").rglob("*.gz"))
    assert mirror.run("build", "--full")["bytes_written"] == 0
    assert mirror.out() == before
    mirror.newsroom.edition = 2
    assert mirror.run()["failed"] == 0
