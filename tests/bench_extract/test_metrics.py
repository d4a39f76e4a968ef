"""The figures of the extraction benchmark are what they say."""

from __future__ import annotations

import pytest

from bench.extraction import metrics


def test_equal_texts_score_one_whatever_stands_between_the_words() -> None:
    found = metrics.score("The ferry left, late again, at noon.", "The ferry\n\nleft late — again at noon")
    assert found == metrics.Score(1.0, 1.0, 1.0)


def test_shingles_are_multisets_of_four_words() -> None:
    # true: abcd bcda cdab dabc abcd; found: abcd bcda
    found = metrics.score("a b c d a b c d", "a b c d a")
    assert found.precision == 1.0
    assert found.recall == pytest.approx(2 / 5)
    assert found.f1 == pytest.approx(4 / 7)


def test_a_shingle_found_twice_counts_once_where_the_truth_has_it_once() -> None:
    found = metrics.score("a b c d", "a b c d a b c d")
    assert found.precision == pytest.approx(1 / 5)
    assert found.recall == 1.0


@pytest.mark.parametrize(
    ("truth", "found", "expected"),
    [
        ("one two three four", "", (0, 0, 0)),
        ("", "one two three four", (0, 0, 0)),
        ("", "", (1, 1, 1)),
        ("short text", "short text", (1, 1, 1)),
        ("short text", "short", (0, 0, 0)),
    ],
)
def test_empty_and_short_texts(truth: str, found: str, expected: tuple[float, float, float]) -> None:
    assert metrics.score(truth, found) == metrics.Score(*expected)


def test_chinese_is_compared_by_characters() -> None:
    found = metrics.score("渡轮今天中午才离开港口。", "渡轮今天，中午才离开")
    assert found.precision == 1.0
    assert found.recall == pytest.approx(6 / 8)


def test_only_texts_that_are_mostly_chinese_japanese_or_korean_are() -> None:
    assert metrics.mostly_cjk("渡轮 left 今天中午离开")
    assert not metrics.mostly_cjk("The ferry 渡轮 left at noon")


def test_means_weigh_pages_alike() -> None:
    means = metrics.average([metrics.Score(1.0, 0.5, 2 / 3), metrics.Score(0.5, 1.0, 2 / 3)])
    assert means == metrics.Score(0.75, 0.75, pytest.approx(2 / 3))
    assert metrics.f1_of_means(means) == pytest.approx(0.75)
    assert metrics.f1_of_means(metrics.Score(0.0, 0.0, 0.0)) == 0.0


def test_short_pieces_count_as_whole_words_and_as_often_as_they_occur() -> None:
    assert metrics.kept(["12", "12", "7"], "12 boats, 127 seats") == (1, 3)
    assert metrics.kept(["12", "12"], "12 12 12") == (2, 2)


def test_long_pieces_may_have_other_breaks_between_their_letters() -> None:
    text = "Photo: the harbour\nat dawn, seen from H 2O tower"
    assert metrics.kept(["The harbour", "the harbour at dawn", "seen from H2O tower"], text) == (2, 3)


def test_pieces_without_letters_are_not_asked_for() -> None:
    assert metrics.kept(["—", ""], "anything") == (0, 0)


def test_an_element_of_another_text_is_not_the_piece_itself() -> None:
    assert metrics.kept_as_such(["North", "South"], ["North", "North", "South quay"]) == (1, 2)


def test_titles() -> None:
    assert metrics.same_title("“Harbour” – a  Story", '"harbour" - a story')
    assert not metrics.same_title("Harbour", "Harbour | Times")


@pytest.mark.parametrize(
    ("truth", "found", "days"),
    [
        ("2025-03-01", "2025-03-01T23:30:00+01:00", 0),
        ("2025-03-01", "2025-02-28T23:30:00+00:00", 1),
        ("2025-03", "2025-03-17", 0),
        ("2025-03", "2025-04-17", 47),
        ("2025-03-01", "", None),
        ("2025-03-01", "2025-02-30", None),
    ],
)
def test_dates(truth: str, found: str, days: int | None) -> None:
    assert metrics.days_apart(truth, found) == days


def test_authors() -> None:
    assert metrics.same_authors("Ann Lee, MD, and Bo Chen", ["By Bo Chen", "Ann Lee"])
    assert metrics.same_authors("Ann Lee, Ph.D.", ["Ann Lee"])
    assert not metrics.same_authors("Ann Lee", ["Ann Lee", "Harbour Times"])
    assert not metrics.same_authors("Ann Lee", [])
