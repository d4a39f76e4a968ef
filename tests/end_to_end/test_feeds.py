"""What feed readers and search engines get, through the real command line."""

from __future__ import annotations

from typing import Any

from mirrorpress.markup import parse_fragment
from tests.editions.validators import valid, valid_atom, valid_json_feed
from tests.end_to_end.conftest import Mirror

Published = tuple[Mirror, dict[str, Any]]
READ = "https://git.example.org/harbour/mirror/src/branch/main/"
RAW = "https://git.example.org/harbour/mirror/raw/branch/main/"


def test_every_section_and_the_whole_mirror_have_valid_feeds_with_whole_texts(published: Published) -> None:
    mirror, _ = published
    out = mirror.out()
    counts = {}
    for path in sorted(path for path in out if path.endswith(".xml") and path.startswith("feed")):
        atom, json_feed = valid_atom(out[path]), valid_json_feed(out[f"{path.removesuffix('.xml')}.json"])
        counts[path] = len(atom.entries)
        for entry, item in zip(atom.entries, json_feed["items"], strict=True):
            html = entry.content[0].value
            assert html == item["content_html"]
            assert entry.link == item["url"] == f"{READ}{item['url'].removeprefix(READ)}"
            assert item["url"].removeprefix(READ) in out
            for image in parse_fragment(html).select("img"):
                assert (image.attr("src") or "").startswith(f"{RAW}assets/")
                assert (image.attr("src") or "").removeprefix(RAW) in out
    assert counts == {"feed.xml": 13, "feeds/bandar.xml": 4, "feeds/p2.xml": 4, "feeds/town.xml": 5}
    whole = valid_json_feed(out["feed.json"])["items"]
    days = [item["date_published"] for item in whole]
    assert days == sorted(days, reverse=True)
    assert {tag for item in whole for tag in item["tags"]} == {"港湾要闻", "Town", "بندر"}
    persian = next(item for item in whole if item["tags"] == ["بندر"])
    assert '<div dir="rtl">' in persian["content_html"]


def test_all_feeds_stand_in_one_list_and_all_pages_in_sitemaps(published: Published) -> None:
    mirror, _ = published
    out = mirror.out()
    listed = [one.get("xmlUrl") for one in valid("opml", out["feeds/sections.opml"]).xpath("//outline")]
    assert listed == [
        f"{RAW}{path}" for path in ("feed.xml", *(f"feeds/{id}.xml" for id in ("p2", "town", "bandar")))
    ]
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    files = valid("sitemap", out["sitemap.xml"]).xpath("//s:loc/text()", namespaces=space)
    mapped = {
        address.removeprefix(READ)
        for file in files
        for address in valid("sitemap", out[file.removeprefix(RAW)]).xpath("//s:loc/text()", namespaces=space)
    }
    assert {path for path in out if path.startswith("pages/")} < mapped <= set(out)
    home = mirror.page("README.md")
    for path in ("feed.xml", "feed.json", "feeds/sections.opml"):
        assert f"]({path})" in home


def test_a_mirror_without_an_address_has_feeds_of_summaries_that_load_nothing(mirror: Mirror) -> None:
    lines = mirror.configuration.splitlines()
    mirror.configure("\n".join(one for one in lines if not one.startswith(("addresses =", "feeds ="))))
    mirror.run()
    out = mirror.out()
    assert not {path for path in out if "sitemap" in path or path.endswith(".opml")}
    items = valid_json_feed(out["feed.json"])["items"]
    assert len(items) == len(valid_atom(out["feed.xml"]).entries) == 13
    for item in items:
        assert "content_html" not in item
        assert 20 < len(item["content_text"]) <= 200
        assert item["id"].startswith("urn:uuid:"), "plain http is no link"


def test_a_word_that_feeds_do_not_know_is_refused_with_its_line(mirror: Mirror) -> None:
    mirror.configure(mirror.configuration.replace('feeds = "full"', 'feeds = "everything"'))
    told = mirror.command("check", expect=2).stderr
    assert "editions[1].feeds: found \"everything\", expected 'summary' or 'full'" in told
