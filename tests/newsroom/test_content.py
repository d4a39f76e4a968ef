"""What the sample newsroom holds is what it promises to those who mirror it in tests."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from io import BytesIO
from urllib.parse import urljoin, urlsplit

import feedparser
import pytest
from PIL import Image
from PIL.ExifTags import IFD, Base

from mirrorpress import markup
from mirrorpress.app import newsroom
from mirrorpress.app.newsroom import pictures, site, truth

HOST = "127.0.0.1:8700"
URL = f"http://{HOST}"
ARTICLES = [(edition, path) for edition in site.EDITIONS for path in truth(edition)]
HTML = [
    (edition, page.path)
    for edition in site.EDITIONS
    for page in site.pages(edition).values()
    if page.file.endswith(".html")
]
every_article = pytest.mark.parametrize(("edition", "path"), ARTICLES)
every_page = pytest.mark.parametrize(("edition", "path"), HTML)


def source(edition: int, path: str) -> str:
    resource = site.resource(path, edition, HOST)
    assert resource
    return markup.decode(resource.body, resource.content_type)


def addresses(edition: int, path: str) -> Iterator[tuple[str, str]]:
    """Every address in a page with the attribute that holds it, made absolute."""
    for element in markup.parse(source(edition, path)).select("*"):
        for name in ("href", "src", "data-src", "action", "srcset", "content", "value"):
            value = str(element.attrs.get(name) or "")
            if name in ("content", "value") and "//" not in value:
                continue
            for part in value.split(",") if name == "srcset" else [value]:
                if part.strip():
                    yield name, urljoin(URL + path, part.split()[0])


@every_article
def test_an_article_holds_its_title_and_its_phrases(edition: int, path: str) -> None:
    expected = truth(edition)[path]
    page = markup.parse(source(edition, path))
    assert [heading.text for heading in page.select("h1")] == [expected.title]
    text = page.text
    assert [phrase for phrase in expected.present if phrase not in text] == []
    assert expected.published.utcoffset() == timedelta(0)
    assert unicodedata.is_normalized("NFC", text)


@every_article
def test_phrases_hold_no_mark_up_and_nothing_that_markdown_escapes(edition: int, path: str) -> None:
    bare = re.sub(r"</?ok>", "", source(edition, path))
    for phrase in truth(edition)[path].present:
        assert phrase in bare, "its words stand on one line, with no element but <ok> between them"
        assert not re.search(r"[\\`*_\[\]<>|#&~]", phrase)


@pytest.mark.parametrize("section", ["p2", "town", "bandar"])
def test_every_marker_that_must_vanish_is_there_to_vanish(section: str) -> None:
    raw = {path: source(1, path) for path, expected in truth(1).items() if expected.section == section}
    common = set.intersection(*(set(truth(1)[path].absent) for path in raw))
    assert len(common) >= 5
    for marker in common:
        assert any(marker in page for page in raw.values()), marker
    for path, page in raw.items():
        for marker in truth(1)[path].absent:
            assert marker in common or marker in page or marker == "utm_source"


def test_what_the_second_edition_changes() -> None:
    one, two = truth(1), truth(2)
    assert [path[-10:] for path in one.keys() - two.keys()] == ["10004.html"]
    assert [path[-10:] for path in two.keys() - one.keys()] == ["10006.html"]
    changed = {path for path in one.keys() & two.keys() if one[path] != two[path]}
    assert [path[-10:] for path in changed] == ["10002.html"]
    for path in one.keys() & two.keys():
        assert (source(1, path) != source(2, path)) == (path in changed)
    (path,) = changed
    assert two[path].published > one[path].published


@pytest.mark.parametrize(
    ("edition", "path", "section", "kind"),
    [
        (1, "/news/gb/p2.xml", "p2", "rss20"),
        (2, "/news/gb/p2.xml", "p2", "rss20"),
        (1, "/en/feed.atom", "town", "atom10"),
    ],
)
def test_a_feed_names_each_article_of_its_section(edition: int, path: str, section: str, kind: str) -> None:
    resource = site.resource(path, edition, HOST)
    assert resource
    headers = {"content-location": URL + path, "content-type": resource.content_type}
    feed = feedparser.parse(resource.body, response_headers=headers)
    assert (feed.bozo, feed.version) == (False, kind)
    assert len(feed.entries) == 5
    expected = {key: value for key, value in truth(edition).items() if value.section == section}
    found = {urlsplit(entry.link).path: entry for entry in feed.entries}
    assert found.keys() == expected.keys()
    for key, entry in found.items():
        assert entry.title == expected[key].title
        assert tuple(entry.published_parsed)[:6] == expected[key].published.timetuple()[:6]
    times = [entry.published_parsed for entry in feed.entries]
    assert times == sorted(times, reverse=True)
    if section == "p2":
        tracked = [entry.link for entry in feed.entries if "?" in entry.link]
        assert [link.partition("?")[2] for link in tracked] == ["utm_source=rss"]


def test_the_list_page_leads_to_the_persian_articles_and_to_more_that_must_not_be_taken() -> None:
    page = markup.parse(source(1, "/fa/"))
    items = page.select("ul.news > li > a")
    taken = [urlsplit(urljoin(URL + "/fa/", str(item.attrs["href"]))).path for item in items]
    expected = {path: value for path, value in truth().items() if value.section == "bandar"}
    assert taken == list(expected)
    assert [item.text for item in items] == [value.title for value in expected.values()]
    assert len(page.select("a")) > len(items) + 5
    stamps = [str(time.attrs["datetime"]) for time in page.select("ul.news time")]
    assert len(stamps) == 4
    assert "\u200c" in page.text


@pytest.mark.parametrize("path", [path for path, value in truth().items() if value.section == "town"])
def test_an_english_article_says_the_same_in_json_ld_and_canonical(path: str) -> None:
    page, expected = markup.parse(source(1, path)), truth()[path]
    (news,) = markup.json_ld(page)
    assert (news["@type"], news["headline"]) == ("NewsArticle", expected.title)
    assert [str(link.attrs["href"]) for link in page.select("link[rel=canonical]")] == [URL + path]
    assert len([p for p in page.select("article p") if len(p.text) > 80]) >= 6


def test_one_page_is_gb18030_and_nobody_says_so() -> None:
    page = site.pages(1)["/news/gb/2026/06/10/10003.html"]
    resource = site.resource(page.path, 1, HOST)
    assert resource
    assert "港务所" in resource.body.decode("gb18030")
    assert b"charset" not in resource.body.lower()
    assert resource.content_type == "text/html"
    with pytest.raises(UnicodeDecodeError):
        resource.body.decode("utf-8")


@every_page
def test_nothing_points_outside_but_to_example_addresses(edition: int, path: str) -> None:
    for name, address in addresses(edition, path):
        parts = urlsplit(address)
        if parts.scheme in ("http", "https"):
            assert parts.netloc == HOST or re.fullmatch(r"(\w+\.)?example\.(org|net|com)", parts.netloc), (
                address
            )
        else:
            assert (name, parts.scheme) == ("href", "javascript")
    assert "{{" not in source(edition, path)


@every_page
def test_every_picture_but_one_can_be_had(edition: int, path: str) -> None:
    missing = []
    for name, address in addresses(edition, path):
        if name in ("src", "data-src", "srcset", "content") and re.search(r"\.(jpg|png|webp|gif)$", address):
            resource = site.resource(urlsplit(address).path, edition, HOST)
            if resource is None:
                missing.append(urlsplit(address).path)
                continue
            with Image.open(BytesIO(resource.body)) as image:
                image.load()
                assert image.get_format_mimetype() == resource.content_type
    assert missing == (["/pic/2026/6-9/signboard-800x500.jpg"] if path.endswith("10004.html") else [])


def test_photographs_carry_what_a_mirror_must_not_pass_on() -> None:
    drawn = pictures.picture("/pic/2026/6-12/ferry-800x500.jpg")
    assert drawn
    with Image.open(BytesIO(drawn.data)) as image:
        assert image.size == (800, 500)
        assert image.getexif()[Base.Artist] == pictures.ARTIST
        assert image.getexif().get_ifd(IFD.GPSInfo)
        assert image.info["comment"] == pictures.COMMENT


def test_the_tide_curve_is_transparent_and_pixels_are_pixels() -> None:
    chart, pixel = pictures.picture("/media/tide-800x500.png"), pictures.picture("/pixel/1x1.gif")
    assert chart
    assert pixel
    with Image.open(BytesIO(chart.data)) as image:
        assert image.getchannel("A").getextrema()[0] == 0
    with Image.open(BytesIO(pixel.data)) as image:
        assert image.size == (1, 1)


def test_pictures_are_drawn_the_same_each_time() -> None:
    first = pictures.picture("/pic/lamp-400x250.jpg")
    pictures.picture.cache_clear()
    assert pictures.picture("/pic/lamp-400x250.jpg") == first


def test_the_sample_configuration_covers_every_section() -> None:
    configuration = tomllib.loads(newsroom.sample_configuration(URL + "/", 'C:\\mirrors\\the "first".git'))
    assert configuration["targets"][0]["url"] == 'C:\\mirrors\\the "first".git'
    assert configuration["fetch"] == {"allow_private": [HOST], "delay": 0.0}
    assert configuration["publishers"][0]["url"] == URL + "/"
    sections = {section["id"]: section for section in configuration["sections"]}
    assert sections.keys() == {value.section for value in truth().values()}
    for section in sections.values():
        assert site.resource(urlsplit(section["source"]["url"]).path, 1, HOST)
    (skip,) = sections["p2"]["skip_titles"]
    for value in truth().values():
        assert bool(re.search(skip, value.title)) == value.skipped


def test_the_sample_configurations_selectors_find_the_body_and_what_to_remove() -> None:
    (p2,) = (
        section
        for section in tomllib.loads(newsroom.sample_configuration(URL, "r"))["sections"]
        if section["id"] == "p2"
    )
    for path, value in truth().items():
        if value.section == "p2":
            page = markup.parse(source(1, path))
            assert len(page.select(p2["article"]["body"])) == 1
            for selector in p2["article"]["remove"]:
                assert page.select(f"{p2['article']['body']} {selector}"), selector


def test_it_is_free_and_small() -> None:
    folder = files(newsroom.__name__)
    assert "CC0" in folder.joinpath("LICENSE.txt").read_text("utf-8")
    listed = json.dumps([page.file for edition in site.EDITIONS for page in site.pages(edition).values()])
    size = 0
    for part in [
        folder.joinpath("content"),
        *(folder.joinpath("content", name) for name in ("zh", "en", "fa")),
    ]:
        for file in part.iterdir():
            if file.is_file():
                size += len(file.read_bytes())
                shared = re.search(r"/(top|bottom|masthead|ad|ending|footer)\.html$", str(file))
                assert (
                    file.name in listed
                    or shared
                    or file.name in ("site.toml", "mirrorpress.toml", "old-page.md")
                ), file
    assert size < 150_000
