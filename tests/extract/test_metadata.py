"""What a page says about its article, and which of several sources is believed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from mirrorpress.extract.draft import Page
from mirrorpress.extract.memory import SiteMemory
from mirrorpress.extract.metadata import Metadata, completed, read_metadata
from mirrorpress.markup import parse

URL = "https://news.shore.example/town/ferry"


def read(html: str, url: str = URL, **known: Any) -> Metadata:
    page = Page(url=url, body=b"", **known)
    return completed(read_metadata(parse(html), page), page, "")


def linked(**said: Any) -> str:
    said = {"@context": "https://schema.org", "@type": "NewsArticle", **said}
    return f'<script type="application/ld+json">{json.dumps(said)}</script>'


def day(html: str, url: str = URL, **known: Any) -> str:
    found = read(html, url, **known).published
    return found.isoformat().removesuffix("+00:00").removesuffix("T00:00:00") if found else ""


# --- titles ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title>The ferry is late | Shore Post</title><h1>The ferry is late again</h1>", "The ferry is late again"),
        ("<title>The ferry is late | Shore Post</title><meta property=og:site_name content='Shore Post'>", "The ferry is late"),
        ("<title>Shore Post: news</title><meta property=og:title content='The ferry is late - SHORE'>", "The ferry is late"),
        ("<title>The ferry is late - Harbour Log</title><h1><a href='/'>Harbour Log</a></h1><h2>The ferry is late</h2>", "The ferry is late"),
        ("<title>The ferry is late - Harbour Log</title><h1>Harbour Log</h1><h2>The ferry is late</h2>", "The ferry is late"),
        ("<meta property=og:title content='Why the ferry is late'><h1><span>Harbour life</span> Why the ferry is late</h1>", "Why the ferry is late"),
        ("<title>渡轮又迟到了_河口报</title><h2>渡轮又迟到了</h2>", "渡轮又迟到了"),
        ("<title>The ferry is late</title><h1>More stories from the wharf and beyond</h1>", "The ferry is late"),
        ("<h1>The ferry<br>is late</h1>", "The ferry is late"),
        ("<h1><style>.a{b:c}</style>The ferry is late</h1>", "The ferry is late"),
        (linked(headline="The ferry &amp; the <em>gull</em>"), "The ferry & the gull"),
        ("<title>--- | ---</title><h1>--- | ---</h1>", "--- | ---"),
        ("<p>nothing</p>", ""),
    ],
)  # fmt: skip
def test_finds_the_title(html: str, title: str) -> None:
    assert read(html).title == title


def test_gives_every_title_of_the_page() -> None:
    found = read(
        "<title>Late ferry | Town | Shore Post</title><meta property=og:title content='Ferry late'>"
        "<meta name=twitter:title content='Late!'><h1>The late ferry</h1><h1>More</h1>"
        + linked(headline="Ferry runs late")
    )
    assert {
        "The late ferry", "More", "Ferry late", "Late!", "Ferry runs late", "Late ferry | Town | Shore Post", "Late ferry",
        "Late ferry | Town", "Town | Shore Post",
    } <= set(found.titles)  # fmt: skip


def test_bounds_titles() -> None:
    found = read(f"<title>{'ferry ' * 5000}</title><meta property=og:title content='{'gull ' * 5000}'>")
    assert len(found.title) <= 500
    assert max(map(len, found.titles)) <= 500


# --- dates -----------------------------------------------------------------------------------

VISIBLE = "<h1>The ferry is late</h1><div class='meta'>Posted on March 4, 2021</div><p>Text.</p>"


@pytest.mark.parametrize(
    ("html", "published"),
    [
        (linked(datePublished="2021-03-04T07:30:00+02:00") + "<meta property=article:published_time content=2020-01-01>", "2021-03-04T05:30:00"),
        ("<meta property=article:published_time content=2021-03-04>" + VISIBLE.replace("2021", "2019"), "2021-03-04"),
        (linked(**{"@type": "WebPage", "datePublished": "2021-03-04"}), "2021-03-04"),
        ("<span itemprop=datePublished content=2021-03-04></span>" + VISIBLE.replace("2021", "2019"), "2021-03-04"),
        ("<div class=comment><i itemprop=datePublished content=2022-03-04></i></div>" + VISIBLE, "2021-03-04"),
        (VISIBLE, "2021-03-04"),
        ("<time datetime=2020-01-01>Last week</time><h1>The ferry is late</h1><p>By A. Gull</p><time datetime=2021-03-04>4 March</time>", "2021-03-04"),
        ("<h1>Late ferry</h1><p>Updated: 5 May 2022</p><p>Published: 4 March 2021</p>", "2021-03-04"),
        ("<h1>Late ferry</h1><p>Published 4 March 2021, updated 5 May 2022</p>", "2021-03-04"),
        ("<h1>Late ferry</h1><span>Last updated:</span><span>March 4, 2021</span>", "2021-03-04"),
        ("<meta property=article:modified_time content=2021-03-04>", "2021-03-04"),
        ("<h1>Late ferry</h1><p>3 days ago</p>", ""),
        ("<h1>Late ferry</h1><p>© 2021-03-04 Shore Post</p>", ""),
        ("<h1>渡轮又迟到了</h1><div>发布时间：2021年03月04日 08:10　来源：河口报</div>", "2021-03-04"),
        ("<html lang=fa><h1>قایق دیر رسید</h1><div>تاریخ انتشار: ۱۴ اسفند ۱۳۹۹</div>", "2021-03-04"),
        ("<html lang=fa><h1>قایق دیر رسید</h1><div>1399/12/14</div>", "2021-03-04"),
        ("<html lang=en-GB><h1>Late ferry</h1><p>04/03/2021</p>", "2021-03-04"),
        ("<html lang=en-US><h1>Late ferry</h1><p>03/04/2021</p>", "2021-03-04"),
    ],
)  # fmt: skip
def test_finds_the_date_of_publication(html: str, published: str) -> None:
    assert day(html) == published


def test_believes_the_address_before_a_visible_date_of_another_week() -> None:
    assert day(VISIBLE, "https://shore.example/2021/04/01/ferry") == "2021-04-01"
    assert day(VISIBLE, "https://shore.example/2021/mar/05/ferry") == "2021-03-04"


def test_believes_readers_before_the_day_a_site_was_built() -> None:
    built = linked(datePublished="2024-06-01", dateModified="2024-06-01")
    assert day(built + VISIBLE) == "2021-03-04"
    revised = linked(datePublished="2024-06-01T08:00:00Z", dateModified="2024-06-02T08:00:00Z")
    assert day(revised + VISIBLE) == "2024-06-01T08:00:00"


def test_tells_an_update_from_the_publication() -> None:
    found = read(linked(datePublished="2021-03-04", dateModified="2021-03-05T10:00:00Z"))
    assert found.updated is not None
    assert found.updated.isoformat() == "2021-03-05T10:00:00+00:00"
    assert read(linked(datePublished="2021-03-04", dateModified="2021-03-03")).updated is None


EARLY = datetime(2021, 3, 3, 23, 30, tzinfo=UTC)  # half past seven of 4 March in Hong Kong


@pytest.mark.parametrize(
    ("html", "known", "minutes"),
    [
        (linked(datePublished="2021-03-04T07:30:00+08:00"), {}, 480),
        ("<meta property=article:published_time content=2021-03-04T07:30:00+08:00>", {}, 480),
        ("<h1>Late ferry</h1><time datetime=2021-03-04T07:30:00+08:00>4 March</time>", {}, 480),
        ("", {"published": EARLY, "offset": 480}, 480),
        # Of two that say the same moment, the one that is not in UTC tells the newsroom's clock.
        (linked(datePublished="2021-03-04T07:30:00+08:00"), {"published": EARLY, "offset": 0}, 480),
        (linked(datePublished="2021-03-03T23:30:00Z", dateModified="2021-03-04T09:30:00+08:00"), {}, 480),
        (linked(datePublished="2021-03-03T23:30:00Z") + "<p>Late ferry</p><time datetime=2021-03-04T07:30+08:00>today</time>", {}, 480),
        (linked(datePublished="2021-03-03T23:30:00Z") + "<p>Late ferry</p><time datetime=2021-03-09T07:30+08:00>more</time>", {}, None),
        # An hour without a zone is the newsroom's own, and so is its day.
        (linked(datePublished="2021-03-04T20:30:00", dateModified="2021-03-04T21:30:00+08:00"), {}, None),
        (linked(datePublished="2021-03-04"), {"published": EARLY, "offset": 480}, 480),
        (linked(datePublished="2021-03-03T23:30:00Z"), {}, None),
        (VISIBLE, {}, None),
    ],
)  # fmt: skip
def test_tells_the_newsrooms_clock(html: str, known: dict[str, Any], minutes: int | None) -> None:
    found = read(html, **known)
    assert found.offset == minutes
    assert found.published is not None
    assert found.published.tzinfo is UTC


def test_reads_dates_of_a_country_as_it_writes_them() -> None:
    html = "<html lang=en><h1>Late ferry</h1><p>04/03/2021</p>"
    assert day(html, "https://shore.co.uk/ferry") == "2021-03-04"
    assert day(html, "https://shore.com/ferry") == "2021-04-03"


# --- authors ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "authors"),
    [
        (linked(author={"@type": "Person", "name": "Tilda Moor"}) + "<meta name=author content='Bo Lund'>", ["Tilda Moor"]),
        (linked(author=[{"name": "Tilda Moor"}, {"name": "By Jan Ruiter"}]), ["Tilda Moor", "Jan Ruiter"]),
        (linked(author="Tilda Moor and Jan Ruiter, Reporters"), ["Tilda Moor", "Jan Ruiter"]),
        (linked(author={"givenName": "Tilda", "familyName": "Moor"}), ["Tilda Moor"]),
        (linked(author={"@id": "#a"}) + linked(**{"@type": "Person", "@id": "#a", "name": "Tilda Moor"}), ["Tilda Moor"]),
        (linked(author={"@type": "Organization", "name": "Shore Post"}) + "<meta property=og:site_name content='Shore Post'><h1>Late ferry</h1><p>By Tilda Moor</p>", ["Tilda Moor"]),
        ("<meta property=og:site_name content='Shore Post'><meta name=author content='Shore Post'>", ["Shore Post"]),
        (linked(author="admin") + "<h1>Late ferry</h1><a href='/authors/tilda-moor'>Tilda Moor</a>", ["Tilda Moor"]),
        ("<meta name=author content=admin>", []),
        ("<meta name=author content='https://social.example/tilda'>", []),
        ("<meta name=author content='tilda@shore.example (Tilda Moor)'>", []),
        ("<meta name=author content='Tilda Moor (tilda@shore.example)'>", ["Tilda Moor"]),
        ("<meta name=author content='All you need to know about ferries, and why they are late'>", []),
        ("<meta name=author content='Moor, Tilda'>", ["Tilda Moor"]),
        ("<meta name=author content='Tilda Moor, MD, Ph.D.'>", ["Tilda Moor"]),
        ("<meta name=citation_author content='Tilda Moor'><meta name=citation_author content='Jan Ruiter'>", ["Tilda Moor", "Jan Ruiter"]),
        ("<meta name=twitter:label1 content='Written by'><meta name=twitter:data1 content='Tilda Moor'>", ["Tilda Moor"]),
        ("<b itemprop=author itemscope><a itemprop=name>Tilda Moor</a> is our reporter</b>", ["Tilda Moor"]),
        ("<h1>Late ferry</h1><div class='byline'><span>By</span> <a>Tilda Moor</a> <span>and</span> <a>Jan Ruiter</a></div>", ["Tilda Moor", "Jan Ruiter"]),
        ("<h1>Late ferry</h1><span>Written by</span><b>Tilda Moor</b>", ["Tilda Moor"]),
        ("<h1>Late ferry</h1><p>Tilda Moor</p><p>4 March 2021</p>", ["Tilda Moor"]),
        ("<h1>Late ferry</h1><p>Von Tilda Moor und Jan Ruiter</p>", ["Tilda Moor", "Jan Ruiter"]),
        ("<h1>Late ferry</h1><a href='https://bsky.app/profile/moor'>Bluesky</a>", []),
        ("<h1>渡轮又迟到了</h1><div>2021-03-04　来源：河口报　作者：罗田</div>", ["罗田"]),
        ("<h1>渡轮又迟到了</h1><div>记者 罗田 石青</div>", ["罗田", "石青"]),
        ("<h1>渡轮又迟到了</h1><div>文静</div><div>来源：河口报</div>", []),
        ("<html lang=fa><h1>قایق دیر رسید</h1><div>نویسنده: سارا باران</div>", ["سارا باران"]),
        (f"<h1>Late ferry</h1><p>By {'Tilda Moor, ' * 5000}</p>", []),
    ],
)  # fmt: skip
def test_finds_the_authors(html: str, authors: list[str]) -> None:
    assert list(read(html).authors) == authors


# --- what else a page says -------------------------------------------------------------------


def test_reads_what_json_ld_says_of_the_article() -> None:
    found = read(
        linked(
            articleSection=["Harbour", "Town"], isAccessibleForFree="False", description="A <b>late</b> boat.",
            articleBody="<p>It came &amp; went.</p><p>Late.</p>", inLanguage="en-IE", license="https://creativecommons.org/licenses/by/4.0/",
        )
    )  # fmt: skip
    assert found.publisher_section == "Harbour"
    assert found.accessible is False
    assert found.description == "A late boat."
    assert found.body.split() == ["It", "came", "&", "went.", "Late."]
    assert found.language == "en-IE"
    assert found.licence == "https://creativecommons.org/licenses/by/4.0/"


def test_says_nothing_that_the_page_does_not() -> None:
    found = read("<p>A page.</p>")
    assert found.accessible is None
    assert not any((found.publisher_section, found.licence, found.body, found.description, found.titles))


@pytest.mark.parametrize(
    ("html", "licence"),
    [
        ("<link rel=license href=/terms>", "https://news.shore.example/terms"),
        ("<p><a rel='license noopener' href='https://creativecommons.org/licenses/by-sa/4.0/'>CC</a>", "https://creativecommons.org/licenses/by-sa/4.0/"),
        ("<meta name=dcterms.rights content='Open Licence 2.0'>", "Open Licence 2.0"),
        ("<link rel=license href='javascript:x'>", ""),
    ],
)  # fmt: skip
def test_finds_the_licence(html: str, licence: str) -> None:
    assert read(html).licence == licence


def test_takes_the_article_that_names_the_page() -> None:
    other = linked(headline="A gull", url="https://news.shore.example/town/gull", datePublished="2020-01-01")
    own = linked(headline="A ferry", mainEntityOfPage={"@id": URL}, datePublished="2021-03-04")
    assert day(other + own) == "2021-03-04"


@pytest.mark.parametrize(
    "block",
    [
        '{"@type":"NewsArticle","datePublished":"2021-03-04","headline":"Late\nferry"}',
        '// <![CDATA[\n{"@type":"NewsArticle","datePublished":"2021-03-04"}\n// ]]>',
        '{"@type":"NewsArticle","datePublished":"2021-03-04","keywords":["a",],}',
        '[[{"@type":"NewsArticle","datePublished":"2021-03-04"}]]',
    ],
)
def test_reads_json_ld_that_is_slightly_broken(block: str) -> None:
    assert day(f'<script type="application/ld+json">{block}</script>') == "2021-03-04"


@pytest.mark.parametrize(
    "said",
    [
        {"author": [[[[[["A B"]]]]]]}, {"author": {"name": {"@value": {"name": 3}}}}, {"author": 7}, {"datePublished": {"a": 1}}, {"datePublished": True},
        {"articleBody": ["x"]}, {"headline": 5}, {"image": [[[[[["x"]]]]]]}, {"license": {"x": []}}, {"@type": [None, 5]}, {"mainEntity": []}, {"@id": []},
        {"publisher": "x"}, {"isAccessibleForFree": [1]}, {"articleSection": {"name": None}}, {"inLanguage": {"alternateName": ["en"]}},
    ],
)  # fmt: skip
def test_bears_any_shape_of_json_ld(said: dict[str, Any]) -> None:
    assert read(linked(**said) + "<h1>The late ferry</h1>").title


# --- places that a site's memory keeps -------------------------------------------------------


def test_names_the_places_that_showed_date_and_authors() -> None:
    html = (
        "<h1>Late ferry</h1><div class='story-meta x9f'><span class='pub-date css-1a2b3c'>4 March 2021</span>"
        "<a class='who' href='/authors/tilda'>Tilda Moor</a></div>"
    )
    found = read(html)
    assert (found.published_selector, found.authors_selector) == ("span.pub-date", "a.who")
    said = read(linked(datePublished="2021-03-04", author={"name": "Tilda Moor"}) + html)
    assert (said.published_selector, said.authors_selector) == ("", "")


def test_looks_where_other_pages_of_the_site_had_them() -> None:
    html = (
        "<h1>Late ferry</h1><p>Sailing on 1 May 2022</p><p>By Bo Lund</p>"
        "<footer><i class=when>4 March 2021</i> <i class=who>Tilda Moor</i></footer>"
    )
    found = read(html, memory=SiteMemory(pages=5, published="i.when", authors="i.who"))
    assert found.published is not None
    assert found.published.date().isoformat() == "2021-03-04"
    assert found.authors == ("Tilda Moor",)
    assert read(html).authors == ("Bo Lund",)
    assert read("<h1>Late ferry</h1>", memory=SiteMemory(pages=5, published="i.when")).published is None
