"""Fit the two forests, judge them on sites that they have not seen, and write the model file.

python -m training DATA [--only-judge] [--out src/mirrorpress/extract/blocks.json]
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from bench.extraction.metrics import Score, average, score
from mirrorpress.extract.automatic import squash
from mirrorpress.extract.draft import Page as Read
from mirrorpress.extract.features import FIRST, SECOND, Rows, first_look, second_look
from mirrorpress.extract.junk import strip
from mirrorpress.extract.known import known_of
from mirrorpress.extract.metadata import read_metadata
from mirrorpress.extract.outline import Outline, outline
from mirrorpress.markup import decode, parse
from training.labels import from_labels, from_truth
from training.pages import Page

FOLDS = 5
FLOOR = -2.5  # log-odds after the first look below which a block is given up: 8 in 100
_LOOKS: dict[str, dict[str, Any]] = {
    "first": {"trees": 50, "num_leaves": 8, "learning_rate": 0.2},
    "second": {"trees": 80, "num_leaves": 24, "learning_rate": 0.16},
}
_SHARED = {
    "objective": "cross_entropy",
    "min_data_in_leaf": 80,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "min_sum_hessian_in_leaf": 1.0,
    "seed": 7,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}


@dataclass(slots=True)
class Sample:
    """One page made ready: its rows, the share of each block that is body, and its weight."""

    page: Page
    outline: Outline
    looked: Rows
    texts: list[str]
    shares: Any
    weights: Any
    fold: int
    truth: str
    odds: list[float] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    second: list[list[float]] = field(default_factory=list)
    result: list[float] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """Where the page comes from, for reports."""
        source = self.page.name.split("/")[0]
        return source if source != "wcxb" or self.page.weight == 1 else "wcxb, other"


def prepared(page: Page) -> Sample | None:
    """A page's sample; None when it holds no text."""
    document = parse(decode(page.body()))
    known = known_of(read_metadata(document, Read(url=page.url or "https://page.invalid/", body=b"")))
    strip(document)
    seen = outline(document.select_one("body") or document)
    looked = first_look(seen, known)
    if not looked.rows:
        return None
    every = [piece.text for piece in seen.pieces]
    numbers = looked.blocks.numbers
    texts = looked.blocks.texts
    if page.labels:
        all_shares = from_labels(every, page.labels)
        shares = [all_shares[number] for number in numbers]
        truth = "\n".join(text for text, share in zip(texts, shares, strict=True) if share)
    else:
        shares, truth = from_truth(texts, page.truth), page.truth
    weights = (np.array(looked.blocks.lengths) + 15) ** 0.6
    weights = (weights / weights.sum() * page.weight * 1000)[looked.told]
    for place in seen.places:
        place.element = None  # type: ignore[assignment]  # the tree is not needed any more
    for piece in seen.pieces:
        piece.nodes = []
    fold = int(hashlib.sha256(page.site.encode()).hexdigest(), 16) % FOLDS
    return Sample(page, seen, looked, texts, np.array(shares)[looked.told], weights, fold, truth)


def fit(look: str, rows: Sequence[Sequence[float]], shares: Any, weights: Any) -> Any:
    """One forest."""
    options = dict(_LOOKS[look])
    trees = options.pop("trees")
    data = lightgbm.Dataset(np.array(rows, dtype=np.float64), shares, weight=weights)
    return lightgbm.train({**_SHARED, **options}, data, trees)


def fit_first(samples: Sequence[Sample]) -> Any:
    """The first forest from these samples."""
    return fit(
        "first",
        [row for sample in samples for row in sample.looked.rows],
        np.concatenate([sample.shares for sample in samples]),
        np.concatenate([sample.weights for sample in samples]),
    )


def fit_second(samples: Sequence[Sample]) -> Any:
    """The second forest from these samples, whose first odds come from forests that had not seen them."""
    return fit(
        "second",
        [row for sample in samples for row in sample.second],
        np.concatenate([sample.shares[sample.again] for sample in samples]),
        np.concatenate([sample.weights[sample.again] for sample in samples]),
    )


def look_first(forest: Any, samples: Sequence[Sample]) -> None:
    """Give samples their first odds and the rows of the second look."""
    for sample in samples:
        sample.odds = forest.predict(np.array(sample.looked.rows), raw_score=True).tolist()
        sample.again = [row for row, value in enumerate(sample.odds) if value > FLOOR]
        chances = [squash(value) for value in sample.odds]
        sample.second = second_look(sample.outline, sample.looked, chances, sample.again)


def look_again(forest: Any, samples: Sequence[Sample]) -> None:
    """Give samples their result: log-odds for every block."""
    for sample in samples:
        sample.result = [-9.0] * len(sample.texts)
        if sample.again:
            found = forest.predict(np.array(sample.second), raw_score=True)
            for row, value in zip(sample.again, found.tolist(), strict=True):
                sample.result[sample.looked.told[row]] = value


def cross_judge(samples: list[Sample]) -> dict[str, tuple[int, Score]]:
    """Fit on four fifths of the sites, read the last fifth, five times over. By source: how many pages, and
    means over them, as ``bench.extraction`` measures texts."""
    for fold in range(FOLDS):
        forest = fit_first([sample for sample in samples if sample.fold != fold])
        look_first(forest, [sample for sample in samples if sample.fold == fold])
    for fold in range(FOLDS):
        forest = fit_second([sample for sample in samples if sample.fold != fold])
        look_again(forest, [sample for sample in samples if sample.fold == fold])
    found: dict[str, list[Score]] = defaultdict(list)
    for sample in samples:
        text = "\n".join(text for text, odds in zip(sample.texts, sample.result, strict=True) if odds > 0)
        found[sample.kind].append(score(sample.truth, text))
    return {kind: (len(scores), average(scores)) for kind, scores in sorted(found.items())}


def exported(first: Any, second: Any, name: str) -> dict[str, Any]:
    """The model file's content."""
    return {
        "name": name,
        "floor": FLOOR,
        "first": {"columns": FIRST, "start": 0.0, "trees": _trees(first)},
        "second": {"columns": SECOND, "start": 0.0, "trees": _trees(second)},
    }


def _trees(forest: Any) -> list[Any]:
    return [_tree(tree["tree_structure"]) for tree in forest.dump_model()["tree_info"]]


def _tree(node: dict[str, Any]) -> Any:
    if "leaf_value" in node and "split_feature" not in node:
        return round(node["leaf_value"], 5)
    threshold = float(f"{node['threshold']:.7g}")
    return [node["split_feature"], threshold, _tree(node["left_child"]), _tree(node["right_child"])]


def write(model: dict[str, Any], path: Path) -> None:
    """Write the model file: one tree a line, so that a diff can be read."""
    parts = []
    for look in ("first", "second"):
        trees = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in model[look]["trees"])
        columns = json.dumps(model[look]["columns"])
        parts.append(
            f'"{look}":{{"columns":{columns},\n"start":{model[look]["start"]},"trees":[\n{trees}\n]}}'
        )
    head = f'{{"name":{json.dumps(model["name"])},"floor":{model["floor"]},\n'
    path.write_text(head + ",\n".join(parts) + "}\n", encoding="ascii")
