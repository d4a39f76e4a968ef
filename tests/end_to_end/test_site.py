"""The site, as a web server would give it: whole in itself, small, and the same however it was built."""

from __future__ import annotations

import gzip
import json
import posixpath
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx2
import pytest

from mirrorpress.app.newsroom import Newsroom
from mirrorpress.editions.headers import headers
from mirrorpress.markup import parse_page
from tests.editions.validators import valid, valid_atom, valid_json_feed
from tests.end_to_end.conftest import Mirror

ADDRESS = "https://mirror.example.org/light/"
PAGE = "pages/p2/10002.html"


def with_site(mirror: Mirror, *keys: str) -> Mirror:
    """The sample mirror with a site beside its Markdown, read at ``ADDRESS``."""
    edition = "\n".join(('[[editions]]\ntype = "site"', *keys))
    text = mirror.configuration.replace("contact =", f'site_addresses = ["{ADDRESS}"]\ncontact =', 1)
    mirror.configure(text.replace("[[targets]]", f"{edition}\n\n[[targets]]", 1))
    return mirror


def site(mirror: Mirror) -> dict[str, bytes]:
    root = mirror.folder / "out" / "site"
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mirror, dict[str, bytes]]]:
    """A mirror with a site in two scripts, after two days of the newsroom; to be looked at only."""
    with Newsroom() as newsroom:
        mirror = Mirror(tmp_path_factory.mktemp("site"), newsroom)
        with_site(mirror, 'also_in = ["zh-Hant"]', 'feeds = "full"', "short_addresses = true")
        mirror.run()
        newsroom.edition = 2
        mirror.run()
        yield mirror, site(mirror)


Built = tuple[Mirror, dict[str, bytes]]


def links(path: str, html: bytes) -> Iterator[str]:
    """Where the links and pictures of a page lead."""
    for element in parse_page(html.decode()).select("[href], [src]"):
        yield element.attr("href") or element.attr("src") or ""


def test_every_link_of_every_page_leads_to_a_file_of_the_site_or_out_of_it_openly(built: Built) -> None:
    _, files = built
    pages = [path for path in files if path.endswith(".html")]
    assert {"index.html", "help.html", "404.html", PAGE, f"zh-Hant/{PAGE}", "indexes/p2.html"} <= {*pages}
    reached = {"index.html", "404.html"}
    for path in pages:
        for target in links(path, files[path]):
            parts = urlsplit(target)
            if parts.scheme:
                assert parts.scheme in ("https", "mailto", "data"), (path, target)
                continue
            place = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path)))
            assert not parts.path or place in files, (path, target)
            reached.add(place)
    assert {path for path in pages if not re.match(r"(zh-Hant/)?s/", path)} <= reached, "nothing stands alone"


def test_the_site_holds_what_the_markdown_holds(built: Built) -> None:
    mirror, files = built
    markdown = mirror.out()
    for path in markdown:
        if path.startswith(("pages/", "indexes/", "corrections/")):
            assert f"{path.removesuffix('.md')}.html" in files
        elif path.startswith("assets/"):
            assert files[path] == markdown[path]
    page = parse_page(files[PAGE].decode())
    assert page.select("h1")[0].text == "老灯塔修缮过半 塔顶铜灯下月重新点亮（图）"
    assert "版权所有，任何形式转载需港湾时报授权许可。" in page.text
    assert "© 港湾时报 Harbour Times" in page.text
    assert f"{mirror.newsroom.url}/news/gb/2026/06/11/10002.html" in page.text
    assert f"{ADDRESS}{PAGE}" in page.text
    [picture, *_] = page.select("figure img")
    assert picture.attr("src", "").startswith("../../assets/")
    assert picture.attr("width")
    assert picture.attr("height")
    assert page.select("figure figcaption")
    [note] = [one for one in page.select("p.note a") if "corrections" in (one.attr("href") or "")]
    assert note.attr("href") == "../../corrections/p2/10002.html"
    changed = parse_page(files["corrections/p2/10002.html"].decode())
    assert changed.select("del")
    assert changed.select("blockquote strong")
    persian = parse_page(files["pages/bandar/20104.html"].decode())
    assert persian.select("article[lang=fa][dir=rtl]")


def test_feeds_and_sitemap_name_the_site(built: Built) -> None:
    _, files = built
    atom, feed = valid_atom(files["feed.xml"]), valid_json_feed(files["feed.json"])
    assert atom.entries[0].link == feed["items"][0]["url"]
    for item in feed["items"]:
        assert item["url"].startswith(ADDRESS)
        assert item["url"].removeprefix(ADDRESS) in files
        for picture in re.findall(r'src="([^"]+)"', item["content_html"]):
            assert picture.removeprefix(ADDRESS) in files
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    maps = valid("sitemap", files["sitemap.xml"]).xpath("//s:loc/text()", namespaces=space)
    assert {one.removeprefix(ADDRESS) for one in maps} <= set(files)
    assert f"Sitemap: {ADDRESS}sitemap.xml" in files["robots.txt"].decode()
    manifest = json.loads(files["manifest.webmanifest"])
    assert {icon["src"] for icon in manifest["icons"]} <= set(files)
    assert manifest["start_url"] in files


def test_pages_are_small_and_hold_all_that_their_first_view_takes(built: Built) -> None:
    _, files = built
    for path, data in files.items():
        if path.endswith(".html"):
            page = parse_page(data.decode())
            if "/pages/" in f"/{path}":
                assert len(data) < 30_000, path
            [style] = page.select("style")
            assert len(style.text.encode()) < 10_000
            assert not page.select("script, link[rel=stylesheet], iframe, object")
            assert all(image.attr("loading") == "lazy" for image in page.select("article img")[1:])
            assert page.select("html")[0].attr("lang")
            assert len(page.select("main")) == 1
            assert len(page.select("h1")) == 1


def test_the_site_is_the_same_however_it_is_built(mirror: Mirror) -> None:
    with_site(mirror, 'compress = ["gzip"]', "offline = true", "search = true").run()
    mirror.newsroom.edition = 2
    mirror.run()
    incremental = site(mirror)
    assert mirror.run("build", "--full")["bytes_written"] == 0
    assert site(mirror) == incremental
    assert mirror.run()["bytes_written"] == 0
    for path, data in incremental.items():
        if path.endswith(".gz"):
            assert gzip.decompress(data) == incremental[path.removesuffix(".gz")]
    large = {path for path, data in incremental.items() if path.endswith(".html") and len(data) >= 1024}
    assert {f"{path}.gz" for path in large} <= set(incremental)
    assert {"offline.js", "sw.js", "search.html", "search/index.json"} <= set(incremental)
    mirror.run("withdraw", "pages/p2/10002.html", "--reason", "x")
    mirror.run()
    without = site(mirror)
    assert "本文已撤下" in without[PAGE].decode()
    assert gzip.decompress(without[f"{PAGE}.gz"]) == without[PAGE]
    assert "corrections/p2/10002.html.gz" not in without
    assert mirror.run("build", "--full")["bytes_written"] == 0
    assert site(mirror) == without
    assert not [path for path, data in without.items() if "推迟的原因" in data.decode("utf-8", "replace")]


def test_search_is_the_same_when_articles_left_or_its_index_was_damaged(mirror: Mirror) -> None:
    with_site(mirror, "search = true")
    mirror.configure(mirror.configuration.replace("keep = 600", "keep = 3", 1))
    mirror.run()
    mirror.newsroom.edition = 2
    mirror.run()
    assert mirror.run("build", "--full")["bytes_written"] == 0
    next((mirror.folder / "out" / "site" / "search").glob("*/documents.bin")).unlink()
    mirror.run("withdraw", "pages/p2/10006.html", "--reason", "x")
    mirror.run()
    without = site(mirror)
    assert mirror.run("build", "--full")["bytes_written"] == 0
    assert site(mirror) == without


def test_a_new_article_rewrites_only_what_names_it(mirror: Mirror) -> None:
    with_site(mirror).run()
    before = site(mirror)
    mirror.newsroom.edition = 2
    mirror.run()
    after = site(mirror)
    changed = {path for path in after if after[path] != before.get(path)}
    pages = {f"{name}.html" for name in ("pages/p2/10006", "pages/p2/10002", "corrections/p2/10002")}
    lists = {"index.html", "indexes/p2.html", "indexes/corrections.html", "sitemaps/p2/1.xml"}
    feeds = {f"{feed}.{kind}" for feed in ("feed", "feeds/p2") for kind in ("xml", "json")}
    pictures = {path for path in changed if path.startswith("assets/")}
    assert changed - pictures == pages | lists | feeds
    assert set(before) <= set(after)


def test_what_rights_do_not_allow_is_not_in_the_site(mirror: Mirror) -> None:
    with_site(mirror)
    mirror.configure(mirror.configuration.replace('rights = "own"', 'rights = "excerpt"'))
    mirror.run()
    files = site(mirror)
    assert not [path for path in files if path.startswith("assets/")]
    page = parse_page(files[PAGE].decode())
    assert "此处仅刊载摘要" in page.text
    assert page.select("blockquote")
    assert "灯罩上的九十六块玻璃" not in page.text


def test_a_planted_beacon_is_refused_by_file_element_and_line(mirror: Mirror) -> None:
    with_site(mirror).run()
    before = site(mirror)
    folder = mirror.folder / "templates" / "site"
    folder.mkdir(parents=True)
    for planted, said in (
        ('<img src="https://beacon.example/x.gif" alt="">', "<img>: a picture from elsewhere"),
        ("<script>new Image().src = 'x'</script>", "<script>: a script within the page"),
        (
            '<link rel="preconnect" href="https://beacon.example">',
            "<link>: a link element that makes a request",
        ),
        (
            '<meta http-equiv="refresh" content="1;url=//beacon.example">',
            "<meta>: a meta that does not belong",
        ),
    ):
        ours = Path(__file__).parents[2] / "src/mirrorpress/editions/templates/site/share.html"
        (folder / "share.html").write_text(
            f"{ours.read_text(encoding='utf-8')}\n{planted}\n", encoding="utf-8"
        )
        told = mirror.command("build", expect=3).stderr
        assert said in told, told
        assert "templates/site/share.html: " in told, "the file to be corrected, whatever page it is part of"
        assert re.search(r"line \d+", told)
        assert site(mirror) == before
    (folder / "share.html").unlink()
    (folder / "style.css").write_text("body { background: url(//beacon.example/x) }", encoding="utf-8")
    told = mirror.command("build", expect=3).stderr
    assert "templates/site/style.css: " in told
    assert "a style that loads something" in told
    (folder / "style.css").write_text("body { color: teal }", encoding="utf-8")
    mirror.run("build")
    assert b"color: teal" in site(mirror)["index.html"]
    assert headers("body { color: teal }")["Content-Security-Policy"] in site(mirror)["_headers"].decode()


def test_a_style_of_ones_own_goes_with_search_and_reading_offline(mirror: Mirror) -> None:
    with_site(mirror, 'also_in = ["zh-Hant"]', "offline = true", "search = true")
    folder = mirror.folder / "templates" / "site"
    folder.mkdir(parents=True)
    (folder / "style.css").write_text("body { color: teal }", encoding="utf-8")
    mirror.run()
    for path in (PAGE, "search.html", "zh-Hant/search.html"):
        assert b"color: teal" in site(mirror)[path]
        assert b"offline.js" in site(mirror)[path]


def test_the_preview_shows_it_with_its_headers_and_tells_of_a_build(mirror: Mirror) -> None:
    with_site(mirror)
    assert "nothing is built yet" in mirror.command("preview", expect=2).stderr
    mirror.run()
    assert "no such edition" in mirror.command("preview", "--edition", "x", expect=2).stderr
    server = subprocess.Popen(
        [sys.executable, "-m", "mirrorpress", "preview", "--json", "--port", "0"],
        cwd=mirror.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout
        told: dict[str, Any] = json.loads(server.stdout.readline())
        answer = httpx2.get(told["address"] + PAGE)
        assert answer.content == site(mirror)[PAGE]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        mark = httpx2.get(told["watching"] + "build").text
        mirror.newsroom.edition = 2
        mirror.run()
        assert httpx2.get(told["watching"] + "build").text != mark
    finally:
        server.terminate()
        server.communicate(timeout=20)
    for kind in ("nginx", "caddy", "netlify"):
        assert "default-src 'none'" in mirror.command("headers", kind).stdout
