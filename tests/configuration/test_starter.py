"""What ``init`` writes is a sound configuration, whatever stands at the address."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirrorpress.app.configuration import load
from mirrorpress.app.starter import Probe, probe, write_starter
from mirrorpress.errors import SourceError, UsageError
from mirrorpress.model import Capture
from mirrorpress.pipeline.registry import Registry


def capture(url: str, body: str | bytes, content_type: str = "text/html") -> Capture:
    data = body if isinstance(body, bytes) else body.encode()
    return Capture(url, url, datetime(2026, 3, 1, tzinfo=UTC), 200, (("content-type", content_type),), data)


MENU = "".join(f'<li><a href="/c{i}/">Channel {i}</a></li>' for i in range(20))
STORIES = "".join(
    f'<div class="item post-{i} {"odd" if i % 2 else "even"}"><a href="/2026/03/{i}00.html"><img></a>'
    f'<h2 class="entry-title"><a href="/2026/03/{i}00.html">The council votes for a new pier, part {i}</a></h2></div>'
    for i in range(12)
)
HOT = "".join(f'<li><a href="/2026/01/{i}00.html">Old boats, part {i}</a></li>' for i in range(5))
PAGE = f"""<!doctype html><html lang="en-gb"><head><title>Officials - Harbour Times</title></head>
<body><nav><ul>{MENU}</ul></nav><div class="top"><ul>{MENU}</ul></div>
<div id="main">{STORIES}</div><div class="hot"><ul>{HOT}</ul></div></body></html>"""


def test_without_a_probe_the_starter_loads(tmp_path: Path, registry: Registry) -> None:
    path = write_starter(tmp_path / "new" / "mirror", probe=None)

    assert path == tmp_path / "new" / "mirror" / "mirrorpress.toml"
    assert load(path, registry).sections == ()


def test_the_commented_keys_of_a_starter_load_too(tmp_path: Path, registry: Registry) -> None:
    path = write_starter(tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    code = [
        line.removeprefix("# ") for line in lines if "=" in line or line.removeprefix("# ").startswith("[[")
    ]
    path.write_text("[mirror]\n" + "\n".join(code), encoding="utf-8")

    found = load(path, registry)

    assert [section.id for section in found.sections] == ["officials"]
    assert [link.place for link in found.links] == ["menu"]
    assert [target.edition for target in found.targets] == ["markdown"]


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mirrorpress.toml").write_text("mine")

    with pytest.raises(UsageError, match="is there already"):
        write_starter(tmp_path)

    assert (tmp_path / "mirrorpress.toml").read_text() == "mine"


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError):
        write_starter(tmp_path / "file" / "mirror")


def test_an_rss_feed_gives_a_section_and_its_publisher(tmp_path: Path, registry: Registry) -> None:
    body = (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour &amp; Sea | Harbour Times</title>'
        "<link>https://www.harbour.example/</link><language>zh_tw</language>"
        "<item><title>One</title><link>https://www.harbour.example/1.html</link></item></channel></rss>"
    )
    found = probe(capture("https://www.harbour.example/news/gb/p2.xml", body, "text/xml"))
    read = load(write_starter(tmp_path, probe=found), registry)

    assert found.kind == "feed"
    assert read.mirror.language == "zh-TW"
    assert (read.publishers[0].id, read.publishers[0].name) == ("harbour", "Harbour Times")
    assert read.publishers[0].url == "https://www.harbour.example/"
    assert read.publishers[0].excerpt_only
    assert (read.sections[0].id, read.sections[0].title) == ("p2", "Harbour & Sea | Harbour Times")
    assert getattr(read.sections[0].source, "url", "") == "https://www.harbour.example/news/gb/p2.xml"


@pytest.mark.parametrize(
    ("body", "title", "language"),
    [
        (
            (
                '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fa"><title>T</title><entry><title>z</title>'
                '<link href="https://a.example/1"/></entry></feed>'
            ),
            "T",
            "fa",
        ),
        (
            (
                '{"version": "https://jsonfeed.org/version/1.1", "title": "J", "language": "de", "items": '
                '[{"id": "1", "url": "https://a.example/1"}]}'
            ),
            "J",
            "de",
        ),
    ],
)
def test_other_feeds_are_told_by_their_bytes(body: str, title: str, language: str) -> None:
    found = probe(capture("https://a.example/feed", body, "text/plain"))

    assert (found.kind, found.title, found.language) == ("feed", title, language)


def test_a_list_page_gives_the_selector_of_its_articles() -> None:
    found = probe(capture("https://harbour.example/officials/", PAGE))

    assert (found.kind, found.title, found.publisher) == ("listpage", "Officials", "Harbour Times")
    assert found.language == "en-GB"
    assert found.items == "h2.entry-title > a"


def test_a_list_without_classes_and_language_is_recognised(tmp_path: Path, registry: Registry) -> None:
    rows = "".join(
        f'<li><a href="/gb/2023/02/{i}.html">今天政府表示，记者报道了新的消息{i}</a></li>' for i in range(9)
    )
    body = f'<meta charset="gb2312"><title>时政 | 看中国</title><ul>{MENU}</ul><table><td><ul>{rows}</ul></table>'
    found = probe(capture("https://harbour.example/gb/p2.html", body.encode("gb18030")))
    read = load(write_starter(tmp_path, probe=found), registry)

    assert (found.title, found.publisher, found.language) == ("时政", "看中国", "zh")
    assert getattr(read.sections[0].source, "items", "") == found.items == "td > ul > li > a"


def test_a_feed_that_a_page_announces_is_taken_before_the_page(tmp_path: Path, registry: Registry) -> None:
    links = (
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">'
        '<link rel="alternate" type="application/rss+xml" href="javascript:x()">'
        '<link rel="alternate" type="application/atom+xml" href="/feed/">'
    )
    found = probe(capture("https://harbour.example/officials/", PAGE.replace("<title>", links + "<title>")))
    path = write_starter(tmp_path, probe=found)

    assert found.feed_url == "https://harbour.example/feed/"
    assert getattr(load(path, registry).sections[0].source, "url", "") == found.feed_url
    assert 'items = "h2.entry-title > a"' in path.read_text(encoding="utf-8")


def test_a_page_without_a_list_still_gives_a_file_that_loads(tmp_path: Path, registry: Registry) -> None:
    found = probe(capture("http://127.0.0.1:8700/", "<title>x</title><p>Nothing here."))
    read = load(write_starter(tmp_path, probe=found), registry)

    assert found.items == ""
    assert read.publishers[0].url == "http://127.0.0.1:8700/"


@pytest.mark.parametrize("body", [b"%PDF-1.7 <x>", b"plain words", b""])
def test_what_is_neither_feed_nor_page_is_told(body: bytes) -> None:
    with pytest.raises(SourceError, match="neither a feed nor a web page"):
        probe(capture("https://a.example/x", body))


@pytest.mark.parametrize(
    ("url", "id"),
    [
        ("https://a.example/news/gb/p2.xml", "p2"),
        ("https://a.example/officials/feed/", "officials"),
        ("https://a.example/%E6%97%B6%E6%94%BF/", "时政"),
        ("https://a.example/a/CON.html", "a"),
        ("https://a.example/rss.xml", "a"),
        ("https://a.example/world/hot/", "world"),
        ("https://www.harbour-times.example/", "harbour-times"),
        ("https://a.example/%2e%2e/..;/", "a"),
        ("http://[::1]:8700/", "publisher"),
    ],
)
def test_section_ids_come_from_the_address(tmp_path: Path, registry: Registry, url: str, id: str) -> None:
    read = load(write_starter(tmp_path, probe=Probe("feed", url, "T")), registry)

    assert read.sections[0].id == id


@settings(max_examples=60, deadline=None)
@given(title=st.text(max_size=200), publisher=st.text(max_size=40))
def test_no_title_can_break_the_file(
    tmp_path_factory: pytest.TempPathFactory, registry: Registry, title: str, publisher: str
) -> None:
    found = Probe("listpage", "https://a.example/x/", title, "en", publisher, items="a[title='\"']")
    path = write_starter(tmp_path_factory.mktemp("starter"), probe=found)

    read = load(path, registry)

    assert getattr(read.sections[0].source, "items", "") == found.items
    assert len(tomllib.loads(path.read_text(encoding="utf-8"))["sections"]) == 1


@pytest.mark.parametrize(
    "title",
    [
        'a"\nrights = "own',
        "a\\",
        '"""',
        "\u202eevil",
        "\x7f\x00\x1b[31m",
        "\ud800",
        "\ufdd0\uffff",
        "📰 “x”",
        "\u2028",
    ],
)
def test_titles_made_to_break_out_stay_inside(tmp_path: Path, registry: Registry, title: str) -> None:
    read = load(
        write_starter(tmp_path, probe=Probe("feed", "https://a.example/", title, publisher=title)), registry
    )

    assert read.publishers[0].rights is None
    assert "\u202e" not in read.publishers[0].name
