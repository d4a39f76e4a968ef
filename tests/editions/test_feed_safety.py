"""No feed that would break a promise to readers passes."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

import pytest

from mirrorpress.editions.safety import dangers

OWN = ("https://git.example.org/team/m/src/branch/main/",)
RAW = "https://git.example.org/team/m/raw/branch/main/"
PICTURE = f"{RAW}assets/ab/0123456789abcdef.webp"


def atom(content: str, *, more: str = "") -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><entry>'
        f'<content type="html">{escape(content)}</content>{more}</entry></feed>'
    ).encode()


def json_feed(content: str, **more: object) -> bytes:
    item = {"id": "https://news.example/1", "content_html": content, **more}
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": [item]}).encode()


HTML = [
    "<script>x</script>", "<p onclick=x>y</p>", '<p onclick="x">y</p>', '<p style="x">y</p>', "<iframe></iframe>",
    '<img src="https://cdn.example/a.webp">', '<img src="assets/ab/0123456789abcdef.webp">',
    f'<img src="{RAW}../evil/0123456789abcdef.webp">', f'<img src="{PICTURE}" srcset="https://cdn.example/a.webp 2x">',
    f'<img src="{PICTURE}?id=7">', "<img/src=x>", "<svg></svg>", "<!-- x -->", "<![CDATA[x]]>", "<?php ?>",
    '<a href="http://plain.example/">x</a>', '<a href="https://192.0.2.7/">x</a>', '<a href="javascript:x">y</a>',
    '<a href="pages/p2/a.md">x</a>', "<a href='https://news.example/'>x</a>", '<a href="java&#115;cript:x">y</a>',
    '<a href="https://192.0.2.&#55;/">x</a>', '<a href="https://h.example/?utm_source=x">x</a>', "a < b", "<p", '<A HREF="http://plain.example/">x</A>',
]  # fmt: skip


@pytest.mark.parametrize("html", HTML)
def test_dangerous_html_is_named_in_either_form(html: str) -> None:
    assert dangers("feeds/p2.xml", atom(html), OWN)
    assert dangers("feed.json", json_feed(html), OWN)


@pytest.mark.parametrize(
    "html",
    [
        "<p>a &lt;script&gt; b &amp; c > d</p>",
        f'<figure><img src="{PICTURE}" alt="a > b < c" width="5" height="7"><figcaption>x</figcaption></figure>',
        '<p><a href="https://news.example/a?b=c&amp;d" rel="external noopener">x</a><br></p>',
        '<div dir="rtl"><ol start="3"><li>متن</li></ol></div><hr />',
        '<a href="mailto:desk@example.org">write</a>',
    ],
)
def test_what_the_mirror_writes_passes(html: str) -> None:
    assert dangers("feeds/p2.xml", atom(html), OWN) == []
    assert dangers("feed.json", json_feed(html), OWN) == []


def test_a_picture_is_foreign_where_the_mirror_has_no_address_of_that_kind() -> None:
    html = f'<img src="{PICTURE}">'
    assert dangers("feed.xml", atom(html))
    assert dangers("feed.xml", atom(html), ("https://other.example/",))
    assert dangers("feed.xml", atom(html), ("https://other.example/", *OWN)) == []


@pytest.mark.parametrize(
    "data",
    [
        b"<feed", b"", b"\xff\xfe", b"<html><body/></html>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><feed xmlns="http://www.w3.org/2005/Atom"/>',
        b'<?xml-stylesheet href="x"?><feed xmlns="http://www.w3.org/2005/Atom"/>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><id>http://plain.example/</id></feed>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><logo>https://cdn.example/l.png</logo></feed>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><link href="http://plain.example/"/></feed>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">&lt;script&gt;</title></feed>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><content type="xhtml"><p/></content></feed>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><content src="https://192.0.2.7/"/></feed>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><content type="text/html">&lt;script&gt;</content></feed>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title type="HTML">&lt;script&gt;</title></feed>',
        b'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://cdn.example/"/>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="enclosure" href="https://cdn.example/a.mp3"/></feed>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://h.example/?fbclid=x"/></feed>',
        b'<?xml version="1.0" encoding="utf-7"?><feed xmlns="http://www.w3.org/2005/Atom"/>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><m:content xmlns:m="http://search.yahoo.com/mrss/" url="x"/></feed>',
        b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://192.0.2.7/</loc></url></urlset>',
        b'<opml version="2.0"><body><outline xmlUrl="http://plain.example/f.xml"/></body></opml>',
    ],
)  # fmt: skip
def test_other_xml_that_endangers_is_named(data: bytes) -> None:
    assert dangers("feeds/p2.xml", data, OWN)
    assert dangers("feeds/sections.opml", data, OWN)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b'{"title": "x"}', b"[" * 100_000,
        json_feed("x", image="https://cdn.example/i.png"), json_feed("x", url="http://plain.example/"),
        json_feed("x", external_url="https://192.0.2.7/"), json_feed("x", id="http://plain.example/"), json_feed("x", url=["https://news.example/"]),
        json_feed("x", attachments=[{"url": "https://cdn.example/a.mp3"}]),
        json_feed("x", authors=[{"name": "x", "avatar": "https://cdn.example/a.png"}]),
    ],
)  # fmt: skip
def test_other_json_that_endangers_is_named(data: bytes) -> None:
    assert dangers("feeds/p2.json", data, OWN)


def test_json_that_is_no_feed_by_its_place_is_not_taken_for_one() -> None:
    assert dangers("mirrors.json", b'{"mirrors": []}', OWN) == []
