"""The classifier: its model file, its features, and that a page reads the same each time."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import pytest

from mirrorpress.extract.automatic import squash
from mirrorpress.extract.features import FIRST, SECOND, WHOLE, Known, first_look, second_look
from mirrorpress.extract.forest import classifier, load
from mirrorpress.extract.junk import strip
from mirrorpress.extract.outline import outline
from mirrorpress.markup import parse

from .cases import Case, all_cases

CASES = [case for case in all_cases() if not case.about.get("old_mirror") and not case.about.get("rules")]
MODEL = json.loads(files("mirrorpress.extract").joinpath("blocks.json").read_text(encoding="ascii"))


def walked(tree: Any, row: Sequence[float]) -> float:
    """What a tree says of a row, by the book."""
    while isinstance(tree, list):
        column, threshold, left, right = tree
        tree = left if row[column] <= threshold else right
    return float(tree)


def rows_of(case: Case) -> list[list[float]]:
    document = parse(case.page.body.decode("utf-8", "replace"))
    strip(document)
    seen = outline(document.select_one("body") or document)
    looked = first_look(seen, Known(frozenset(["a title"]), "some body" * 30, "a description"))
    return second_look(seen, looked, [0.7] * len(looked.told), range(len(looked.told)))


def test_the_model_is_small_and_for_these_features() -> None:
    assert MODEL["first"]["columns"] == FIRST
    assert MODEL["second"]["columns"] == SECOND
    assert files("mirrorpress.extract").joinpath("blocks.json").stat().st_size < 5_000_000  # type: ignore[attr-defined]


def test_a_model_for_other_features_is_refused() -> None:
    other = {**MODEL, "second": {**MODEL["second"], "columns": ["length", *SECOND[1:-1]]}}

    with pytest.raises(ValueError, match="second forest was trained on other features; train it again"):
        load(other)


@pytest.mark.parametrize("look", ["first", "second"])
def test_compiled_trees_say_what_the_trees_say(look: str) -> None:
    columns = FIRST if look == "first" else SECOND
    chance = random.Random(5)
    score = getattr(classifier(), look)
    for _ in range(200):
        row = [chance.randint(-20, 40) if name in WHOLE else chance.uniform(-1, 15) for name in columns]
        expected = 0.0
        for tree in MODEL[look]["trees"]:
            expected += walked(tree, row)
        assert score(row) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder.name)
def test_features_are_whole_numbers_or_floats_as_said(case: Case) -> None:
    for row in rows_of(case):
        assert len(row) == len(SECOND)
        for name, value in zip(SECOND, row, strict=True):
            assert type(value) is (int if name in WHOLE else float), name


def test_odds_become_chances_in_order() -> None:
    chances = [squash(odds / 10) for odds in range(-100, 101)]

    assert chances == sorted(chances)
    assert chances[100] == 0.5
    assert 0 < chances[0] < 0.02
    assert 0.98 < chances[-1] < 1


def test_a_page_reads_the_same_each_time() -> None:
    case = next(case for case in CASES if case.folder.name == "german-publisher")

    assert case.read() == case.read()
