from __future__ import annotations

import pickle

import pytest

from mirrorpress.errors import SourceError
from mirrorpress.gather.sources.listpage import ListPage, parse_list

from .loopback import Hand

URL = "https://harbour.example/news/"


def found(
    html: str | bytes, items: str, title: str = "", content_type: str = "text/html"
) -> list[tuple[str, str]]:
    body = html.encode() if isinstance(html, str) else html
    entries = ListPage(URL, items, title).discover(Hand(body=body, content_type=content_type))
    return [(entry.url, entry.title) for entry in entries or ()]


def test_links_in_the_pages_order_each_once() -> None:
    html = '<a href="3">Three</a><a href="/1">One</a><a href="3#comments">Again</a><a href="?p=2">Two</a>'
    assert found(html, "a") == [
        ("https://harbour.example/news/3", "Three"),
        ("https://harbour.example/1", "One"),
        ("https://harbour.example/news/?p=2", "Two"),
    ]


def test_blocks_that_hold_a_link() -> None:
    html = """<ul><li><a href="/tag"><img></a><h2><a href="/1">The <b>first</b></a></h2></li>
    <li><h2>Second</h2><a href="/2">more</a></li><li>no link</li></ul>"""
    assert found(html, "li", "h2") == [
        ("https://harbour.example/1", "The first"),
        ("https://harbour.example/2", "Second"),
    ]


def test_a_block_within_a_link() -> None:
    assert found('<a href="/1"><div class="card"><h3>One</h3>text</div></a>', ".card", "h3") == [
        ("https://harbour.example/1", "One")
    ]


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ('<div><a href="/1">One<br>line</a></div>', "One line"),
        ('<div><a href="/1"><img alt="A picture"></a><a href="/1">Words</a></div>', "Words"),
        ('<div><a href="/1" title="A tip"><img alt=" A  picture "></a></div>', "A picture"),
        ('<div><a href="/1" title="A tip"><img alt=""></a></div>', "A tip"),
        ('<div><a href="/1"><img></a></div>', ""),
        ('<div><a href="/1">3 &lt; 5 &amp; <style>a{}</style>more</a></div>', "3 < 5 & more"),
    ],
)
def test_where_a_title_comes_from(html: str, title: str) -> None:
    assert found(html, "div") == [("https://harbour.example/1", title)]


def test_a_pictures_link_is_named_by_the_words_link_after_it() -> None:
    html = '<a href="/1"><img></a> <a href="/2">Two</a> <a href="/1">One</a>'
    assert found(html, "a") == [("https://harbour.example/1", "One"), ("https://harbour.example/2", "Two")]


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ('<base href="https://cdn.example/x/">', "https://cdn.example/x/1"),
        ('<base href="/y/">', "https://harbour.example/y/1"),
        ('<base href="javascript:0">', "https://harbour.example/news/1"),
        ("", "https://harbour.example/news/1"),
    ],
)
def test_the_pages_base(base: str, url: str) -> None:
    assert found(f'{base}<a href="1">One</a>', "a") == [(url, "One")]


def test_links_that_lead_to_no_article() -> None:
    html = (
        '<a href="javascript:0">a</a><a href="mailto:b@c">b</a><a>c</a><a href="#top">d</a><a href="">e</a>'
        '<a href="http://[x/">f</a><a href="/1">One</a>'
    )
    assert found(html, "a") == [("https://harbour.example/1", "One")]


def test_undeclared_chinese() -> None:
    title = "全国人大常委会今天在北京举行会议，审议通过了关于环境保护的决定，记者从有关部门了解到"
    html = f'<a href="/1">{title}</a>'.encode("gb18030")
    assert found(html, "a", content_type="text/html; charset=utf-8") == [("https://harbour.example/1", title)]


@pytest.mark.parametrize(
    ("html", "items", "reason"),
    [
        ("<p>nothing</p>", "ul.news a", '"ul.news a" matches nothing'),
        ("", "a", "matches nothing"),
        ("<ul><li>one<li>two</ul>", "li", "matches 2 elements in this page, but no link"),
        ("<p>", "a[", "could not be searched"),
        ("<b>" * 200_000, "a", "tags"),
    ],
)
def test_pages_without_a_list(html: str, items: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason.replace("[", r"\[")) as caught:
        found(html, items)
    assert caught.value.where == URL


def test_an_empty_list_says_what_to_do() -> None:
    with pytest.raises(SourceError) as caught:
        found("<p>", "a")
    assert "mirrorpress check" in caught.value.hint


def test_nothing_changed() -> None:
    assert ListPage(URL, "a").discover(Hand(status=304)) is None


def test_what_is_found_crosses_processes() -> None:
    entries = parse_list(b'<a href="/1">One</a>', "", URL, "a", "")
    assert pickle.loads(pickle.dumps(entries)) == entries  # noqa: S301
