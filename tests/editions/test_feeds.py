"""Feeds, lists of feeds and sitemaps, as validators and feed readers see them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mirrorpress.editions.markdown import MarkdownEdition
from mirrorpress.editions.safety import dangers
from mirrorpress.links import file_address
from mirrorpress.markup import parse_fragment
from mirrorpress.model import Configuration, Publisher
from tests.editions.conftest import Shelf, configuration, tree
from tests.editions.validators import valid, valid_atom, valid_json_feed

SUMMARY, FULL = MarkdownEdition(list_size=5), MarkdownEdition(list_size=5, feeds="full")
CODE_HOST = "https://git.example.org/team/m/src/branch/main/"
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def read_at(settings: Configuration, *addresses: str) -> Configuration:
    return replace(settings, mirror=replace(settings.mirror, addresses=addresses))


def rendered(
    shelf: Shelf, settings: Configuration, edition: MarkdownEdition, since: int | None = None
) -> dict[str, bytes]:
    found = tree(edition.render(settings, shelf.archive.shelf, since))
    for path, data in found.items():
        assert not dangers(path, data, settings.mirror.addresses), path
    return found


def feeds_of(found: dict[str, bytes], name: str) -> tuple[Any, dict[str, Any]]:
    return valid_atom(found[f"{name}.xml"]), valid_json_feed(found[f"{name}.json"])


def fill(shelf: Shelf) -> None:
    for number in range(3):
        shelf.add(f"a{number}", text=f"Words {number} & more <b>.", picture=f"{number:016x}")
        shelf.add(f"t{number}", section="town", partial=number == 1)
    shelf.add("渡轮", section="港湾 要闻", title="<b>& 灯塔")


@pytest.mark.parametrize("edition", [SUMMARY, FULL])
@pytest.mark.parametrize(
    "addresses", [(), (CODE_HOST,), ("http://192.0.2.7/m/",), ("https://例子.example/",)]
)
@pytest.mark.parametrize("rights", [None, "CC-BY-4.0"])
def test_every_feed_is_valid_whatever_is_configured(
    shelf: Shelf, tmp_path: Path, edition: MarkdownEdition, addresses: tuple[str, ...], rights: str | None
) -> None:
    fill(shelf)
    found = rendered(shelf, read_at(configuration(tmp_path, rights=rights), *addresses), edition)
    for name, count in (("feed", 7), ("feeds/p2", 3), ("feeds/town", 3), ("feeds/港湾 要闻", 1)):
        atom, json_feed = feeds_of(found, name)
        assert len(atom.entries) == len(json_feed["items"]) == count
        assert [entry.title for entry in atom.entries] == [item["title"] for item in json_feed["items"]]
    has_address = bool(addresses) and addresses[0].startswith("https")
    assert ("feeds/sections.opml" in found) == has_address
    assert {path for path in found if "sitemap" in path} == (
        {"sitemap.xml", "sitemap-front.xml"} | {f"sitemaps/{id}/1.xml" for id in ("p2", "town", "港湾 要闻")}
        if has_address
        else set()
    )


def test_a_full_feed_shows_the_mirrors_own_pictures_where_a_git_host_gives_them(
    shelf: Shelf, tmp_path: Path
) -> None:
    fill(shelf)
    settings = read_at(configuration(tmp_path), CODE_HOST, "https://second.example/")
    atom, json_feed = feeds_of(rendered(shelf, settings, FULL), "feeds/p2")
    for html in (atom.entries[0].content[0].value, json_feed["items"][0]["content_html"]):
        body = parse_fragment(html)
        [image] = body.select("img")
        raw = "https://git.example.org/team/m/raw/branch/main/"
        assert image.attr("src") == f"{raw}assets/00/{2:016x}.webp"
        assert "Words 2 & more <b>." in body.text
        assert "© Harbour Times" in body.text
        assert [a.attr("href") for a in body.select("a")] == ["https://harbour.example/p2/a2.html"]
    assert atom.feed.links[0].href == f"{raw}feeds/p2.xml"
    assert json_feed["feed_url"] == f"{raw}feeds/p2.json"
    assert json_feed["items"][0]["url"] == f"{CODE_HOST}pages/p2/a2.md"
    assert atom.entries[0].id == "https://harbour.example/p2/a2.html", "the same in every mirror"


def test_without_an_address_a_feed_has_words_for_pictures_and_leads_to_the_originals(
    shelf: Shelf, tmp_path: Path
) -> None:
    fill(shelf)
    atom, json_feed = feeds_of(rendered(shelf, read_at(configuration(tmp_path)), FULL), "feed")
    html = next(item for item in json_feed["items"] if item["id"].endswith("a2.html"))["content_html"]
    assert not parse_fragment(html).select("img")
    assert "🖼 A lamp > a candle" in parse_fragment(html).text
    assert {entry.link for entry in atom.entries} <= {item["id"] for item in json_feed["items"]}
    assert atom.feed.id.startswith("urn:uuid:")


def test_an_item_without_any_address_to_follow_has_its_summary_as_content(
    shelf: Shelf, tmp_path: Path
) -> None:
    shelf.add("a", url="http://192.0.2.9/a", text="Twelve words.")
    settings = read_at(configuration(tmp_path, rights="own"), "http://intranet.example/m/")
    atom, _ = feeds_of(rendered(shelf, settings, SUMMARY), "feed")
    assert not atom.entries[0].get("links")
    assert atom.entries[0].content[0].value == "Twelve words."


def test_excerpt_only_stays_so_in_a_full_feed(shelf: Shelf, tmp_path: Path) -> None:
    shelf.add("a", text="The first sentence of many. And the secret rest.")
    for path, data in rendered(shelf, configuration(tmp_path, rights=None), FULL).items():
        assert b"secret" not in data, path


def test_a_full_feed_stays_small(shelf: Shelf, tmp_path: Path) -> None:
    for number in range(8):
        shelf.add(f"a{number}", text=f"{number} " + "Words. " * 15_000)
    found = rendered(shelf, configuration(tmp_path), FULL)
    atom, json_feed = feeds_of(found, "feed")
    assert len(found["feed.xml"]) < 600_000
    assert ["content_html" in item for item in json_feed["items"]] == [True] * 4 + [False] * 4
    assert len(atom.entries) == 8


def test_the_whole_mirrors_feed_holds_the_newest_of_all_sections_by_their_day(
    shelf: Shelf, tmp_path: Path
) -> None:
    for number in range(30):
        shelf.add(f"a{number}")
    for number in range(30):
        shelf.add(f"old{number}", section="town", days=-number - 1)
    shelf.add("ahead", section="town", days=4000)
    shelf.add("news", section="adopted")
    atom, json_feed = feeds_of(rendered(shelf, configuration(tmp_path), SUMMARY), "feed")
    names = [entry.title.removeprefix("Title ") for entry in atom.entries]
    assert names[:3] == ["news", "ahead", "a29"]
    assert len(names) == 40
    assert names[-1] == "old7", "what came late stands by its day"
    assert json_feed["items"][0]["tags"] == ["adopted"]


def test_what_left_the_edition_is_in_no_feed_and_no_sitemap(shelf: Shelf, tmp_path: Path) -> None:
    settings = configuration(tmp_path, keep=5)
    stands: dict[str, bytes] = {}
    clock = None
    for number in range(12):
        shelf.add(f"a{number}")
        stands = tree(MarkdownEdition(list_size=1).render(settings, shelf.archive.shelf, clock), stands)
        clock = shelf.archive.shelf.clock()
    kept = {f"a{number}" for number in range(7, 12)}
    atom, _ = feeds_of(stands, "feed")
    assert {entry.title.removeprefix("Title ") for entry in atom.entries} == kept
    mapped = valid("sitemap", stands["sitemaps/p2/1.xml"]).xpath("//s:loc/text()", namespaces=SITEMAP)
    assert [address.rpartition("/")[2] for address in mapped] == [
        f"{name}.md" for name in sorted(kept, key=lambda n: int(n[1:]))
    ]


def test_a_new_article_changes_one_sitemap_and_no_index(shelf: Shelf, tmp_path: Path) -> None:
    settings, edition = configuration(tmp_path), MarkdownEdition(list_size=400)  # 800 addresses a sitemap
    for number in range(1601):
        shelf.add(f"a{number}")
    first = rendered(shelf, settings, edition)
    named = valid("sitemap", first["sitemap.xml"]).xpath("//s:loc/text()", namespaces=SITEMAP)
    base = "https://git.example.org/m/"
    assert named == [
        f"{base}{path}" for path in ("sitemap-front.xml", *(f"sitemaps/p2/{n}.xml" for n in (1, 2, 3)))
    ]
    mapped = [
        address
        for path in sorted(first)
        if path.startswith("sitemaps/")
        for address in valid("sitemap", first[path]).xpath("//s:loc/text()", namespaces=SITEMAP)
    ]
    assert mapped == [f"{base}pages/p2/a{number}.md" for number in range(1601)]
    clock = shelf.archive.shelf.clock()
    shelf.add("new")
    shelf.add("a3", text="Corrected.")
    second = rendered(shelf, settings, edition, clock)
    changed = {path for path in second if "sitemap" in path and first.get(path) != second[path]}
    assert changed == {"sitemaps/p2/1.xml", "sitemaps/p2/3.xml"}


def test_the_list_of_feeds_can_be_taken_into_a_feed_reader(shelf: Shelf, tmp_path: Path) -> None:
    fill(shelf)
    found = rendered(shelf, read_at(configuration(tmp_path), CODE_HOST), SUMMARY)
    outlines = valid("opml", found["feeds/sections.opml"]).xpath("//outline")
    raw = "https://git.example.org/team/m/raw/branch/main/"
    assert [one.get("xmlUrl").removeprefix(raw) for one in outlines] == [
        "feed.xml", "feeds/p2.xml", "feeds/town.xml", "feeds/%E6%B8%AF%E6%B9%BE%20%E8%A6%81%E9%97%BB.xml",
    ]  # fmt: skip
    assert [one.get("text") for one in outlines] == ["Harbour Light", "Officials", "Town", "港湾 要闻"]


@pytest.mark.parametrize(
    ("shown", "raw"),
    [
        (CODE_HOST, "https://git.example.org/team/m/raw/branch/main/"),
        ("https://x.example/git/team/m/src/tag/v1/", "https://x.example/git/team/m/raw/tag/v1/"),
        ("https://github.com/o/r/blob/main/", "https://github.com/o/r/raw/main/"),
        ("https://github.com/o/r/tree/main/docs/", "https://github.com/o/r/raw/main/docs/"),
        ("https://gitlab.com/g/s/r/-/blob/main/", "https://gitlab.com/g/s/r/-/raw/main/"),
        ("https://bitbucket.org/o/r/src/main/", "https://bitbucket.org/o/r/raw/main/"),
        ("https://git.sr.ht/~o/r/tree/main/item/", "https://git.sr.ht/~o/r/blob/main/"),
        ("https://o.github.io/r/", "https://o.github.io/r/"),
        ("https://mirror.example/src/", "https://mirror.example/src/"),
    ],
)
def test_files_are_had_where_a_git_host_gives_them_as_they_are(shown: str, raw: str) -> None:
    assert file_address(shown) == raw


def test_feeds_do_not_change_when_a_day_passes(shelf: Shelf, tmp_path: Path) -> None:
    shelf.add("a")
    before = rendered(shelf, configuration(tmp_path), FULL)
    shelf.hours += timedelta(days=1) // timedelta(hours=1)
    assert rendered(shelf, configuration(tmp_path), FULL) == before


def test_the_publisher_is_named_where_no_author_is(shelf: Shelf, tmp_path: Path) -> None:
    shelf.add("a")
    settings = replace(configuration(tmp_path), publishers=(Publisher("harbour", "  ", rights="own"),))
    atom, _ = feeds_of(rendered(shelf, settings, SUMMARY), "feed")
    assert atom.entries[0].get("author", "") == ""
    atom, _ = feeds_of(rendered(shelf, configuration(tmp_path), SUMMARY), "feed")
    assert atom.entries[0].author == "Harbour Times"
