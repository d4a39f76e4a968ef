"""A page as a run of blocks."""

from __future__ import annotations

import pytest

from mirrorpress.extract import outline as module
from mirrorpress.extract.outline import Outline, outline
from mirrorpress.markup import parse


def seen(html: str) -> Outline:
    document = parse(html)
    return outline(document.select_one("body") or document)


def texts(html: str) -> list[str]:
    return [piece.text for piece in seen(html).pieces]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One <b>two</b>\n three</p><p>four</p>", ["One two three", "four"]),
        ("one<br><br>two<br>three", ["one", "two three"]),
        ("one<br> <!-- --> <br/>two", ["one", "two"]),
        ("<div>before<p>inside</p>after</div>", ["before", "inside", "after"]),
        ("<ul><li>a<li>b</ul>", ["a", "b"]),
        ("<table><tr><td>1<td>2</table>", ["1", "2"]),
        ("<p> \n </p>", []),
        ("<p>word<img src=a.jpg>word</p>", ["word", "", "word"]),
        ("<p>中文\n段落</p>", ["中文 段落"]),
    ],
)
def test_blocks_are_what_a_browser_sets_as_paragraphs(html: str, expected: list[str]) -> None:
    assert texts(html) == expected


def test_characters_of_links_and_of_strong_words_are_counted() -> None:
    (piece,) = seen("<p>Read <a href=x>the <b>whole</b></a> story</p>").pieces

    assert (piece.text, piece.linked, piece.strong) == (
        "Read the whole story",
        len("the whole"),
        len("whole"),
    )


@pytest.mark.parametrize("attribute", ["hidden", "style='DISPLAY: none'", "aria-hidden=true"])
def test_what_a_reader_would_not_see_is_marked(attribute: str) -> None:
    page = seen(f"<p>{'shown ' * 30}</p><div {attribute}><p>not shown</p></div>")

    assert [page.places[piece.place].hidden for piece in page.pieces] == [False, True]


def test_a_page_that_is_hidden_as_a_whole_is_shown_by_a_script() -> None:
    page = seen("<div style='opacity:0'><p>all of it</p><p>and more</p></div><p>x</p>")

    assert not any(place.hidden for place in page.places)


def test_deep_pages_keep_their_words() -> None:
    (piece,) = seen("<div>" * 5000 + "deep words").pieces

    assert piece.text == "deep words"


def test_a_page_of_endless_blocks_is_cut() -> None:
    assert len(seen("<p>x" * (module.MOST_BLOCKS + 50)).pieces) == module.MOST_BLOCKS


def test_unknown_elements_are_set_in_the_line_and_hidden_words_are_left_out() -> None:
    page = seen(
        "<p>The sign of the <ok>harbour</ok> school<span style='display:none'> copied</span> is new.</p>"
    )

    assert [piece.text for piece in page.pieces] == ["The sign of the harbour school is new."]
    assert len(page.unseen) == 1
