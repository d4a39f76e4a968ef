"""Plausible's export of all stats: ``imported_pages_….csv``, alone or in its ZIP archive.

https://plausible.io/docs/csv-import: date, hostname, page, visits, visitors, pageviews
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from mirrorpress.gather.counts.records import (
    Format,
    Line,
    Record,
    Total,
    Unreadable,
    Window,
    figure,
)
from mirrorpress.gather.counts.tables import header_of, records
from mirrorpress.model import day_number


def _fits(lines: Sequence[str]) -> bool:
    return {"date", "page", "visitors"} <= {*header_of(lines)}


def _read(lines: Iterable[Line], _: Window, name: str) -> Iterator[Record]:
    return records(lines, name, _total)


def _total(number: int, cells: dict[str, str]) -> Record:
    readers = figure(cells.get("visitors", ""))
    try:
        day = day_number(date.fromisoformat(cells.get("date", "")))
    except ValueError:
        return Unreadable(number, "no date that there is")
    if readers is None:
        return Unreadable(number, "no number of visitors that can be")
    return Total(number, cells.get("page", ""), readers, day, 1)


FORMAT = Format("plausible", False, _fits, _read)
