"""Totals over some days, as git hosts show them, written to CSV files.

GitHub gives the ten most read paths of the last 14 days (``/repos/…/traffic/popular/paths``): path, title,
count, uniques. github-repo-stats keeps them as url_path, views_total, views_unique. Plausible's dashboard
exports ``pages.csv`` in the same manner: name, visitors, pageviews.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import PurePath

from mirrorpress.errors import SourceError
from mirrorpress.gather.counts.records import (
    DAY,
    Format,
    Line,
    Record,
    Total,
    Unreadable,
    Window,
    figure,
    moment,
)
from mirrorpress.gather.counts.tables import header_of, records
from mirrorpress.model import day_number, day_of

_GITHUB_DAYS = 14
# Columns of path and readers, and how many days they cover where that is known.
_KINDS = (
    ("path", "uniques", _GITHUB_DAYS),
    ("url_path", "views_unique", _GITHUB_DAYS),
    ("name", "visitors", 0),
)
_DATES = ("date", "day", "timestamp", "time", "time_iso8601")
_DATED = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")


def _fits(lines: Sequence[str]) -> bool:
    return any({path, readers} <= {*header_of(lines)} for path, readers, _ in _KINDS)


def _read(lines: Iterable[Line], window: Window, name: str) -> Iterator[Record]:
    named = window.last or _date_in(name)

    def total(number: int, cells: dict[str, str]) -> Record:
        kind = next((kind for kind in _KINDS if kind[0] in cells and kind[1] in cells), None)
        dated = next((cells[column] for column in _DATES if column in cells), None)
        days = window.days or (kind[2] if kind else 0)
        if kind is None or not days or (dated is None and named is None):
            raise SourceError(_missing(kind, days), where=name, hint=_HINT)
        last = _day(dated) if dated is not None else named
        readers = figure(cells[kind[1]])
        if last is None:
            return Unreadable(number, "no date that there is")
        if readers is None:
            return Unreadable(number, "no number of readers that can be")
        return Total(number, cells[kind[0]], readers, day_number(last), days)

    return records(lines, name, total)


_HINT = "give --date with the last day that the figures cover, and --days with how many; see docs/counts.md"


def _missing(kind: object, days: int) -> str:
    if kind is None:
        return "there are no columns of paths and readers"
    return "it does not say for which day" if days else "it does not say for how many days"


def _day(text: str) -> date | None:
    seconds = moment(text.strip())
    return day_of(seconds // DAY) if seconds is not None and seconds >= 0 else None


def _date_in(name: str) -> date | None:
    """The one date in a file's name, such as that of a daily snapshot."""
    found = {*_DATED.findall(PurePath(name).name)}
    try:
        return date.fromisoformat(found.pop()) if len(found) == 1 else None
    except ValueError:
        return None


FORMAT = Format("traffic", False, _fits, _read)
