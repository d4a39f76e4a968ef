"""What changes becomes a revision; what breaks, shrinks or goes leaves the last good page where it is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing

from tests.attack.siege import HTML, Item, Mirror, Page, Reply, Site, article, git

MONDAY, TUESDAY = "Mon, 02 Mar 2026 08:00:00 GMT", "Tue, 03 Mar 2026 08:00:00 GMT"


def with_etag(body: bytes, etag: str, *, honest: bool) -> Page:
    """A page whose server sends ``etag``; unless ``honest`` it never answers 304."""

    def page(headers: dict[str, str]) -> Reply:
        if honest and headers.get("if-none-match") == etag:
            return Reply(status=304)
        return Reply(body, headers={**HTML, "ETag": etag})

    return page


def frozen(body: bytes) -> Page:
    """A page whose server answers 304 to whoever asks conditionally, whatever has changed."""

    def page(headers: dict[str, str]) -> Reply:
        asked = "if-none-match" in headers or "if-modified-since" in headers
        return Reply(status=304) if asked else Reply(body, headers={**HTML, "ETag": '"1"'})

    return page


# What becomes of a page after it was published, and what the operator reads of it.
BROKEN: dict[str, tuple[Reply, str]] = {
    "shrunk": (
        Reply(article("shrunk").replace(b"<p>", b"<!-- ").replace(b"</p>", b"--> ."), headers=HTML),
        "",
    ),
    "short": (
        Reply(b'<title>short</title><article class="story"><h1>short</h1><p>Gone fishing.', headers=HTML),
        "held back: it shrank from",
    ),
    "empty": (Reply(b"", headers=HTML), "the page is empty"),
    "picture": (Reply(b"\xff\xd8\xff" + bytes(500), headers=HTML), "not text"),
    "failing": (Reply(b"", 500), "500"),
    "forbidden": (Reply(b"", 403), "the server refuses us"),
    "layout": (Reply(b"<title>layout</title><main>" + b"<p>words and words</p>" * 50), "matches nothing"),
    "private": (Reply(status=302, headers={"Location": "http://10.0.0.1/"}), "not a public address"),
    "circle": (Reply(status=302, headers={"Location": "circle.html"}), "in a circle"),
}
GONE: dict[str, Reply] = {
    "missing": Reply(b"", 404),
    "withdrawn": Reply(b"", 410),
    "front": Reply(status=302, headers={"Location": "/"}),
}


def test_revisions_breakage_and_recovery(mirror: Mirror, site: Site) -> None:
    remote = mirror.folder / "remote.git"
    target = f'[[targets]]\ntype = "git"\nedition = "markdown"\nurl = {json.dumps(str(remote))}'
    mirror.configure(site, {"news": "/f.xml"}, targets=target)
    git("init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    names = ["dated", "renamed", "silent", "same", "cached", *BROKEN, *GONE]
    items = {name: Item(f"/{name}.html", f"The story of {name}", MONDAY) for name in names}
    for name in names:
        site.pages[f"/{name}.html"] = Reply(article(items[name].title), headers=HTML)
    site.pages["/silent.html"] = with_etag(article(items["silent"].title), '"1"', honest=False)
    site.pages["/same.html"] = with_etag(article(items["same"].title), '"1"', honest=True)
    site.pages["/cached.html"] = frozen(article(items["cached"].title))
    site.pages["/"] = Reply(article("The front page"), headers=HTML)
    good = dict(site.pages)
    site.feed("/f.xml", list(items.values()))

    outcome = mirror.run()
    assert (outcome.status, outcome.json["new"]) == (0, len(names))
    first = mirror.pages()
    tip = git("rev-parse", "main", cwd=remote)

    # Corrected in one way each: the entry's date, the title, the text behind an ETag that stays, the text behind
    # a server that would say 304 to a conditional request.
    items["dated"] = Item("/dated.html", items["dated"].title, TUESDAY)
    site.story("/dated.html", items["dated"].title, "Corrected by date.")
    items["renamed"] = site.story("/renamed.html", "[Update] The story of renamed", "Corrected by title.")
    site.pages["/silent.html"] = with_etag(
        article(items["silent"].title, "Corrected silently."), '"1"', honest=False
    )
    items["cached"] = Item("/cached.html", items["cached"].title, TUESDAY)
    site.pages["/cached.html"] = frozen(article(items["cached"].title, "Corrected in the cache."))
    for name, (reply, _) in BROKEN.items():
        site.pages[f"/{name}.html"] = reply
    for name, reply in GONE.items():
        site.pages[f"/{name}.html"] = reply
    site.feed("/f.xml", list(items.values()))

    outcome = mirror.run()
    assert outcome.status == 1
    assert (outcome.json["new"], outcome.json["updated"], outcome.json["failed"]) == (0, 4, len(BROKEN))
    for name, (_, words) in BROKEN.items():
        assert words in outcome.failure(site.url(f"/{name}.html"))["reason"]
    for name in GONE:
        assert any(
            f"/{name}.html" in note and "keeps its last revision" in note for note in outcome.json["notes"]
        )
    second = mirror.pages()
    changed = [path for path in first if first[path] != second[path]]
    assert changed == [f"pages/news/{name}.md" for name in ("cached", "dated", "renamed", "silent")]
    assert second["pages/news/renamed.md"].startswith("# \\[Update\\] The story of renamed\n")
    for path in changed:
        assert "Corrected" in second[path] and "Corrected" not in first[path]
        assert "2 March 2026" in second[path] or path.endswith(("renamed.md", "silent.md"))
    assert "updated 3 March 2026" in second["pages/news/dated.md"]
    listed = git("diff", "--name-only", tip, "main", cwd=remote).splitlines()
    assert [path for path in listed if not path.startswith(("corrections/", "qr/corrections/"))] == [
        "README.md",
        *(f"{name}.{suffix}" for name in ("feed", "feeds/news") for suffix in ("json", "xml")),
        *("indexes/corrections.md", "indexes/news.md", *changed, "sitemaps/news/1.xml"),
    ]
    shown = {path for path in listed if path.startswith("corrections/")}
    assert shown == {path.replace("pages/", "corrections/") for path in changed}
    assert git("show", f"{tip}:pages/news/dated.md", cwd=remote) == first["pages/news/dated.md"].strip()
    with closing(sqlite3.connect(mirror.folder / "archive" / "index.sqlite")) as index:
        rows = index.execute(
            "SELECT id, r.revision, markdown LIKE '%Corrected%', c.size > 0 FROM articles a "
            "JOIN revisions r ON r.article = a.number JOIN captures c ON c.number = r.capture ORDER BY id, r.revision"
        ).fetchall()
    expected = {(name, 1, 0, 1) for name in names}
    expected |= {(name, 2, 1, 1) for name in ("cached", "dated", "renamed", "silent")}
    assert set(rows) == expected

    before = mirror.times()
    outcome = mirror.run()
    assert (outcome.status, outcome.json["bytes_written"]) == (1, 0)
    assert outcome.json["failed"] == len(BROKEN), "what is broken is told until it is mended"
    assert mirror.times() == before

    for name in (*BROKEN, *GONE):
        site.pages[f"/{name}.html"] = good[f"/{name}.html"]
    outcome = mirror.run()
    assert (outcome.status, outcome.json["failures"], outcome.json["updated"]) == (0, [], 0)
    assert mirror.times() == before
    assert git("rev-list", "--count", "main", cwd=remote) == "2"
    assert mirror.call("status").status == 0


def test_the_network_goes_and_nothing_is_lost(mirror: Mirror, new_site: Callable[[], Site]) -> None:
    site = new_site()
    site.feed("/f.xml", [site.story(f"/{n}.html", f"Number {n}") for n in range(8)])
    mirror.configure(site, {"news": "/f.xml"})
    assert mirror.run().status == 0
    before = mirror.times()
    port = site.port
    site.close()
    outcome = mirror.run()
    assert outcome.status == 1
    assert outcome.failure("/f.xml")["stage"] == "discover"
    assert outcome.json["failed"] == 9, "the source, and the articles that it listed last time"
    assert mirror.times() == before

    again = Site(port)
    try:
        again.feed("/f.xml", [again.story(f"/{n}.html", f"Number {n}") for n in range(9)])
        outcome = mirror.run()
    finally:
        again.close()
    assert (outcome.status, outcome.json["new"], outcome.json["unchanged"]) == (0, 1, 8)


def test_a_section_added_later_is_not_told_that_nothing_changed(mirror: Mirror, site: Site) -> None:
    """One page, whose server answers conditional requests, is the source of several sections."""
    stories = [site.story(f"/{n}.html", f"Number {n}") for n in range(4)]
    links = [f'<li class="c{n % 2}"><a href="{item.path}">{item.title}</a>' for n, item in enumerate(stories)]
    site.pages["/list"] = with_etag("".join(links).encode(), '"1"', honest=True)

    def section(selector: str) -> str:
        return f'source = {{ type = "listpage", url = "{site.url("/list")}", items = "{selector}" }}'

    mirror.configure(site, {"even": section("li.c0 a")})
    assert mirror.run().json["new"] == 2
    mirror.configure(site, {"even": section("li.c0 a"), "odd": section("li.c1 a")})
    assert mirror.run().json["new"] == 2
    assert len(mirror.pages()) == 4

    more = [site.story(f"/more/{n}.html", f"More {n}") for n in range(2)]
    links += [f'<li class="more"><a href="{item.path}">{item.title}</a>' for item in more]
    site.pages["/list"] = with_etag("".join(links).encode(), '"2"', honest=True)
    assert mirror.run().json["new"] == 0
    mirror.configure(site, {"even": section("li.c0 a, li.more a"), "odd": section("li.c1 a")})
    assert mirror.run().json["new"] == 2, "a corrected selector reads the page again"
