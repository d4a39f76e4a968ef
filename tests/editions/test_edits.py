"""Where two sequences differ, whatever they hold."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirrorpress.editions.edits import Budget, edits

LETTERS = st.lists(st.sampled_from("abc"), max_size=30)


def applied(before: list[str], after: list[str], steps: int) -> list[str]:
    made: list[str] = []
    done = 0
    for edit in edits(before, after, Budget(steps)):
        assert before[edit.start : edit.end] != after[edit.new_start : edit.new_end]
        made += [*before[done : edit.start], *after[edit.new_start : edit.new_end]]
        done = edit.end
    return made + before[done:]


@given(LETTERS, LETTERS, st.sampled_from([0, 5, 40, 100_000]))
def test_edits_turn_one_sequence_into_the_other(before: list[str], after: list[str], steps: int) -> None:
    assert applied(before, after, steps) == after


def longest_common(before: list[str], after: list[str]) -> int:
    row = [0] * (len(after) + 1)
    for one in before:
        previous = row
        row = [0]
        for number, other in enumerate(after):
            row.append(previous[number] + 1 if one == other else max(row[-1], previous[number + 1]))
    return row[-1]


@given(LETTERS, LETTERS)
def test_they_are_as_few_as_can_be(before: list[str], after: list[str]) -> None:
    gone = sum(edit.end - edit.start for edit in edits(before, after, Budget(100_000)))
    assert len(before) - gone == longest_common(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["a"] * 40_000, ["a"] * 39_000 + ["b"]),
        (["a", "b"] * 20_000, ["b", "a", "c"] * 13_000),
        ([str(n) for n in range(40_000)], [str(n) for n in range(40_000, 0, -1)]),
        (["x", *["a"] * 30_000], ["a"] * 30_000 + ["y"]),
        ((["a"] * 50 + ["b"]) * 800, (["a"] * 49 + ["b"]) * 800),
    ],
)
def test_hostile_sequences_take_bounded_time(before: list[str], after: list[str]) -> None:
    began = time.process_time()
    assert applied(before, after, 300_000) == after
    assert time.process_time() - began < 2
