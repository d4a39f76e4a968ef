"""Pages of up to 10 MB that took minutes, or gigabytes, before what they flood was bounded."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from mirrorpress.errors import ExtractError
from mirrorpress.extract.draft import Page
from mirrorpress.extract.finish import finish
from mirrorpress.extract.read import read
from mirrorpress.model import ArticleRules

URL = "https://paper.example/2024/05/03/ferry.html"
HEAD = "<title>The ferry is late again</title>"
WORDS = "The ferry was late again on Monday, said the harbour master, and nobody knew why it had been so. "
BODY = f"<p>{WORDS}</p>" * 9
MARKS = "a" + "\u0301\u0316" * 200_000
CLASS = "c " * 2_500_000
SRCSET = "a" * 19_000 + "  b c"
STATE = '<script id="__NEXT_DATA__" type="application/json">'
LINKED = '<script type="application/ld+json">'
BLOCKS = json.dumps([{"type": "image", "url": "/" + ".jpg?" * 200_000 + " x"}] * 3)
BREAKS = "Read also<br><br>" * 12_000

FLOODS: dict[str, Callable[[], str]] = {
    "boxes beside each other": lambda: f"{BODY * 4}<h2>{BREAKS}</h2>{BODY * 4}",
    "boxes below pictures": lambda: f"{BODY}<div>{'<img src=a.jpg>' * 6000}{'<h2>Read also</h2>' * 5900}</div>{BODY}",
    "linked headings": lambda: BODY * 4 + "".join(f"<h3><a href=/{n}>Another story {n}</a></h3>" for n in range(12_000)),
    "pictures in a small place": lambda: f"{BODY}<div>{'<img src=a.jpg>' * 11_900}x</div>{BODY}",
    "places with a picture": lambda: f"<article>{BODY}{'<div>' * 100}<img src=https://a.example/a.jpg>{WORDS * 90_000}",
    "a class of 5 MB": lambda: f"<article class='{CLASS}'>" + "".join(f"<p>{WORDS}{n}</p>" for n in range(11_000)),
    "marks on a letter": lambda: f"<article>{BODY}<p>{MARKS}</p><img src=https://a.example/a.jpg alt='{MARKS}'>",
    "marks in data": lambda: LINKED + json.dumps({"@type": "NewsArticle", "articleBody": MARKS}) + "</script>" + BODY,
    "sources of pictures": lambda: f"<article>{BODY}" + "".join(f"<img src={n}.jpg srcset='{SRCSET}'>" for n in range(200)) + BODY,
    "addresses of next pages": lambda: f"<link rel=next href='?{'page=2&' * 1_000_000}'>{BODY}",
    "a base of 4 MB": lambda: f"<base href='http://a.example/{'b/' * 2_000_000}'>" + "<p>A paragraph <a href=x>b</a> here.</p>" * 9000,
    "addresses in a script's state": lambda: f"<p>short</p>{STATE}{BLOCKS}</script>",
    "tags in a script's state": lambda: f"<p>short</p>{STATE}" + json.dumps({"body": f"<p>x<p>{WORDS * 10}" + "<b>" * 400_000}).replace("<", "\\u003c") + "</script>",
    "white space in data": lambda: f"{LINKED}x{' ' * 199_000}y</script>{BODY}",
    "garbled runs": lambda: "<article>" + "<p>cafÃ© naÃ¯ve â€œquotedâ€\x9d" * 70_000,
    "dates in each other": lambda: f"<h1>The ferry is late again</h1>{'<time datetime=x>' * 250}{WORDS * 19_000}",
    "blocks like another reading": lambda: "<div>" + "a " * 950_000 + "<a href=x>b</a></div>" + "".join(f"<li>{'a' * (n % 49)}b{'a' * (n % 37)}{n}<a href=x>{'a' * 40}</a>" for n in range(9000)),
    "wide cells": lambda: f"<article>{BODY}<table>" + ("<tr>" + "<td colspan=50 rowspan=50>x" * 100) * 1400,
    "a long text": lambda: f"<p>{WORDS * 100_000}",
}  # fmt: skip
OLD = {
    "blank lines": "\n" * 9_000_000,
    "breaks": "+" + "<br>" * 140_000 + "x",
    "white space": " " * 9_000_000 + "x",
    "a title's end": "",
    "lines of plus signs": "+\n" * 3_000_000,
    "plus signs": "+" * 6_000_000,
    "share texts": "+\n手机上" * 700_000,
    "inner links": '<a href="../p7/x.md">x</a>' * 49_000,
    "inner links of one path": f'<a href="{"../p7/" * 300_000}x.md">x</a>',
}


def seconds_of(page: Page) -> float:
    start = time.process_time()
    try:
        finish(read(page), {})
    except ExtractError as error:
        assert error.hint
    return time.process_time() - start


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_ends_soon(name: str) -> None:
    html = f"<html><head>{HEAD}</head><body>{FLOODS[name]()}</body></html>"
    assert seconds_of(Page(URL, html.encode())) < 8  # the slowest takes 2 s on an idle machine


@pytest.mark.parametrize("name", OLD)
def test_a_flood_in_an_old_mirrors_page_ends_soon(name: str) -> None:
    title = "渡轮 #" + " #" * 4_000_000 + "x" if name == "a title's end" else "渡轮"
    text = f"### {title}\n-----\n<p>渡轮又迟到了。</p>{OLD[name]}\n原文地址（需翻墙访问）：{URL}\n"
    assert seconds_of(Page(URL, text.encode(), old_mirror=True, place="pages/p2/1.md")) < 8


@pytest.mark.parametrize("html", ["<p>x" * 140_000, "<div class=ad>" * 40_000 + WORDS * 50_000])
def test_a_flood_ends_soon_with_selectors(html: str) -> None:
    page = f"<html><head>{HEAD}</head><body><div>{html}</div></body></html>"
    assert seconds_of(Page(URL, page.encode(), rules=ArticleRules(body="p, div"))) < 8


@pytest.mark.parametrize(
    "html",
    [
        f"<img src=a.jpg width={'9' * 5000}>",  # Python refuses to read a number of over 4,300 digits
        "<a href='https:////[x'>x</a>",  # became https://[x, which is no address
        "<h1>The ferry is late again</h1><body<aside class=byline>By Mara Quay</body<aside>",  # is no selector
        '<script type="application/ld+json">{"@type": "Article", "image": "https://a.example/\\ud834.jpg"}</script>',
    ],
)
def test_an_odd_value_costs_itself_alone(html: str) -> None:
    page = f"<html><head>{HEAD}</head><body><article>{html}{BODY}{html}</article></body></html>"
    article = finish(read(Page(URL, page.encode())), {})
    assert article.title == "The ferry is late again"
    assert "harbour master" in article.markdown
