"""The offline verifier's scripts and ``editions/copies.py`` follow one rule, byte for byte."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from mirrorpress.editions.copies import has_right_code, neutral, readdressed
from mirrorpress.editions.qr import LONGEST, qr_png
from mirrorpress.editions.tree import TreeEdition
from mirrorpress.links import file_address, in_ascii
from tests.editions.conftest import Shelf
from tests.editions.test_copies import ADDRESSES, AFTER, BEFORE, EDITIONS, HOST, PLAIN, built

Case = tuple[str, bytes, str]
"""A path, the file there, the address that it is read at."""
SCRIPTS = ("json", "bytes", "qrcode", "neutral")
RULED = """(cases) => Promise.all(cases.map(async ([path, data, address]) => {
  const place = placeAt(address);
  if (!place) return null;
  const binary = atob(data);
  const form = neutral(path, binary, place);
  return [form === null ? null : btoa(form), await hasRightCode(path, binary, place)];
}))"""
NO_ADDRESSES = (
    "", "https://", "https://mirror.example.org", "http://mirror.example.org/", "ftp://a.example/",
    "https://a.example/?q=/", "https://a.example/#/", "https://u:p@a.example/", "https://a.example//",
    "https://a.example/../", "https://a.example/x/./", 'https://a.example/"><script>/', "https://a.example/\n",
    "https://a.example/&amp;/", "https://a.example/x y<>/", "https://a.example:999999/", "https://a.example/+/",
    "https://a.example/\n/", "javascript:alert(1)//", f"https://a.example/{'x' * LONGEST}/",
    f"https://a.example/{'渡' * 130}/",
)  # fmt: skip
ODD_ADDRESSES = (
    *ADDRESSES, "https://例.example/", "https://a.example/Ⅷ²_٣/渡轮/", "http://localhost:8000/", "http://abc234.onion/x/",
    "https://a.example/.../", f"https://a.example/{'x' * (LONGEST - 19)}/", "https://git.sr.ht/~a/b/tree/main/item/",
    "https://gitlab.example/a/b/-/blob/main/", "https://a.example/$&/".replace("$&", "%24"),
)  # fmt: skip


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path)
    with made.archive:
        yield made


@pytest.fixture(scope="module")
def scripts(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page with the verifier's scripts, but for those that show anything."""
    folder = resources.files("mirrorpress.editions.verifier") / "scripts"
    script = "".join((folder / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    names = "placeAt, neutral, hasRightCode, showsCode, bytesOfHex, fileAddress"
    blank = tmp_path_factory.mktemp("blank") / "a.html"
    blank.write_text("<!doctype html><title>x</title>", encoding="utf-8")
    page = browser.new_page()
    page.goto(blank.as_uri())
    page.add_script_tag(content=f"{script};Object.assign(globalThis, {{ {names} }})")
    yield page
    page.close()


def by_python(case: Case) -> list[Any] | None:
    path, data, address = case
    try:
        neutral("metadata/", b"", address)
    except ValueError:
        return None
    try:
        form = base64.b64encode(neutral(path, data, address)).decode()
    except ValueError:
        form = None
    return [form, has_right_code(path, data, address)]


def told_apart(page: Page, cases: list[Case]) -> list[Case]:
    """The cases on which the scripts and Python do not agree."""
    found = page.evaluate(RULED, [[path, base64.b64encode(data).decode(), at] for path, data, at in cases])
    assert len(found) == len(cases)
    return [case for case, one in zip(cases, found, strict=True) if one != by_python(case)]


@pytest.mark.parametrize("edition", EDITIONS, ids=["markdown", "site"])
@pytest.mark.parametrize("origin", [PLAIN, HOST])
def test_of_every_file_of_an_edition_and_of_its_copies(
    scripts: Page,
    shelf: Shelf,
    tmp_path: Path,
    edition: TreeEdition,
    origin: str,
) -> None:
    files = built(shelf, tmp_path, edition, origin)
    cases = [(path, data, origin) for path, data in files.items()]
    for address in ADDRESSES[1:6]:
        cases += [(path, readdressed(path, data, origin, address), address) for path, data in files.items()]
    assert told_apart(scripts, cases) == []
    forms = [by_python(case) for case in cases]
    assert sum(b"\0" in base64.b64decode(form[0]) for form in forms if form and form[0]) > len(files)


def test_of_texts_that_bend_it(scripts: Page) -> None:
    cases: list[Case] = []
    for own in ODD_ADDRESSES:
        named = {own, in_ascii(own), file_address(own), own[:-1], HOST, f"{own}./", f"{own}{own}"}
        text = "\n".join(f"{b}{one}{a}" for b in BEFORE for one in sorted(named) for a in AFTER)
        within = "".join(
            f"{chr(sign)}{in_ascii(own)}a.md {chr(sign)}{file_address(own)}b" for sign in range(2, 256)
        )
        for path in (
            "a.md",
            "a.html",
            "feeds/p2.xml",
            "robots.txt",
            "mirrors.json",
            "verify.html",
            "a.gz",
            "b.md.html",
        ):
            cases += [(path, text.encode(), own), (path, within.encode("latin-1"), own)]
    for address in NO_ADDRESSES:
        cases.append(("a.md", f"{address}a.md".encode(), address))
    for mark in (b"\0", b"\1"):
        cases += [
            (path, mark + b"a.md", PLAIN) for path in ("a.md", "a.html", "a.webp", "metadata/copy.json")
        ]
    cases.append(("a.md", f"<{HOST}> <{HOST}a.md> <{HOST}a/> {HOST}".encode(), "https://git.example.org/"))
    cases.append(("a.md", f"{PLAIN}{'a/' * 20_000}".encode(), PLAIN))
    assert told_apart(scripts, cases) == []


def test_of_codes(scripts: Page) -> None:
    cases: list[Case] = []
    paths = (
        "qr/a.png", "zh-Hant/qr/pages/p2/渡轮.png", "zh-1/qr/a.png", "en/qr/a.png", "qr/.png", "qr/a\nb.png", "qr/x/(a)'!*~.png",
        "a/qr/b.png", "index.html", "pages/p2/тест é.html", "zh-Hans/index.html", "help.md",
    )  # fmt: skip
    genuine = qr_png(f"{PLAIN}a.md")
    texts = (f"{PLAIN}a.md", f"{PLAIN}index.html", PLAIN, f"{HOST}a.md")
    pictures = [qr_png(text) for text in texts]
    for place in (0, 20, 30, 38, 50, len(genuine) - 14, len(genuine) - 5, len(genuine) - 1):
        broken = bytearray(genuine)
        broken[place] ^= 1
        pictures.append(bytes(broken))
    pictures += [b"", genuine + b"\0", genuine[:-1]]
    for path in paths:
        for picture in pictures:
            code = base64.b64encode(picture)
            for one in (code, code.rstrip(b"="), code + b"=", code + b"==", b"=" + code):
                page = b'<img src="data:image/png;base64,%s" alt="QR">' % one
                cases += [(path, page, PLAIN), (path, page + page, PLAIN)]
            cases.append((path, picture, PLAIN))
        own = readdressed(path, genuine if path.endswith(".png") else page, PLAIN, HOST)
        cases.append((path, own, HOST))
    assert told_apart(scripts, cases) == []
    assert by_python(("qr/a.png", genuine, PLAIN)) == ["", True]


def test_codes_of_every_size_are_drawn_as_the_mirror_draws_them(scripts: Page) -> None:
    texts = ["https://a.example/" + "x" * length for length in range(0, 2 * LONGEST - 18, 7)]
    texts.append("https://a.example/".ljust(2 * LONGEST, "x"))
    pairs = [[text, qr_png(text, longest=2 * LONGEST).hex()] for text in texts]
    shown = scripts.evaluate(
        "(pairs) => Promise.all(pairs.map(async ([text, hex]) => { const png = bytesOfHex(hex, hex.length / 2);"
        "return [await showsCode(png, text), await showsCode(png, text + '.')]; }))",
        pairs,
    )
    assert shown == [[True, False]] * len(pairs)


def test_addresses_of_files_are_those_that_the_mirror_writes(scripts: Page) -> None:
    known = [one for one in ODD_ADDRESSES if one.isascii()]
    assert scripts.evaluate("(all) => all.map(fileAddress)", known) == [file_address(one) for one in known]
