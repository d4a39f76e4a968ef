"""What is tried where the classifier is not sure or sees nothing: other readings, data, repair, further pages."""

from __future__ import annotations

import json

import pytest

from mirrorpress.errors import ExtractError
from mirrorpress.extract.draft import Page
from mirrorpress.extract.embedded import embedded_body
from mirrorpress.extract.memory import SiteMemory, learn
from mirrorpress.extract.mojibake import repaired
from mirrorpress.extract.opinions import choose
from mirrorpress.extract.outline import outline
from mirrorpress.extract.paging import next_page
from mirrorpress.extract.read import read
from mirrorpress.markup import parse
from mirrorpress.model import Layout

SENTENCE = "The harbour wall was measured again on Monday, and again it was found to lean towards the sea. "


def page(body: str, **known: object) -> Page:
    html = f"<!doctype html><title>The wall leans - Harbour Times</title><body><h1>The wall leans</h1>{body}"
    return Page(url="https://harbour.example/news/wall", body=html.encode(), **known)  # type: ignore[arg-type]


def test_the_reading_most_like_the_others_wins() -> None:
    paragraphs = "".join(f"<p>{n}. {SENTENCE * 3}</p>" for n in range(6))
    document = parse(
        f"<body><div><p>{'About us and our partners. ' * 4}</p></div><article>{paragraphs}</article>"
    )
    seen = outline(document.select_one("body") or document)
    wrong = [n == 0 for n in range(len(seen.pieces))]
    right = [n > 0 for n in range(len(seen.pieces))]

    choice = choose(seen, wrong, document, "")
    assert choice.kept == right
    assert choice.engine == "trafilatura"
    assert choose(seen, right, document, "").engine == "mirrorpress"
    assert choose(seen, right, document, "").agreement > 0.9


@pytest.mark.parametrize(
    "state",
    [
        {"article": {"title": "x", "body": f"<p>{SENTENCE * 3}</p><p>{SENTENCE * 3}</p>"}},
        {"article": {"bodyText": f"{SENTENCE * 3}\n\n{SENTENCE * 3}\n\nThe end."}},
        {"blocks": [{"type": "paragraph", "data": {"text": SENTENCE * 2}}] * 4},
    ],
)
def test_a_body_that_is_data_is_found(state: object) -> None:
    for script in (
        f'<script type="application/json">{json.dumps(state)}</script>',
        f"<script>window.__STATE__ = {json.dumps(state)};</script>",
    ):
        draft = read(page(f"<div id=root></div>{script}"))
        assert draft.engine == "json"
        assert draft.text.count("The harbour wall was measured") >= 4


@pytest.mark.parametrize("data", ["[" * 100_000, '{"a":' * 5_000 + "1", "{broken", "null", '{"body": 5}'])
def test_data_that_is_no_body_is_left_alone(data: str) -> None:
    assert embedded_body(parse(f'<script type="application/json">{data}</script>'), frozenset(), "") == ""


def test_garbled_text_is_repaired_beside_sound_text() -> None:
    garbled = "It wasn’t “the wall — 中国新闻网 said.".encode().decode("windows-1252", "replace")

    html = repaired(f"<p>Café Müller</p><p>{garbled}</p><p>naïve</p>" + "<p>â€œyesâ€\x9d</p>" * 2)
    assert "It wasn’t “the wall — 中国新闻网 said." in html
    assert "<p>Café Müller</p>" in html
    assert "“yes”" in html


@pytest.mark.parametrize(
    "sound", ["Às 10 horas, São João e Índia", "Ünïcödé â la carte, Â, ã", "中文，没有问题。", "الخبر"]
)
def test_sound_text_is_not_repaired(sound: str) -> None:
    assert repaired(f"<p>{sound}</p>" * 5) == f"<p>{sound}</p>" * 5


@pytest.mark.parametrize(
    ("here", "there", "follows"),
    [
        ("https://a.example/s/story", "https://a.example/s/story?page=2", True),
        ("https://a.example/s/story.html", "/s/story_2.html", True),
        ("https://a.example/s/story/2/", "https://a.example/s/story/3/", True),
        ("https://a.example/s/story", "https://a.example/s/next-story", False),
        ("https://a.example/2024/05/12", "https://a.example/2024/05/13", False),
        ("https://a.example/post/1234", "https://a.example/post/1235", False),
        ("https://a.example/s/story?page=2", "https://a.example/s/story", False),
    ],
)
def test_only_the_same_articles_next_page_follows(here: str, there: str, follows: bool) -> None:
    found = next_page(parse(f'<link rel="next" href="{there}">'), here)

    assert bool(found) is follows


def test_repeated_blocks_and_what_is_outside_the_usual_container_go() -> None:
    own = "".join(f"<p>{n}. {SENTENCE * 3}</p>" for n in range(5))
    promise = (
        "We report on the harbour for you every day, whatever the weather, and we always will, come what may."
    )
    body = f"<div class='story-body'>{own}<p>{promise}</p></div>"
    first = [read(page(body.replace("0.", f"{n} of many."))) for n in range(4)]
    layouts = [draft.layout for draft in first if draft.layout is not None]
    memory = learn(layouts)

    assert memory.pages == 4
    assert memory.container == "div.story-body"
    assert promise in read(page(body)).text or memory.repeated
    later = read(page(body.replace("harbour wall was", "old pier was"), memory=memory))
    assert promise not in later.text
    assert later.text.count("old pier was") == 15


def test_a_memory_is_learned_from_three_pages_on() -> None:
    one = Layout(container="div.a", blocks=("x",))

    assert learn([one, one]) == SiteMemory(pages=2)
    assert learn([one, one, one]).container == "div.a"
    assert learn([one, one, Layout(container="div.b"), Layout(container="div.c")]).container == ""
    assert learn([one] * 3).fits(one)
    assert not learn([one] * 3).fits(Layout(container="div.b"))


def test_a_page_of_teasers_is_no_article() -> None:
    teasers = "".join(
        f"<h3><a href=/{n}>A headline of the day, number {n}</a></h3><p>One line of it.</p>"
        for n in range(12)
    )

    with pytest.raises(ExtractError, match="no article"):
        read(page(teasers))
