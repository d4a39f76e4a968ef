"""Which pictures of an article come with its page, and which wait until they are scrolled to."""

from __future__ import annotations

import pytest

from mirrorpress.editions.html import Html
from mirrorpress.model import ROOT, Article

PICTURE = (
    f'<figure><img src="{ROOT}assets/ab/0123456789abcdef.webp" alt="a > b" width="4" height="3"></figure>'
)


def body(html: str) -> str:
    article = Article(
        url="https://news.example/1", title="A", html=html, markdown="", excerpt="", text_length=0
    )
    return Html().body(article, "../../", lambda path: path)


@pytest.mark.parametrize("text", ["", "<p>A line.</p>", f"<p>{'word ' * 100}</p>", f"<p>{'灯' * 150}</p>"])
def test_the_first_picture_comes_with_the_page_if_it_is_near_the_top(text: str) -> None:
    first, _, second = body(f"{text}{PICTURE}<p>x</p>{PICTURE}").partition("<p>x</p>")
    assert '<img decoding="async" src="../../assets/' in first
    assert '<img loading="lazy" decoding="async" src="../../assets/' in second


@pytest.mark.parametrize("text", [f"<p>{'word ' * 200}</p>", f"<p>{'灯' * 300}</p>", "<p>x</p>" * 2000])
def test_one_further_down_waits(text: str) -> None:
    assert '<img loading="lazy" ' in body(text + PICTURE)


def test_a_text_that_speaks_of_it_is_left_alone() -> None:
    text = '<p>Write loading="lazy" there.</p>'
    assert text in body(text)
