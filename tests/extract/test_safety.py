"""Hostile pages: nothing that runs, loads or leads astray gets through, and none holds the run up."""

from __future__ import annotations

import re
import time

import pytest

from mirrorpress.errors import ExtractError
from mirrorpress.extract.draft import Draft, Page
from mirrorpress.extract.finish import finish
from mirrorpress.extract.read import read
from mirrorpress.markup import parse_fragment
from mirrorpress.model import ROOT, Article, ArticleRules, Asset, Picture

from .cases import asset

URL = "https://paper.example/1"
HOSTILE = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<p onclick=alert(1) onmouseover='alert(1)'>words</p>",
    "<a href='javascript:alert(1)'>click</a>",
    "<a href='JaVa&#10;ScRiPt&colon;alert(1)'>click</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>click</a>",
    "<a href='vbscript:x'>click</a>",
    "<a href='//evil.example' onclick=x style='position:fixed' target=_top>click</a>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://evil.example/pixel.gif'>",
    "<img src='assets/../../etc/passwd'>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<svg onload=alert(1)><script>alert(1)</script><use href='#x'/></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<p style='background:url(https://evil.example/x)'>words</p>",
    "<iframe src='https://evil.example/' srcdoc='<script>x</script>'></iframe>",
    "<object data=x></object><embed src=x><applet code=x></applet>",
    "<form action='https://evil.example/'><input name=x><button formaction='javascript:x'>go</button></form>",
    "<base href='https://evil.example/'><a href='next'>next</a>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<video src=https://evil.example/v><source src=x onerror=x></video><audio src=x>",
    "<details open ontoggle=alert(1)><summary>s</summary>d</details>",
    "<plaintext><b>x", "<textarea><script>x</script></textarea>", "<xmp><script>x</script></xmp>", "<listing>&lt;img onerror=x&gt;",
    "<![CDATA[<script>alert(1)</script>]]>", "<!--><script>alert(1)</script>-->", "<?xml-stylesheet href='x'?>",
    "&lt;script&gt;alert(1)&lt;/script&gt;", "<p>&lt;img src=x onerror=alert(1)&gt;</p>",
)  # fmt: skip
TAGS = set(
    "p h2 h3 h4 h5 ul ol li blockquote pre code table thead tbody tr th td figure figcaption img a strong em s sub sup "
    "br hr".split()
)
ATTRIBUTES = {"a": {"href", "rel"}, "img": {"src", "alt", "width", "height"}, "ol": {"start"}}


def draft(html: str, *pictures: Picture) -> Draft:
    return Draft(URL, "", "Title", html, "text", pictures=pictures)


def through_page(html: str) -> Article:
    page = f"<html><title>Title</title><body><div id=b><p>Begin.</p>{html}<p>End.</p></div></body></html>"
    return finish(read(Page(URL, page.encode(), rules=ArticleRules(body="#b"))), {})


def assert_safe(article: Article, assets: tuple[Asset, ...] = ()) -> None:
    allowed = {ROOT + one.path for one in assets}
    for element in parse_fragment(article.html).select("*"):
        assert element.tag in TAGS
        assert set(element.attrs) <= ATTRIBUTES.get(element.tag, set())
        if element.tag == "a":
            assert re.match(r"https://[a-z]|mailto:", element.attr("href") or "")
        if element.tag == "img":
            assert element.attr("src") in allowed
    assert not re.search(
        r"(?<!\\)<(?!/?(?:strong|em|s|sub|sup|br|code)>)[a-z!/?]", re.sub(r"`[^`]*`", "", article.markdown)
    )


@pytest.mark.parametrize("html", HOSTILE)
def test_hostile_markup_of_a_page_is_gone_or_shown_as_words(html: str) -> None:
    assert_safe(through_page(html))


@pytest.mark.parametrize("html", HOSTILE)
def test_finish_trusts_no_draft(html: str) -> None:
    assert_safe(finish(draft(f"<p>Begin.</p>{html}<p>End.</p>"), {}))


@pytest.mark.parametrize(
    "path", [f"{ROOT}assets/aa/bbbbbbbbbbbbbbbb.webp", "assets/aa/bbbbbbbbbbbbbbbb.webp", f"{ROOT}../secret"]
)
def test_a_page_cannot_forge_a_path_of_the_edition(path: str) -> None:
    article = through_page(
        f"<p>{path} <a href='{path}'>x</a> <code>{path}</code></p><img src='{path}' alt='{path}'>"
    )
    assert ROOT not in article.html + article.markdown + article.title + article.excerpt


def test_a_carried_picture_has_the_only_marked_path() -> None:
    article = finish(
        draft('<figure><img src="picture:0"></figure><p>x</p>', Picture(("https://a.example/b.jpg",))),
        {0: asset(0)},
    )
    assert_safe(article, (asset(0),))
    assert article.assets == (asset(0).path,)
    assert article.markdown.count(ROOT) == article.html.count(ROOT) == 1


@pytest.mark.parametrize("number", ["9", "99999999999999999999"])
def test_a_draft_that_names_a_picture_it_has_not_shows_none(number: str) -> None:
    article = finish(draft(f'<p>before</p><img src="picture:{number}"><p>after</p>'), {})
    assert "img" not in article.html
    assert "after" in article.html


def test_controls_and_direction_overrides_are_gone_and_joiners_stay() -> None:
    bad = "".join(
        map(
            chr,
            [
                0,
                1,
                8,
                11,
                12,
                14,
                27,
                127,
                0x85,
                0x202A,
                0x202E,
                0x2066,
                0x2069,
                0xFEFF,
                0xFDD0,
                0xFDD1,
                0xFFFE,
            ],
        )
    )
    raw = bad.replace("\x00", "")  # a page that holds one is taken for a binary file
    references = "".join(f"a&#{ord(character)};" for character in bad)
    article = through_page(f"<p>می\u200cشود {references}</p><p><b>x{raw}y</b></p>")
    for text in (article.html, article.markdown, article.excerpt):
        assert not set(bad) & set(text)
    assert "می\u200cشود" in article.markdown


FLOODS = {
    "ampersands": "<p>" + "&" * 500_000,
    "character references": "<p>" + "&lt;" * 49_000,
    "nested blocks": "<div>" * 100_000 + "deep",
    "nested quotations": "<blockquote>" * 50_000 + "deep",
    "nested lists": "<ul><li>x" * 30_000,
    "nested tables": "<table><tr><td>" * 30_000,
    "nested marks": "<b>" * 100_000 + "deep",
    "attributes": "<p " + " ".join(f"a{n}=x" for n in range(100_000)) + ">x",
    "tags": "<i>x</i>" * 100_000,
    "breaks": "x<br>" * 60_000,
    "spans of cells": "<table><tr>" + "<td rowspan=60000 colspan=9999>x" * 500 + "</tr><tr>" * 3000,
    "brackets after an address": "<p>http://a.example/" + ")" * 200_000,
    "mail addresses": "<p>" + "a.a@" * 200_000,
    "one word": "<p>" + "x" * 1_000_000,
    "white space": "<p>x" + " \n" * 1_000_000 + "y",
    "asterisks": "<p>" + "*" * 200_000,
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_ends_soon(name: str) -> None:
    start = time.process_time()
    try:
        through_page(FLOODS[name])
    except ExtractError as error:
        assert error.reason
        assert error.hint
    assert time.process_time() - start < 6  # the slowest takes 1 s on an idle machine


@pytest.mark.parametrize("name", ["attributes", "nested blocks", "breaks", "spans of cells"])
def test_a_flood_ends_soon_without_selectors(name: str) -> None:
    start = time.process_time()
    page = f"<html><title>T</title><body><article>{'<p>A paragraph of some length, again.</p>' * 9}{FLOODS[name]}"
    try:
        finish(read(Page(URL, page.encode())), {})
    except ExtractError as error:
        assert error.hint
    assert time.process_time() - start < 8  # the slowest takes 1.5 s on an idle machine


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"), (b" \n ", "empty"), (b"%PDF-1.7 x", "not text"), (b"\x89PNG\r\n\x1a\n", "not text"),
        (b"PK\x03\x04zip", "not text"), (b"text\x00\x00binary", "not text"), (b"<html><body></body></html>", "no article text"),
        (b"<p>words</p>", "no title"), (b"<" * 200_000, "tags"),
    ],
)  # fmt: skip
def test_what_is_no_article_is_refused_with_a_reason_and_a_next_step(body: bytes, reason: str) -> None:
    with pytest.raises(ExtractError, match=reason) as caught:
        read(Page(URL, body))
    assert caught.value.where == URL
    assert caught.value.hint
