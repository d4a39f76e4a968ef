"""What counts as a correction, and what of it is shown."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirrorpress.editions import plain as written
from mirrorpress.editions.correctionpages import marked
from mirrorpress.editions.corrections import Correction, corrections, differs
from mirrorpress.editions.safety import dangers_in_markdown
from mirrorpress.editions.wording import key
from mirrorpress.model import Revision

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def revision(html: str, *, title: str = "Fog", hours: int = 0, **more: object) -> Revision:
    moment = NOON + timedelta(hours=hours)
    return replace(Revision(title, html, "Excerpt.", moment, engine="selectors"), **more)  # type: ignore[arg-type]


def plain(*paragraphs: str) -> str:
    return "".join(f"<p>{escape(one, quote=False)}</p>" for one in paragraphs)


def shown(before: str, after: str, **more: object) -> list[str]:
    """The changed paragraphs as Markdown."""
    [found] = correct(revision(before), revision(after, hours=2, **more))
    return [marked(paragraph, written.escape) for paragraph in found.paragraphs]


def correct(before: Revision, after: Revision, *, excerpt_only: bool = False) -> list[Correction]:
    found = list(corrections([(before, after)], excerpt_only=excerpt_only))
    assert bool(found) == differs(before, after, excerpt_only=excerpt_only)
    return found


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>The fog  came\nin.</p>", "<p>The fog came in.</p>"),
        ("<p>The fog came in.</p>", "<p>The fog</p><p>came in.</p>"),
        ("<p>The fog came in.</p>", "<h3>The <strong>fog</strong></h3><p>came<br>in.</p>"),
        ("<p>灯塔，亮了！</p>", "<p>灯塔,亮了!</p>"),
        ("<p>他说“好”——真的……</p>", "<p>他说「好」－真的...</p>"),
        ("<p>“Yes,” she said – ‘no’.</p>", '<p>"Yes," she said - \'no\'.</p>'),
        ("<p>ﾃﾚﾋﾞ ＡＢＣ １２３</p>", "<p>テレビ ABC 123</p>"),
        ("<p>Cafe\u0301</p>", "<p>Café</p>"),
        ("<p>می\u200cشود ۱۲۳ كتاب علي</p>", "<p>می شود 123 کتاب علی</p>"),
        ("<p>co\u00adoperate</p>", "<p>cooperate</p>"),
        ('<p>x</p><img src="\ufdd0assets/a.webp" alt="A">', '<p>x</p><img src="\ufdd0assets/b.webp" alt="B">'),
        ('<p>x</p><p>🖼 <a href="https://a.example/1.jpg">https://a.example/1.jpg</a></p>', "<p>x</p>"),
        ('<p><a href="https://a.example/?id=1">x</a></p>', '<p><a href="https://b.example/?utm_source=f">x</a></p>'),
        ("<p>at https://a.example/x?utm_source=feed</p>", "<p>at http://www.a.example/x/</p>"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "<p>1 2</p>"),
    ],
)  # fmt: skip
def test_trivial_edits_are_no_corrections(before: str, after: str) -> None:
    assert correct(revision(before), revision(after)) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>The fog came in.</p>", "<p>The fog came.</p>"),
        ("<p>He said “yes”.</p>", "<p>He said yes.</p>"),
        ("<p>30 people</p>", "<p>40 people</p>"),
        ("<p>us</p>", "<p>US</p>"),
        ("<p>灯塔亮了。</p>", "<p>灯塔灭了。</p>"),
        ("<p>at https://a.example/x?id=1</p>", "<p>at https://a.example/x?id=2</p>"),
        ("<p>a, b</p>", "<p>a b</p>"),
    ],
)
def test_other_words_are(before: str, after: str) -> None:
    assert len(correct(revision(before), revision(after))) == 1


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (
            plain("Thirty people came to the harbour.", "It rained."),
            plain("Forty people came to the harbour.", "It rained."),
            ["<del>Thirty</del> <strong>Forty</strong> people came to the harbour."],
        ),
        (
            plain("铜灯计划在七月第一个满月夜重新点亮。"),
            plain("铜灯改在七月第二个星期六重新点亮，比原计划晚几天。"),
            ["铜灯<del>计划</del><strong>改</strong>在七月第<del>一</del><strong>二</strong>个<del>满月夜</del><strong>星期六</strong>重新点亮<strong>，比原计划晚几天</strong>。"],
        ),
        (
            plain("کشتی روز شنبه به بندر رسید."),
            plain("کشتی روز یک\u200cشنبه به بندر رسید."),
            ["کشتی روز <del>شنبه</del> <strong>یک\u200cشنبه</strong> به بندر رسید."],
        ),
        (
            plain("First.", "Third."),
            plain("First.", "Second.", "Third."),
            ["First.", "<strong>Second.</strong>"],
        ),
        (plain("First.", "Second.", "Third."), plain("First.", "Third."), ["First.", "<del>Second.</del>"]),
        (plain("One sentence. Another."), plain("One sentence."), ["One sentence. <del>Another.</del>"]),
        (plain("One sentence. Two."), plain("One sentence.", "Three."), ["One sentence. <del>Two</del>", r"<strong>Three</strong>\."]),
        (plain("a < b & c"), plain("a < *d* & c"), [r"a \< <del>b</del> <strong>\*d\*</strong> \& c"]),
    ],
)  # fmt: skip
def test_what_changed_is_shown_word_by_word(before: str, after: str, lines: list[str]) -> None:
    assert shown(before, after) == lines


def test_only_what_stands_around_a_change_is_shown() -> None:
    words = [f"word{number}" for number in range(200)]
    before = plain(" ".join(words), "Untouched.")
    words[100] = "other"
    [line] = shown(before, plain(" ".join(words), "Untouched."))
    assert line.startswith("… ")
    assert line.endswith(" …")
    assert "word99 <del>word100</del> <strong>other</strong> word101" in line
    assert len(line) < 200


def test_a_rewritten_paragraph_is_not_cut_into_letters() -> None:
    before, after = "渡轮公司提醒乘客注意大风天气", "镇公所昨天宣布码头将要修缮三个月"
    assert shown(plain(before), plain(after)) == [f"<del>{before}</del>", f"<strong>{after}</strong>"]


def test_a_title_counts() -> None:
    [found] = correct(revision(plain("x"), title="Fog at noon"), revision(plain("x"), title="Fog at night"))
    assert marked(found.title, written.escape) == "Fog at <del>noon</del> <strong>night</strong>"
    assert found.paragraphs == ()


@pytest.mark.parametrize("more", [{"excerpt_only": True}, {"partial": True}])
def test_without_rights_or_of_a_beginning_only_title_and_excerpt_are_compared(more: dict[str, bool]) -> None:
    partial = more.get("partial", False)
    before, after = revision(plain("Secret one."), partial=partial), revision(plain("Secret two."))
    excerpt_only = more.get("excerpt_only", False)
    assert correct(before, after, excerpt_only=excerpt_only) == []
    [found] = correct(before, replace(after, excerpt="Another excerpt."), excerpt_only=excerpt_only)
    assert "Secret" not in repr(found)
    assert "Another" in repr(found)


def test_what_was_found_in_another_way_is_no_correction() -> None:
    before = revision(plain("One."), engine="mirrorpress")
    assert correct(before, revision(plain("Two."), engine="selectors")) == []


def test_the_publishers_own_time_counts_where_it_can_be_true() -> None:
    before = revision(plain("One."), updated=NOON)
    for said, at in (
        (NOON + timedelta(hours=1), NOON + timedelta(hours=1)),
        (NOON, NOON + timedelta(hours=2)),
        (NOON + timedelta(days=9), NOON + timedelta(hours=2)),
        (NOON - timedelta(days=9), NOON + timedelta(hours=2)),
    ):
        [found] = correct(before, revision(plain("Two."), hours=2, updated=said))
        assert found.at == at


def test_a_correction_shows_no_more_than_a_reader_would_read() -> None:
    before = plain(*(f"Paragraph {number}. " + "Words. " * 100 for number in range(200)))
    [found] = correct(revision(before), revision(before.replace("Words", "Lines")))
    assert found.cut
    assert 5_000 < sum(len(piece.text) for paragraph in found.paragraphs for piece in paragraph) <= 12_000
    [found] = correct(revision(plain("a " * 50_000)), revision(plain("b " * 50_000)))
    assert found.cut
    assert len(found.paragraphs) == 1


TEXTS = st.lists(
    st.text(st.sampled_from("ab 灯塔。,.-'\"“”<&*_`~[]()#>|\\!:/0۱ي\u200c\u0301é…🖼"), max_size=25), max_size=5
)


@given(TEXTS, TEXTS)
def test_any_two_texts_are_compared_and_shown_safely(before: list[str], after: list[str]) -> None:
    for found in correct(revision(plain(*before)), revision(plain(*after))):
        lines = [marked(paragraph, written.escape) for paragraph in found.paragraphs]
        assert any("<del>" in line or "<strong>" in line for line in lines)
        assert not dangers_in_markdown("".join(f"> {line}\n\n" for line in lines))


@given(TEXTS)
def test_what_stayed_and_what_is_new_are_the_new_text(after: list[str]) -> None:
    before = plain("Something else entirely, before.")
    for found in correct(revision(before), revision(plain(*after))):
        kept = "".join(piece.text for one in found.paragraphs for piece in one if piece.kind != "gone")
        assert key(kept) in key("".join(after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a" * 200_000, "b" * 200_000),
        ("a b " * 40_000, "b a c " * 40_000),
        ("灯塔" * 60_000, "塔灯亮" * 40_000),
        ("x\u0301" * 5 + "\u0301" * 100_000, "y"),
        ("'" * 100_000, '"-' * 50_000),
        ("https://a.example/" * 5_000, "http://b.example/ " * 5_000),
        ("1.2.3." * 20_000, "1,2,3," * 20_000),
        ("don't-" * 20_000, "don’t-x" * 20_000),
    ],
)
def test_hostile_texts_take_bounded_time(before: str, after: str) -> None:
    began = time.process_time()
    correct(revision(plain(before)), revision(plain(after)))
    correct(revision(plain(*before.split("a")[:20_000])), revision(plain(*after.split("b")[:20_000])))
    assert time.process_time() - began < 4
