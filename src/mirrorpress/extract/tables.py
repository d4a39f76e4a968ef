"""Telling tables that hold data from tables that only lay out a page, and reading the former as a grid."""

from __future__ import annotations

from mirrorpress.markup import Element

_LONGEST = 1000  # characters of a cell; more is an article set in a table
_MOST_CELLS = 20_000  # of a grid after its spans are opened
_WIDEST_SPAN = 50


def data_cells(table: Element) -> list[list[Element | None]]:
    """The rows of a data table, each as wide as the widest, ``colspan`` and ``rowspan`` opened into None.

    An empty list for a table that only lays out the page: one column, one row, a table inside, a cell as
    long as an article, or ``role="presentation"``.
    """
    if table.attr("role") == "presentation" or table.select_one("table"):
        return []
    rows = [
        [cell for cell in row if isinstance(cell, Element) and cell.tag in ("td", "th")]
        for row in table.select("tr")
    ]
    rows = [row for row in rows if row]
    if len(rows) < 2 or any(len(cell.text) > _LONGEST for row in rows for cell in row):
        return []
    grid = _grid(rows)
    widest = max(map(len, grid), default=0)
    if widest < 2 or widest * len(grid) > _MOST_CELLS:
        return []
    return [line + [None] * (widest - len(line)) for line in grid]


def _grid(rows: list[list[Element]]) -> list[list[Element | None]]:
    """The rows with their spans opened; empty as soon as that is too many cells."""
    cells = 0
    grid: list[list[Element | None]] = []
    hanging: dict[int, int] = {}  # column: rows below that a cell above still covers
    for row in rows:
        line: list[Element | None] = []
        left = {column: count - 1 for column, count in hanging.items() if count > 1}
        for cell in row:
            while hanging.get(len(line)):
                line.append(None)
            down = _span(cell, "rowspan")
            for offset in range(_span(cell, "colspan")):
                if down > 1:
                    left[len(line)] = down - 1
                line.append(None if offset else cell)
        while hanging.get(len(line)):
            line.append(None)
        hanging = left
        grid.append(line)
        cells += len(line)
        if cells > _MOST_CELLS:
            return []
    return grid


def _span(cell: Element, name: str) -> int:
    value = cell.attr(name) or ""
    if not (value.isascii() and value.isdecimal() and len(value) < 6):
        return 1
    return min(max(int(value), 1), _WIDEST_SPAN)
