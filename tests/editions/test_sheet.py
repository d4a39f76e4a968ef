"""The sheet for printing: whole in itself, and its codes scan from paper."""

from __future__ import annotations

import re
from datetime import date

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from mirrorpress.editions.codes import codes_of
from mirrorpress.editions.sheet import Item, sheet
from mirrorpress.markup import parse

HOME = "https://git.example.org/m/README.md"
_STEP = re.compile(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?")


def scanned(svg: str) -> tuple[str, float]:
    """What a reader sees in an SVG code, drawn by its own path data, and how wide the code is, in mm."""
    width = re.search(r'width="([\d.]+)mm"', svg)
    path = re.search(r' d="([^"]+)"', svg)
    box = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg)
    assert width
    assert path
    assert box
    picture = Image.new("L", (int(box[1]) * 4, int(box[1]) * 4), 255)
    draw = ImageDraw.Draw(picture)
    x = y = 0.0
    for kind, first, second in _STEP.findall(path[1]):
        if kind == "h":
            draw.rectangle(((x * 4), (y - 0.5) * 4, (x + float(first)) * 4 - 1, (y + 0.5) * 4 - 1), fill=0)
            x += float(first)
        else:
            x, y = (0.0, 0.0) if kind == "M" else (x, y)
            x, y = x + float(first), y + float(second)
    return str(zxingcpp.read_barcode(picture).text), float(width[1])


def made(language: str = "en", **changes: str) -> str:
    values = {"title": "Lamp", "publisher": "Harbour Times", "address": "https://git.example.org/m/a.md"}
    items = [Item(**{**values, **changes}, day=date(2026, 6, 1))]  # type: ignore[arg-type]
    return sheet(
        title="Harbour Light",
        language=language,
        heading="Newest",
        day=date(2026, 6, 2),
        home=HOME,
        items=items,
    ).decode()


@pytest.mark.parametrize("length", [30, 66, 120, 250, 400])
def test_codes_scan_and_are_large_enough_for_paper(length: int) -> None:
    address = ("https://git.example.org/" + "harbour/mirror/" * 40)[:length]
    codes = re.findall(r"<svg.*?</svg>", made(address=address), re.DOTALL)
    (home, _), (article, side) = map(scanned, codes)
    assert (home, article) == (HOME, address)
    modules = int(re.search(r'viewBox="0 0 (\d+)', codes[1])[1])  # type: ignore[index]
    assert side >= 33.9
    assert side / modules >= 0.499


def test_the_sheet_holds_all_that_it_shows() -> None:
    page = parse(made())
    assert not page.select("script, link, img, iframe, object, [src], [href], [onload]")
    assert "default-src 'none'" in (page.select("meta[http-equiv]")[0].attr("content") or "")
    assert "url(" not in made()
    assert "@import" not in made()


def test_hostile_titles_are_only_words() -> None:
    title = '</h2><script>alert(1)</script>\u202e"\n&amp;'
    page = parse(made(title=title, publisher="<b>x", address="https://a.example/<svg>"))
    assert not page.select("script, h2 b")
    assert page.select("h2")[0].text == '</h2><script>alert(1)</script> " &amp;'


@pytest.mark.parametrize(
    ("language", "direction"), [("fa", "rtl"), ("zh-Hans", "ltr"), ("en", "ltr"), ("ru", "ltr")]
)
def test_the_sheet_runs_as_its_language_does(language: str, direction: str) -> None:
    page = parse(made(language))
    assert page.select("html")[0].attr("dir") == direction
    assert page.select("html")[0].attr("lang") == language


def test_the_code_to_be_typed_is_set_apart() -> None:
    code = next(codes_of("harbour.example/1"))
    page = parse(made(address=f"https://git.example.org/m/s/{code}.md", code=code))
    [address] = page.select("main .address")
    assert address.text == f"https://git.example.org/m/s/{code}.md"
    assert [bold.text for bold in address.select("b")] == [code]
