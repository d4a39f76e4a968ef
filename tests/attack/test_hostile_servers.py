"""Servers that lie, stall, flood and break: each costs one line that says what to do, and nothing else."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from tests.attack.siege import HTML, XML, Item, Mirror, Reply, Site, article, rss

_GZIP = {"Content-Encoding": "gzip"}
_TRUE_FEED = rss([Item("http://127.0.0.1/one.html", "One"), Item("http://127.0.0.1/two.html", "Two")])


def _entities() -> bytes:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    return (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "aaaaaaaaaa">{levels}]>'
        '<rss version="2.0"><channel><item><title>&e8;</title><link>http://x.example/</link></item></channel></rss>'
    ).encode()


# What a server gives for a feed, and what the operator reads.
FEEDS: dict[str, tuple[Reply, str]] = {
    "html": (Reply(article("A page"), headers=HTML), "this is a web page, not a feed"),
    "empty": (Reply(b"", headers=XML), "the feed is empty"),
    "cut": (Reply(_TRUE_FEED[:150], headers=XML), "cut off before the end of its first entry"),
    "flood": (
        Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<rss>", drip=b"a" * 2_000_000),
        "larger than 10,000,000 bytes",
    ),
    "fifty": (Reply(b"<rss>" + b" " * 50_000_000, headers=XML), "it announces 50,000,005 bytes"),
    "gzip": (Reply(gzip.compress(b"a" * 50_000_000), headers={**XML, **_GZIP}), "larger than 10,000,000"),
    "entities": (Reply(_entities(), headers=XML), "declares entities of its own"),
    "attributes": (
        Reply(b'<rss version="2.0"><channel><item ' + b'a="1" ' * 100_000 + b"/></channel></rss>"),
        "more than 500 attributes",
    ),
    "binary": (Reply(bytes(range(256)) * 100, headers=XML), "this is not a feed"),
    "json": (Reply(b'{"version":"https://jsonfeed.org/version/1.1","items":[' * 3000), "broken JSON"),
    "failing": (Reply(b"", 500), "500: the server failed"),
    "missing": (Reply(b"", 404), "404: not there"),
    "gone": (Reply(b"", 410), "410: taken away for good"),
}

# What a server gives for an article, and what the operator reads.
PAGES: dict[str, tuple[Reply, str]] = {
    "picture": (Reply(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50, headers=HTML), "not text"),
    "binary": (Reply(bytes(range(256)) * 50, headers=HTML), "not text"),
    "empty": (Reply(b"", headers=HTML), "the page is empty"),
    "other-layout": (Reply(b"<html><title>x</title><p>Moved house", headers=HTML), "matches nothing"),
    "no-words": (Reply(b"<title>x</title><article class=story><img>", headers=HTML), "no article text"),
    "missing": (Reply(b"", 404), "404: not there"),
    "failing": (Reply(b"", 500), "500: the server failed"),
    "circle": (Reply(status=302, headers={"Location": "circle.html"}), "go round in a circle"),
    "metadata": (
        Reply(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"}),
        "169.254.169.254 is not a public address",
    ),
    "six": (Reply(status=302, headers={"Location": "http://[::1]/"}), "::1 is not a public address"),
    "number": (Reply(status=302, headers={"Location": "http://2130706433/"}), "not a public address"),
    "front": (Reply(status=302, headers={"Location": "/"}), "sends us to its front page"),
    "script": (Reply(status=302, headers={"Location": "javascript:alert(1)"}), "only http and https"),
    "malformed": (Reply(status=302, headers={"Location": "http://[bad"}), "malformed"),
    "gzip": (Reply(gzip.compress(b"<p>" * 20_000_000), headers={**HTML, **_GZIP}), "larger than 10,000,000"),
    "broken-gzip": (Reply(b"\x1f\x8b\x08garbage", headers={**HTML, **_GZIP}), "compression is broken"),
    "cut-gzip": (Reply(gzip.compress(article("x"))[:90], headers={**HTML, **_GZIP}), "in the middle of its"),
    "twenty": (Reply(article("Big", extra="<p>a</p>" * 2_500_000), headers=HTML), "it announces 20,0"),
    "tags": (Reply(article("Tags", extra="<i>x</i>" * 100_000), headers=HTML), "more than 150,000 tags"),
    "ampersands": (Reply(article("Amps", extra="<p>" + "&" * 900_000), headers=HTML), "characters"),
}

# What a server gives that never ends well; on a host of their own, as too many in a row give a host up.
SILENCES: dict[str, tuple[Reply, str]] = {
    "drip": (Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", drip=b"a"), "within 1 seconds"),
    "drip-header": (Reply(raw=b"HTTP/1.1 200 OK\r\nX-A: ", drip=b"a"), "within 1 seconds"),
    "hang": (Reply(hang=True), "within 1 seconds"),
    "closed": (
        Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n<html>"),
        "the connection broke (peer closed connection",
    ),
}

# Pages that are a burden to a parser, and yet hold an article.
DEEP = {
    "divs": "<div>" * 100_000,
    "marks": "<a><b>" * 30_000,
    "quotes": "<blockquote>" * 30_000 + "x",
    "lists": "<ul><li>" * 30_000 + "x",
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">x",
}


def test_each_bad_answer_is_told_the_rest_is_published_and_the_next_run_recovers(
    mirror: Mirror, site: Site, new_site: Callable[[], Site]
) -> None:
    silent, private = new_site(), new_site()
    secret = private.story("/secret.html", "A secret of the intranet")
    site.pages["/"] = Reply(article("The front page"), headers=HTML)
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /private/\n")
    site.feed("/good.xml", [site.story(f"/good/{n}.html", f"Good story {n}") for n in range(6)])
    site.feed("/deep.xml", [site.story(f"/deep/{n}.html", f"Deep {n}", extra=x) for n, x in DEEP.items()])
    site.pages.update({f"/feed/{name}": reply for name, (reply, _) in FEEDS.items()})
    site.pages.update({f"/bad/{name}.html": reply for name, (reply, _) in PAGES.items()})
    site.redirect("/bad/intranet.html", private.url(secret.path))
    silent.pages.update({f"/{name}.html": reply for name, (reply, _) in SILENCES.items()})
    items = [Item(f"/bad/{name}.html", f"A page that is {name}") for name in (*PAGES, "intranet")]
    items += [Item(silent.url(f"/{name}.html"), f"A silence that is {name}") for name in SILENCES]
    items += [
        Item("/private/x.html", "Forbidden"),
        Item("http://nowhere.invalid/a.html", "No such host"),
        Item("http://user:word@x.example/", "With a password"),
    ]
    site.feed("/bad.xml", items)
    sections = {"good": "/good.xml", "bad": "/bad.xml", "deep": "/deep.xml"}
    sections |= {f"feed-{name}": f"/feed/{name}" for name in FEEDS}
    mirror.configure(site, sections, fetch="timeout = 1\nper_host = 4", also=[silent])

    outcome = mirror.run()
    assert outcome.status == 1
    for name, (_, words) in FEEDS.items():
        told = outcome.failure(site.url(f"/feed/{name}"))
        assert (told["stage"], words in told["reason"]) == ("discover", True), told
    for name, (_, words) in PAGES.items():
        assert words in outcome.failure(site.url(f"/bad/{name}.html"))["reason"], name
    for name, (_, words) in SILENCES.items():
        assert words in outcome.failure(silent.url(f"/{name}.html"))["reason"], name
    assert private.host in outcome.failure("/bad/intranet.html")["reason"]
    assert "robots.txt forbids" in outcome.failure("/private/x.html")["reason"]
    assert "has no address" in outcome.failure("nowhere.invalid")["reason"]
    assert "user name or password" in outcome.failure("x.example")["reason"]
    assert outcome.json["failed"] == len(FEEDS) + len(PAGES) + len(SILENCES) + 4
    assert len(mirror.pages()) == 6 + len(DEEP)
    assert private.asked == []
    assert "/private/x.html" not in site.asked

    for name in FEEDS:
        site.feed(f"/feed/{name}", [site.story(f"/from/{name}.html", f"From the feed that was {name}")])
    for item in items[: len(PAGES) + 1]:
        site.story(item.path, item.title)
    for name in SILENCES:
        silent.story(f"/{name}.html", f"A silence that is {name}")
    site.feed("/bad.xml", items[:-3])

    outcome = mirror.run()
    assert (outcome.status, outcome.json["failures"]) == (0, [])
    assert outcome.json["new"] == len(FEEDS) + len(PAGES) + 1 + len(SILENCES)
    assert not any("secret" in page for page in mirror.pages().values())
