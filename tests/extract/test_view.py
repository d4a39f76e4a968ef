"""What an operator is shown of a draft: the published body, but with pictures where the page has them."""

from __future__ import annotations

import pytest

from mirrorpress.extract.draft import Draft
from mirrorpress.extract.finish import finish
from mirrorpress.extract.view import canonical_address, view
from mirrorpress.model import Picture

from .cases import Case, all_cases

LAMP = Picture(("https://a.example/lamp (1).jpg?a=1&b=2",), "A lamp", "At night", "M. Quay")
MAP = Picture(("http://192.0.2.7/map.png",), 'Map "of" <b>')


def draft(html: str, *pictures: Picture) -> Draft:
    return Draft("https://a.example/", "", "Lamp", html, "words", pictures=pictures)


def test_pictures_are_shown_from_where_they_are_and_in_the_order_of_the_body() -> None:
    html = (
        '<figure><img src="picture:1" alt=""></figure><p>Words.</p>'
        '<figure><img src="picture:0" alt=""><figcaption>At night</figcaption></figure>'
    )
    seen = view(draft(html, LAMP, MAP))
    assert seen.shown == (MAP, LAMP)
    assert '<img src="https://a.example/lamp (1).jpg?a=1&amp;b=2" alt="A lamp">' in seen.html
    assert "![A lamp](<https://a.example/lamp (1).jpg?a=1&b=2>)\n\n*At night*" in seen.markdown
    assert "http://192.0.2.7/map.png" in seen.markdown
    assert seen.text == "Words."


@pytest.mark.parametrize(
    "html",
    [
        '<img src="javascript:alert(1)">',
        '<img src="data:image/png;base64,xx">',
        '<img src="//a.example/1.png">',
        '<img src="assets/ab/0123456789abcdef.webp">',
        '<img src="picture:7">',
        '<img src="https://a.example/1.png" onerror="alert(1)">',
        '<a href="http://a.example/">words</a>',
        '<a href="javascript:alert(1)">words</a>',
        "<script>alert(1)</script>",
        '<iframe src="https://a.example/"></iframe>',
        '<p style="x" class="y">words</p>',
    ],
)
def test_the_allow_list_is_that_of_what_is_published(html: str) -> None:
    seen = view(draft(f"<p>words</p>{html}", LAMP)).html
    for forbidden in (
        "javascript",
        "data:",
        "//a.example/1.png",
        "assets/",
        "picture:",
        "onerror",
        "href",
        "alert",
    ):
        if forbidden == "//a.example/1.png" and "https" in html:
            continue
        assert forbidden not in seen
    for forbidden in ("<script", "<iframe", "style", "class"):
        assert forbidden not in seen


def test_text_parts_paragraphs_items_and_cells() -> None:
    html = (
        "<h2>Head</h2><p>one<br>two &amp; <em>three</em></p>\n<ul><li>a<ul><li>b</li></ul></li><li>c<br>d</li></ul>"
        "<ol><li><p>e</p><p>f</p></li></ol><hr>"
        "<table><thead><tr><th>Day</th><th></th></tr></thead>\n<tbody><tr><td>1<br>2</td> <td>&lt;b&gt;</td></tr>"
        "</tbody></table><blockquote><p>said</p><p>again</p></blockquote><pre><code>x  =\n  1\n</code></pre>"
        '<figure><img src="picture:0" alt="x"><figcaption>caption</figcaption></figure><p>end</p>'
    )
    assert view(draft(html, LAMP)).text.split("\n\n") == [
        "Head", "one\ntwo & three", "a\nb\nc\nd", "e\nf", "Day\t\n1 2\t<b>", "said", "again", "x  =\n  1", "end",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "case", [case for case in all_cases() if "error" not in case.expected], ids=lambda case: case.folder.name
)
def test_but_for_pictures_it_is_what_is_published(case: Case) -> None:
    drafted = case.read()
    seen, article = view(drafted), finish(drafted, {})
    if drafted.pictures:
        assert [picture for picture in drafted.pictures if picture in seen.shown]
    else:
        assert (seen.html, seen.markdown) == (article.html, article.markdown)
    captions = {picture.caption for picture in seen.shown if picture.caption}
    assert not captions & set(seen.text.split("\n\n"))


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<link rel="canonical" href="https://a.example/1">', "https://a.example/1"),
        ("<LINK href=' https://a.example/?a=1&amp;b=2 ' REL=Canonical />", "https://a.example/?a=1&b=2"),
        ('<link rel="alternate" href="https://b.example/canonical"><link rel=canonical href=/1>', ""),
        ('<link rel="canonical" href="javascript:alert(1)">', ""),
        (f'<link rel="canonical" href="https://a.example/{"x" * 2000}">', ""),
        ("<link " * 100_000, ""),
        ("", ""),
    ],
)
def test_a_page_may_say_where_it_stands(head: str, expected: str) -> None:
    assert canonical_address(f"<html><head>{head}</head>".encode()) == expected
