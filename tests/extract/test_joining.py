"""Articles on several pages, put together."""

from __future__ import annotations

from mirrorpress.extract.draft import Draft
from mirrorpress.extract.joining import join
from mirrorpress.model import Layout, Picture

TITLE = "The long way round the harbour"


def draft(*blocks: str, text: str = "", number: int = 1, **more: object) -> Draft:
    words = text or "\n".join(blocks)
    return Draft(f"https://a.example/{number}", "", TITLE, "\n".join(blocks), words, **more)  # type: ignore[arg-type]


def figure(number: int) -> str:
    return f'<figure><img src="picture:{number}" alt=""></figure>'


def picture(name: str) -> Picture:
    return Picture((f"https://a.example/{name}.jpg",))


def test_one_page_stays_as_it_is() -> None:
    only = draft("<p>One.</p>", text="One.", next_page="https://a.example/2")
    assert join([only]) == only


def test_pages_follow_each_other_and_pictures_keep_their_places() -> None:
    first = draft("<p>One.</p>", figure(0), text="One.", pictures=(picture("a"),))
    second = draft("<p>Two.</p>", figure(1), figure(0), text="Two.", pictures=(picture("b"), picture("c")))
    third = draft(figure(0), "<p>Three.</p>", text="Three.", pictures=(picture("d"),))
    whole = join([first, second, third])
    assert whole.html.split("\n") == [
        "<p>One.</p>", figure(0), "<p>Two.</p>", figure(2), figure(1), figure(3), "<p>Three.</p>"
    ]  # fmt: skip
    assert whole.text == "One.\nTwo.\nThree."
    assert [one.urls[0][-5:] for one in whole.pictures] == ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]


def test_words_that_look_like_a_mark_are_left_alone() -> None:
    first = draft(figure(0), text="x", pictures=(picture("a"),))
    second = draft('<p>Write &lt;img src="picture:0"&gt; here</p>', text="Write it here")
    assert join([first, second]).html.endswith('<p>Write &lt;img src="picture:0"&gt; here</p>')


def test_title_lead_and_picture_that_later_pages_repeat_stand_once() -> None:
    lead = "<p>A ferry, a fog and a dog.</p>"
    first = draft(
        figure(0), lead, "<p>One.</p>", text="A ferry, a fog and a dog.\nOne.", pictures=(picture("a"),)
    )
    second = draft(
        f"<h2>{TITLE}</h2>", lead, figure(0), "<p>Two.</p>", lead,
        text=f"{TITLE}\nA ferry, a fog and a dog.\nTwo.\nA ferry, a fog and a dog.", pictures=(picture("a"),),
    )  # fmt: skip
    whole = join([first, second])
    assert whole.html.split("\n") == [figure(0), lead, "<p>One.</p>", "<p>Two.</p>", lead], "only at its head"
    assert whole.text.split("\n")[2:] == ["Two.", "A ferry, a fog and a dog."]


def test_a_page_that_is_the_first_one_again_adds_nothing() -> None:
    first = draft("<p>One.</p>", "<p>Two.</p>", text="One.\nTwo.")
    assert join([first, first]).text == first.text


def test_what_is_said_of_the_article_is_what_its_first_page_says() -> None:
    layout = Layout("div.a")
    first = draft(
        "<p>One.</p>", text="a" * 300, confidence=1.0, layout=layout, authors=("Ann",), next_page="2"
    )
    second = draft("<p>Two.</p>", text="b" * 100, confidence=0.2, number=2, partial=True, licence="CC-BY-4.0")
    whole = join([first, second])
    assert (whole.url, whole.authors, whole.layout) == (first.url, ("Ann",), layout)
    assert whole.confidence == 0.8
    assert (whole.partial, whole.licence, whole.next_page) == (True, "CC-BY-4.0", "")
