"""A sheet of paper with the articles of the day and their codes: one HTML file, for A4 and Letter.

It holds everything that it shows: no script, no font, nothing from elsewhere. Codes are 34 mm wide with
their margin, and wider where a module would have less than 0.5 mm: what phones read from 30 cm away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from minijinja import Environment

from mirrorpress.editions.days import long_day, short_day
from mirrorpress.editions.direction import joined
from mirrorpress.editions.plain import one_line
from mirrorpress.editions.qr import LONGEST, qr_svg
from mirrorpress.editions.words import is_right_to_left, words

_SIDE = 34.0  # mm, of a code with its margin
_MODULE = 0.5  # mm, the smallest


@dataclass(frozen=True, slots=True)
class Item:
    """An article on the sheet: ``code`` is the part of its address that is set apart, empty for none."""

    title: str
    publisher: str
    day: date
    address: str
    language: str = ""
    code: str = ""


def sheet(*, title: str, language: str, heading: str, day: date, home: str, items: Sequence[Item]) -> bytes:
    """The sheet as UTF-8 HTML: ``heading`` says what kind of articles they are, ``home`` is the mirror's
    address. Raises ``ValueError`` for an address that no phone could read from paper."""
    html = _environment().render_template(
        "sheet.html",
        title=one_line(title),
        language=language,
        direction="rtl" if is_right_to_left(language) else "ltr",
        heading=one_line(heading),
        day=long_day(language, day),
        home={"address": home, "svg": _code(home)},
        items=[_shown(item, language) for item in items],
        words=words(language),
    )
    return html.encode()


def fits(address: str) -> bool:
    """Whether a phone can read the code of this address from paper."""
    return 0 < len(address) <= LONGEST


def _shown(item: Item, language: str) -> dict[str, str]:
    before, code, after = item.address.rpartition(item.code) if item.code else (item.address, "", "")
    return {
        "title": one_line(item.title),
        "language": item.language,
        "by": joined(language, (one_line(item.publisher), short_day(language, item.day))),
        "before": before,
        "code": code,
        "after": after,
        "svg": _code(item.address),
    }


def _code(address: str) -> str:
    return qr_svg(address, side=_SIDE, module=_MODULE)


@cache
def _environment() -> Environment:
    name = "sheet.html"
    text = (resources.files("mirrorpress.editions") / "templates" / "print" / name).read_text("utf-8")
    return Environment(templates={name: text}, auto_escape_callback=lambda _: "html")
