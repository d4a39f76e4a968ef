"""The formats of counts, and finding the one that a file has."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from mirrorpress.gather.counts import caddy, combined, goatcounter, plausible, traffic
from mirrorpress.gather.counts.records import Format, Line

FORMATS = {
    one.name: one
    for one in (combined.FORMAT, caddy.FORMAT, goatcounter.FORMAT, plausible.FORMAT, traffic.FORMAT)
}
_LOOKED_AT = 20  # lines


def recognised(lines: Iterator[Line], wanted: str = "") -> tuple[Format | None, Iterator[Line]]:
    """The format of a file, ``wanted`` when that names one, None when none fits; and its lines again from the
    first one."""
    first = list(islice(lines, _LOOKED_AT))
    texts = [text for _, text in first if text]
    again = chain(first, lines)
    if wanted:
        return FORMATS[wanted], again
    return next((one for one in FORMATS.values() if one.fits(texts)), None), again
