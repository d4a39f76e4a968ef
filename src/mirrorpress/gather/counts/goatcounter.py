"""GoatCounter's CSV export of pageviews, versions 1 and 2 (https://www.goatcounter.com/help/export).

The version stands before the name of the first column: ``2Path``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mirrorpress.errors import SourceError
from mirrorpress.gather.counts.records import Format, Hit, Line, Record, Unreadable, Window, moment
from mirrorpress.gather.counts.tables import header_of, records

_KNOWN = ("1Path", "2Path")


def _fits(lines: Sequence[str]) -> bool:
    first, *rest = header_of(lines) or [""]
    return first.lstrip("0123456789") == "Path" and {"Session", "Bot", "Date"} <= {*rest}


def _read(lines: Iterable[Line], _: Window, name: str) -> Iterator[Record]:
    def hit(number: int, cells: dict[str, str]) -> Record:
        first = next(iter(cells))
        if first not in _KNOWN or not {"Session", "Bot", "Date"} <= cells.keys():
            raise SourceError(
                "this version of GoatCounter's export is not known",
                where=name,
                hint="versions 1 and 2 are; a newer mirrorpress may know it",
            )
        at = moment(cells["Date"])
        if at is None:
            return Unreadable(number, "no date that there is")
        read = cells["Bot"] in ("", "0") and cells.get("Event", "") in ("", "0", "false")
        # A view without a session is told from others by being the first of its visit.
        unnamed = cells["Session"].strip("0-") == ""
        if unnamed and cells.get("FirstVisit") not in ("1", "true"):
            read = False
        reader = f"line {number}" if unnamed else cells["Session"]
        return Hit(number, at, cells[first] if read else "", reader, "")

    return records(lines, name, hit)


FORMAT = Format("goatcounter", True, _fits, _read)
