"""The tables that the comparison prints, one line an engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.extraction.metrics import Score, average, f1_of_means

TEXT = ("precision", "recall", "F1", "F1 of means", "F1 < 0.5", "no answer")
FACTS = ("title", "date", "a day off", "other date", "authors")
STRUCTURE = (
    "captions",
    "cells",
    "headings",
    "items",
    "<figcaption>",
    "<td>, <th>",
    "<h1>...<h6>",
    "<li>",
    "<img>",
)
SPEED = ("pages/s", "x trafilatura", "slowest run", "fastest run", "peak MB")
_NAME, _WIDTH = 18, 14


@dataclass
class Table:
    """Prints its head at once and rows as they come; ``absent`` says why engines have none."""

    title: str
    columns: Sequence[str]
    absent: dict[str, str]
    rows: dict[str, list[str]] = field(default_factory=dict)
    _begun: bool = False

    def row(self, name: str, cells: Sequence[str]) -> None:
        """Print an engine's line."""
        if not self._begun:
            print(f"\n{self.title}\n{'engine':<{_NAME}}{self._line(self.columns)}")
            self._begun = True
        print(
            f"{name:<{_NAME}}" + (f"  {self.absent[name]}" if name in self.absent else self._line(cells)),
            flush=True,
        )

    def print_all(self) -> None:
        """Print the rows that were gathered."""
        for name, cells in self.rows.items():
            self.row(name, cells)

    @staticmethod
    def _line(cells: Sequence[str]) -> str:
        return "".join(f"{cell:>{_WIDTH}}" for cell in cells)


def text_cells(scores: Sequence[Score], errors: Sequence[str]) -> list[str]:
    """Means, and how many pages went badly or gave an error."""
    if not scores:
        return []
    means = average(scores)
    figures = (means.precision, means.recall, means.f1, f1_of_means(means))
    return [
        *(f"{figure:.3f}" for figure in figures),
        str(sum(one.f1 < 0.5 for one in scores)),
        str(sum(map(bool, errors))),
    ]


def speed_cells(rates: Sequence[float], peak: int, yardstick: float | None) -> list[str]:
    """Median rate, its ratio to the yardstick's, the spread of the runs, memory in MB of a million bytes."""
    if not rates:
        return []
    ratio = f"{median(rates) / yardstick:.2f}" if yardstick else "-"
    return [f"{median(rates):.1f}", ratio, f"{min(rates):.1f}", f"{max(rates):.1f}", f"{peak / 1e6:.0f}"]


def share(part: int, whole: int) -> str:
    """A share with three digits; a dash of nothing."""
    return f"{part / whole:.3f}" if whole else "-"
