from __future__ import annotations

import pickle
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from mirrorpress.errors import MirrorpressError, SourceError
from mirrorpress.gather.fetcher import Fetcher
from mirrorpress.gather.sources.feed import Feed, FeedSummary, feed_summary, looks_like_feed, parse_feed
from mirrorpress.model import Entry

from .loopback import NOW, Hand, Reply, Site

URL = "https://harbour.example/feeds/news.xml"


def entries(body: str | bytes, content_type: str = "application/xml", url: str = URL) -> list[Entry]:
    data = body.encode() if isinstance(body, str) else body
    found = Feed(URL).discover(Hand(body=data, content_type=content_type, final_url=url))
    assert found is not None
    return list(found)


def rss(items: str, attributes: str = "", head: str = "<title>News</title>") -> str:
    return f'<rss version="2.0" {attributes}><channel>{head}{items}</channel></rss>'


def only(body: str | bytes, content_type: str = "application/xml") -> Entry:
    [entry] = entries(body, content_type)
    return entry


RSS_091 = """<?xml version="1.0"?>
<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
  "http://my.netscape.com/publish/formats/rss-0.91.dtd">
<rss version="0.91"><channel><title>News</title><language>en</language>
<item><title>Harbour opens</title><link>https://harbour.example/1</link></item>
</channel></rss>"""

RSS_10 = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://harbour.example/"><title>News</title><dc:language>en</dc:language></channel>
<item rdf:about="https://harbour.example/1"><title>Harbour opens</title>
<link>https://harbour.example/1</link><dc:date>2026-02-28T20:00:00+08:00</dc:date>
<dc:creator>Ann Lee</dc:creator></item>
</rdf:RDF>"""

RSS_20 = rss(
    "<item><title>Harbour opens</title><link>/1</link><author>ann@harbour.example (Ann Lee)</author>"
    "<pubDate>Sat, 28 Feb 2026 12:00:00 GMT</pubDate></item>",
    'xml:base="https://harbour.example/"',
    "<title>News</title><language>en</language>",
)

ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="https://harbour.example/">
<title>News</title><link rel="self" href="feeds/atom"/>
<entry><title type="html">Harbour &lt;b&gt;opens&lt;/b&gt;</title>
<link rel="self" href="atom/1"/><link rel="alternate" href="1"/><link rel="enclosure" href="1.mp3"/>
<published>2026-02-28T12:00:00Z</published><updated>2026-03-01T09:30:00+01:00</updated>
<author><name>Ann Lee</name></author><author><name>Bo Chan</name></author></entry></feed>"""

JSON_FEED = """{"version": "https://jsonfeed.org/version/1.1", "title": "News", "language": "en", "items": [
{"id": "1", "url": "https://harbour.example/1", "title": "Harbour opens",
 "date_published": "2026-02-28T20:00:00+08:00", "authors": [{"name": "Ann Lee"}, {"url": "x"}]}, 5]}"""


@pytest.mark.parametrize("body", [RSS_091, RSS_10, RSS_20, ATOM, JSON_FEED])
def test_every_format_gives_its_entries(body: str) -> None:
    entry = only(body)
    assert (entry.url, entry.title) == ("https://harbour.example/1", "Harbour opens")
    if body is not RSS_091:
        assert entry.published == datetime(2026, 2, 28, 12, 0, tzinfo=UTC)
        assert entry.authors[0] == "Ann Lee"
    assert looks_like_feed(body.encode())
    assert feed_summary(body.encode(), "", URL) == FeedSummary("News", "en", 1)


def test_atom_names_more() -> None:
    entry = only(ATOM)
    assert entry.updated == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    assert entry.authors == ("Ann Lee", "Bo Chan")


@pytest.mark.parametrize(
    ("body", "minutes"),
    [(RSS_091, None), (RSS_10, 480), (RSS_20, None), (ATOM, None), (JSON_FEED, 480)]
    + [(RSS_20.replace("GMT", zone), minutes) for zone, minutes in (("-0330", -210), ("+1400", 840), ("+9900", None), ("EST", None))],
)  # fmt: skip
def test_feeds_tell_the_newsrooms_clock(body: str, minutes: int | None) -> None:
    assert only(body).offset == minutes


def test_without_a_second_date_nothing_was_updated() -> None:
    assert only(RSS_20).updated is None
    assert only(RSS_10).updated is None


def test_json_feed_of_the_first_version() -> None:
    entry = only(
        '{"version": "https://jsonfeed.org/version/1", "title": "N", "items": ['
        '{"id": "https://harbour.example/1", "author": {"name": "Ann"}, "date_modified": "2026-02-28"}]}'
    )
    assert (entry.url, entry.authors) == ("https://harbour.example/1", ("Ann",))
    assert entry.updated == datetime(2026, 2, 28, tzinfo=UTC)


FEEDBURNER = """<link>https://feedproxy.example/~r/1</link>
<f:origLink xmlns:f="http://rssnamespace.org/feedburner/ext/1.0">https://harbour.example/1</f:origLink>"""

# --- addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ("<link>/1</link>", "https://harbour.example/1"),
        ("<link>1?a=1&amp;copy=2</link>", "https://harbour.example/feeds/1?a=1&copy=2"),
        ("<link>\n //cdn.example/1 \n</link>", "https://cdn.example/1"),
        ("<link><![CDATA[https://harbour.example/1]]></link>", "https://harbour.example/1"),
        ("<link>https://港.example/新闻</link>", "https://港.example/新闻"),
        ("<guid>https://harbour.example/1</guid>", "https://harbour.example/1"),
        ('<guid isPermaLink="false">https://harbour.example/1</guid>', ""),
        (
            "<link>https://harbour.example/1</link><guid>https://harbour.example/2</guid>",
            "https://harbour.example/1",
        ),
        ("<link>javascript:alert(1)</link>", ""),
        ("<link>mailto:a@harbour.example</link>", ""),
        ("<link>ftp://harbour.example/1</link>", ""),
        ("<link>http://[broken/</link>", ""),
        ("<link>https://</link>", ""),
        ("<title>no link at all</title>", ""),
        (
            FEEDBURNER,
            "https://harbour.example/1",
        ),
    ],
)
def test_where_an_entry_leads(item: str, url: str) -> None:
    assert [entry.url for entry in entries(rss(f"<item>{item}</item>"))] == ([url] if url else [])


def test_an_address_comes_once_and_order_is_kept() -> None:
    body = rss("".join(f"<item><title>{n}</title><link>/{n}</link></item>" for n in (3, 1, 3, 2)))
    assert [entry.title for entry in entries(body)] == ["3", "1", "2"]


def test_addresses_are_resolved_against_where_the_feed_was_found() -> None:
    found = entries(rss("<item><link>1</link></item>"), url="https://new.example/x/")
    assert found[0].url == "https://new.example/x/1"


# --- titles and names ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("Tom &amp;amp; Jerry", "Tom & Jerry"),
        ("<![CDATA[<b>Bold</b> &#8220;words&#8221;]]>", "Bold “words”"),
        ("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;br/&gt;Three&lt;/p&gt;", "One Two Three"),
        ("3 &lt; 5 &gt; 4", "3 < 5 > 4"),
        ("&lt;&lt;大公报&gt;&gt; 停刊", "<<大公报>> 停刊"),
        ("  two\n  lines&#160;here ", "two lines here"),
        ("a&#x202e;b&#x2066;c&#x200f;d", "abcd"),
        ("می&#x200c;خواهم", "می\u200cخواهم"),
        ("x&lt;script&gt;alert(1)&lt;/script&gt;y", "xy"),
        ("bell\x07 rings", "bell rings"),
        ("&#99999999999; too far", "\ufffd too far"),
        ("&nbsp;&eacute;t&eacute;", "été"),
        ("", ""),
    ],
)
def test_titles_become_plain_text(title: str, text: str) -> None:
    assert only(rss(f"<item><title>{title}</title><link>/1</link></item>")).title == text


def test_addresses_of_authors_are_not_names() -> None:
    body = rss(
        "<item><link>/1</link><author>ann@harbour.example</author><dc:creator>Bo &amp; Co</dc:creator></item>",
        'xmlns:dc="http://purl.org/dc/elements/1.1/"',
    )
    assert only(body).authors == ("Bo & Co",)


# --- dates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "when"),
    [
        ("Sat, 28 Feb 2026 20:00:00 +0800", datetime(2026, 2, 28, 12, 0, tzinfo=UTC)),
        ("Sat, 28 Feb 2026 07:00:00 EST", datetime(2026, 2, 28, 12, 0, tzinfo=UTC)),
        ("2026-02-28 12:00:00", datetime(2026, 2, 28, 12, 0, tzinfo=UTC)),
        ("2026-02-28", datetime(2026, 2, 28, tzinfo=UTC)),
        (
            "Sun, 01 Mar 2026 20:00:00 GMT",
            datetime(2026, 3, 1, 20, 0, tzinfo=UTC),
        ),  # 8 hours ahead: a time zone
        ("Tue, 03 Mar 2026 12:00:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Sat, 28 Feb 0026 20:00:00 GMT", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(date: str, when: datetime | None) -> None:
    assert only(rss(f"<item><link>/1</link><pubDate>{date}</pubDate></item>")).published == when


# --- character sets ------------------------------------------------------------------------------

CHINESE = "全国人大常委会今天在北京举行会议，审议通过了关于环境保护的决定，记者从有关部门了解到，这是今年以来的第三次会议"
TRADITIONAL = "台北市政府今天宣布，將在明年春天舉辦國際書展，歡迎各國出版社參加，市長表示這是一個很好的機會"
RUSSIAN = "Сегодня в столице прошло заседание правительства, на котором обсуждали новый закон о печати"


@pytest.mark.parametrize(
    ("title", "codec", "declared", "content_type"),
    [
        (CHINESE, "gb18030", "gb2312", "text/xml"),
        (CHINESE, "gb18030", "", "text/xml"),
        (CHINESE, "gb18030", "utf-8", "application/rss+xml; charset=utf-8"),  # both wrong
        (CHINESE, "utf-8", "gb2312", "text/xml"),
        (CHINESE, "utf-16", "utf-16", "text/xml"),
        (CHINESE, "utf-8-sig", "utf-8", "text/xml; charset=iso-8859-1"),
        (TRADITIONAL, "big5", "big5", "text/xml"),
        (TRADITIONAL, "big5", "", ""),
        (RUSSIAN, "cp1251", "windows-1251", "text/xml"),
        (RUSSIAN, "cp1251", "", "text/xml; charset=windows-1251"),
        (RUSSIAN, "koi8-r", "koi8-r", "text/xml"),
    ],
)
def test_character_sets(title: str, codec: str, declared: str, content_type: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else '<?xml version="1.0"?>'
    body = declaration + rss(f"<item><title>{title}</title><link>/1</link></item>")
    assert only(body.encode(codec), content_type).title == title


# --- what is broken or hostile -------------------------------------------------------------------


def test_nothing_changed() -> None:
    assert Feed(URL).discover(Hand(status=304)) is None


def test_a_feed_without_entries_is_no_error() -> None:
    assert entries(rss("")) == []


def test_a_feed_cut_off_in_the_middle_gives_its_whole_entries() -> None:
    body = rss("".join(f"<item><title>{n}</title><link>/long/{n}</link></item>" for n in range(3)))
    cut = body[: body.rindex("/2</link>")]  # the last address would be /long
    assert [entry.url for entry in entries(cut)] == [
        "https://harbour.example/long/0",
        "https://harbour.example/long/1",
    ]


@pytest.mark.parametrize(
    "body",
    [
        rss("<item><title>A & B <b></title><link>/1</link></item>"),
        "\n\n \ufeff<?xml version='1.0'?>" + rss("<item><title>A & B <b></title><link>/1</link></item>"),
        "<!-- cached --><?xml-stylesheet href='a'?>" + rss("<item><link>/1</link></item>") + "<!-- 0.2 s -->",
        rss("<item><title>\x00\x0b&nbsp;</title><link>/1</link></item>"),
    ],
)
def test_broken_xml_is_read_as_far_as_it_goes(body: str) -> None:
    assert only(body).url == "https://harbour.example/1"


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 or str()};" * 10}">' for n in range(1, 10))
    + "]>"
    + rss("<item><title>&a9;</title><link>/1</link></item>")
)
MANY_ATTRIBUTES = rss("<item><link>/1</link></item>", " ".join(f"a{n}='x'" for n in range(100_000)))
EXTERNAL = '<!DOCTYPE rss [<!-- ]> <a --><!ENTITY x SYSTEM "file:///etc/passwd">]>' + rss(
    "<item><title>&x;</title><link>/1</link></item>"
)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("<!DOCTYPE html><html><body>Not found</body></html>", "a web page, not a feed"),
        ("<html><head><title>rss</title></head></html>", "a web page, not a feed"),
        ("plain words", "not a feed"),
        ('{"version": "https://jsonfeed.org/version/1"', "broken JSON"),
        ('{"version": 1, "items": []}', "not a JSON Feed"),
        ('{"items": ' + "[" * 100_000, "broken JSON"),
        ('<rss version="2.0"><channel><item><title>x', "cut off"),
        (BOMB, "entities of its own"),
        (EXTERNAL, "entities of its own"),
        (MANY_ATTRIBUTES, "attributes"),
    ],
)
def test_what_is_no_feed_is_said_plainly(body: str, reason: str) -> None:
    started = time.monotonic()
    with pytest.raises(SourceError, match=reason) as caught:
        entries(body)
    assert caught.value.where == URL
    assert caught.value.hint
    assert time.monotonic() - started < 5


def test_comments_do_not_make_reading_slow() -> None:
    started = time.monotonic()
    assert entries("<!-- a -->" * 20_000 + rss("<item><link>/1</link></item>"))
    assert not looks_like_feed(b"<!-- a -->" * 20_000 + b"<html>")
    assert time.monotonic() - started < 5


def test_a_reader_that_had_to_be_killed_is_a_source_error() -> None:
    class Killer(Hand):
        def isolate(self, function: Callable[..., Any], /, *arguments: Any) -> Any:
            raise MirrorpressError("it took over 20 seconds", hint="ask the site")

    with pytest.raises(SourceError, match="the feed could not be read: it took over 20 seconds"):
        Feed(URL).discover(Killer(body=b"<rss/>"))


def test_what_is_read_crosses_processes() -> None:
    assert pickle.loads(pickle.dumps(parse_feed)) is parse_feed  # noqa: S301
    parsed = parse_feed(ATOM.encode(), "", URL)
    assert pickle.loads(pickle.dumps(parsed)) == parsed  # noqa: S301


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><rss>", True),
        (b"<!-- made by hand --><feed xmlns='http://www.w3.org/2005/Atom'>", True),
        (rss("").encode("utf-16"), True),
        (b"<!doctype html><html><rss>", False),
        (b"<svg><feed></svg>", False),
        (b'{"a": 1}', False),
        (b"", False),
        (b"\xff\xd8\xff\xe0", False),
    ],
)
def test_feeds_are_told_by_their_beginning(body: bytes, answer: bool) -> None:
    assert looks_like_feed(body, "application/rss+xml") is answer


def test_a_feed_over_the_network(site: Site, fetcher: Fetcher) -> None:
    site.pages["/feed"] = Reply(RSS_20.encode(), headers={"Content-Type": "application/rss+xml"})

    class Network(Hand):
        fetch = staticmethod(fetcher.fetch)  # type: ignore[assignment]

    found = Feed(site.url("/feed")).discover(Network())
    assert [entry.url for entry in found or ()] == ["https://harbour.example/1"]
    assert found is not None
    assert found[0].published is not None
    assert found[0].published < NOW
