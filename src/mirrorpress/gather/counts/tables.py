"""Rows of CSV files (RFC 4180) by the names of their columns."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence

from mirrorpress.errors import SourceError
from mirrorpress.gather.counts.records import Line, Record, Unreadable

_LONGEST_ROW = 1000  # lines; titles within quotation marks may hold some


def header_of(lines: Sequence[str]) -> list[str]:
    """The names of the columns, from a file's first lines."""
    return _row(next((line for line in lines if line.strip()), ""))


def _row(line: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line]), [])]
    except csv.Error:
        return []


def records(
    lines: Iterable[Line], name: str, of_row: Callable[[int, dict[str, str]], Record]
) -> Iterator[Record]:
    """What ``of_row`` makes of each row: of the number of its last line, and its cells by column. Raises what
    ``rows`` and ``of_row`` raise."""
    for row in rows(lines, name):
        yield row if isinstance(row, Unreadable) else of_row(*row)


def rows(lines: Iterable[Line], name: str) -> Iterator[tuple[int, dict[str, str]] | Unreadable]:
    """Each row after the header, with the number of its last line; empty rows are passed over.

    Raises ``SourceError`` for a row that does not end.
    """
    number = begun = 0
    too_long: list[int] = []

    def texts() -> Iterator[str]:
        nonlocal number
        for number, text in lines:
            if number - begun > _LONGEST_ROW:
                raise SourceError(
                    f"the row that begins after line {begun} does not end within {_LONGEST_ROW:,} lines",
                    where=name,
                    hint="look at its quotation marks; the rows before it were counted",
                )
            if text is None:
                too_long.append(number)
            yield text or "\n"

    reader, header = csv.reader(texts()), None
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:  # such as a quotation mark that is never closed
            yield Unreadable(number, "not a row of a CSV file")
            begun = number
            continue
        begun = number
        while too_long:
            yield Unreadable(too_long.pop(0), "too long a line")
        if cells is None:
            return
        if not any(cells):
            continue
        if header is None:
            header = [cell.strip() for cell in cells]
        elif len(cells) != len(header):
            yield Unreadable(number, f"{len(cells)} columns where the header has {len(header)}")
        else:
            yield number, dict(zip(header, cells, strict=True))
