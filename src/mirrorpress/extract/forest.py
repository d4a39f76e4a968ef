"""The block classifier: two small forests of decision trees, read from ``blocks.json`` beside this module.

The trees are turned into Python source once a process and compiled: nested comparisons are the fastest way to
walk a tree without a numeric library, and they give the same answer on every machine. ``training`` makes the
file; docs/model-card.md says from what.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import floor
from typing import Any

from mirrorpress.extract.features import FIRST, SECOND, WHOLE

Score = Callable[[Sequence[float]], float]


@dataclass(frozen=True, slots=True)
class Classifier:
    """``first`` and ``second`` give a block's log-odds of belonging to the body from its row of ``FIRST`` and
    ``SECOND``. Blocks below ``floor`` after the first look are not looked at again."""

    first: Score
    second: Score
    floor: float
    name: str


@lru_cache(maxsize=1)
def classifier() -> Classifier:
    """The classifier that comes with the package. Raises ``ValueError`` when the file is for other
    features."""
    text = files("mirrorpress.extract").joinpath("blocks.json").read_text(encoding="ascii")
    return load(json.loads(text))


def load(model: dict[str, Any]) -> Classifier:
    """A classifier from a parsed model file."""
    forests = {}
    for look, columns in (("first", FIRST), ("second", SECOND)):
        if model[look]["columns"] != list(columns):
            raise ValueError(f"the model's {look} forest was trained on other features; train it again")
        whole = [name in WHOLE for name in columns]
        forests[look] = _compiled(model[look]["trees"], model[look]["start"], whole)
    return Classifier(forests["first"], forests["second"], float(model["floor"]), str(model["name"]))


def _compiled(trees: list[Any], start: float, whole: Sequence[bool]) -> Score:
    """The sum of ``start`` and every tree's leaf. A tree is a leaf's number or [column, threshold, left,
    right]: left when the value is at most the threshold."""
    lines = ["def score(v):", f" s = {float(start)!r}"]
    for tree in trees:
        _write(tree, 1, lines, whole)
    lines.append(" return s")
    space: dict[str, Any] = {}
    exec(compile("\n".join(lines), "<forest>", "exec"), space)  # noqa: S102 - numbers from our own file, written below
    score: Score = space["score"]
    return score


def _write(tree: Any, depth: int, lines: list[str], whole: Sequence[bool]) -> None:
    indent = " " * depth
    if not isinstance(tree, list):
        lines.append(f"{indent}s += {float(tree)!r}")
        return
    column, threshold, left, right = tree
    limit = floor(threshold) if whole[column] else float(threshold)
    lines.append(f"{indent}if v[{int(column)}] <= {limit!r}:")
    _write(left, depth + 1, lines, whole)
    lines.append(f"{indent}else:")
    _write(right, depth + 1, lines, whole)
