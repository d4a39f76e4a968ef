"""One article under many addresses is one article; many articles under one address stay many."""

from __future__ import annotations

from tests.attack.siege import Item, Mirror, Site


def canonical(url: str) -> str:
    return f'<link rel="canonical" href="{url}">'


def test_addresses_that_mean_one_article_give_one_page(mirror: Mirror, site: Site) -> None:
    """Entries of a feed without dates are taken from the end; the last named address is the one asked for."""
    words = "The pilots agreed on Tuesday."
    plain = [site.story(f"/story/{n}.html", f"Story {n}", f"Story {n}.") for n in range(4)]
    site.story("/story/amp.html", "With a short form", words, head=canonical("/story/long.html"))
    long = site.story("/story/long.html", "With a short form", words, head=canonical("/story/long.html"))
    site.redirect("/old/moved.html", "/story/moved.html?utm_source=old")
    moved = site.story("/story/moved.html", "Moved", "It moved house.")
    site.pages["/story/moved.html?utm_source=old"] = site.pages["/story/moved.html"]
    host = site.host.replace("127.0.0.1", "localhost")
    named = Item(f"http://{host}/story/named.html", "Named")
    site.story("/story/named.html", "Named", "It has a name.")
    one = [
        Item("/story/0.html?utm_source=feed&utm_medium=rss&fbclid=x", "Story 0"),
        Item("/story/1.html#comments", "Story 1"),
        Item("/story/2.html/", "Story 2"),
        Item(site.url("/story/3.html").replace("http:", "https:"), "Story 3"),
        Item("/story/%30.html", "Story 0"),
        *plain,
        Item("/story/amp.html", "With a short form"),
        long,
        Item("/old/moved.html", "Moved"),
        moved,
        Item(f"http://www.{host}/story/named.html", "Named"),
        named,
    ]
    site.feed("/one.xml", one)
    site.pages["/story/2.html?gclid=1"] = site.pages["/story/2.html"]
    site.feed("/two.xml", [*plain[:2], Item("/story/2.html?gclid=1", "Story 2"), moved])
    mirror.configure(site, {"one": "/one.xml", "two": "/two.xml"})
    path = mirror.folder / "mirrorpress.toml"
    path.write_text(
        path.read_text("utf-8").replace("allow_private = [", f'allow_private = ["{host}", '), "utf-8"
    )

    outcome = mirror.run()
    assert (outcome.status, outcome.json["failures"]) == (0, [])
    assert outcome.json["new"] == len(mirror.pages()) == 7, sorted(mirror.pages())
    before = mirror.times()
    outcome = mirror.run()
    assert (outcome.json["new"], outcome.json["updated"], outcome.json["bytes_written"]) == (0, 0, 0)
    assert mirror.times() == before


def test_a_site_that_names_one_address_for_all_its_pages_does_not_collapse(
    mirror: Mirror, site: Site
) -> None:
    head = canonical("/archive.html")
    items = [site.story(f"/a/{n}.html", f"Story {n}", f"Story {n}.", head=head) for n in range(4)]
    for day in range(1, 4):  # a column has one title every day
        path = f"/briefing/2026/03/{day:02}/morning.html"
        site.story(path, "Morning briefing", f"On day {day} it rained.", head=canonical("/briefing.html"))
        items.append(Item(path, "Morning briefing", f"0{day} Mar 2026 06:00:00 GMT"))
    for n in range(3):  # picks have no titles
        site.story(f"/pick/{n}.html", f"Pick {n}", f"Pick {n}.", head=canonical("/picks.html"))
    site.feed("/f.xml", items)
    picks = 'source = { type = "picks", file = "picks.csv" }'
    mirror.configure(site, {"news": "/f.xml", "picks": picks})
    lines = "".join(f"{site.url(f'/pick/{n}.html')}\n" for n in range(3))
    (mirror.folder / "picks.csv").write_text(lines, encoding="utf-8")

    for expected in ((10, 0), (0, 0)):
        outcome = mirror.run()
        assert (outcome.status, outcome.json["failures"]) == (0, [])
        assert (outcome.json["new"], outcome.json["updated"]) == expected
        pages = mirror.pages().values()
        assert len(pages) == 10
        words = [f"Story {n}. The" for n in range(4)] + [f"On day {n} it" for n in range(1, 4)]
        for phrase in words + [f"Pick {n}. The" for n in range(3)]:
            assert sum(phrase in page for page in pages) == 1, phrase


def test_an_address_that_is_hostile_is_not_believed_as_canonical(mirror: Mirror, site: Site) -> None:
    bad = {
        "control": "/x\x01y.html",
        "override": "/\u202egnp.html",
        "script": "javascript:alert(1)",
        "elsewhere": "https://evil.example/x.html",
        "broken": "http://[::1",
        "port": "http://127.0.0.1:99999999/x",
        "angle": "/a>b<c.html",
        "long": "/" + "x" * 5000,
        "front": "/",
    }
    site.feed(
        "/f.xml", [site.story(f"/{n}.html", f"Story {n}", head=canonical(url)) for n, url in bad.items()]
    )
    mirror.configure(site, {"news": "/f.xml"})
    outcome = mirror.run()
    assert (outcome.status, outcome.json["new"]) == (0, len(bad)), outcome.err
    for name, url in bad.items():
        page = mirror.pages()[f"pages/news/{name}.md"]
        assert f"{site.url(f'/{name}.html')}`" in page
        assert len(url) < 2 or url not in page
    feed = (mirror.out / "feeds" / "news.xml").read_text(encoding="utf-8")
    assert "\x01" not in feed and "\u202e" not in feed
