"""What readers pass on: text, address and code of every page."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image

from mirrorpress.markup import parse
from tests.editions.test_sheet import scanned as scanned_svg
from tests.end_to_end import logs
from tests.end_to_end.conftest import Mirror

ADDRESS = "https://git.example.org/harbour/mirror/src/branch/main/"
SHARE = re.compile(
    r"^```\n(?P<title>.+)\n(?P<address>https://\S+)\n```\n\n!\[QR\]\((?P<code>[^)]+)\)$", re.MULTILINE
)


def scanned(png: bytes) -> str:
    """What a phone reads, by a decoder that shares nothing with the encoder."""
    with Image.open(io.BytesIO(png)) as picture:
        return str(zxingcpp.read_barcode(picture.convert("L")).text)


def test_every_page_can_be_shared_by_text_and_by_code(published: tuple[Mirror, dict[str, Any]]) -> None:
    mirror, _ = published
    files = mirror.out()
    pages = [path for path in files if path.endswith(".md")]
    assert {"README.md", "help.md", "indexes/p2.md", "pages/p2/10001.md"} <= {*pages}
    codes = set()
    for path in pages:
        text = files[path].decode()
        blocks = list(SHARE.finditer(text))
        assert len(blocks) == 1, path
        assert blocks[0]["address"] == ADDRESS + path
        code = f"qr/{path.removesuffix('.md')}.png"
        assert blocks[0]["code"] == "../" * path.count("/") + code
        assert scanned(files[code]) == ADDRESS + path
        codes.add(code)
    assert codes == {path for path in files if path.startswith("qr/")}
    section = SHARE.search(files["indexes/p2.md"].decode())
    assert section
    assert section["title"] == "港湾要闻 · Harbour Light 港湾之光"


def shortened(mirror: Mirror) -> Mirror:
    mirror.configure(
        mirror.configuration.replace('type = "markdown"', 'type = "markdown"\nshort_addresses = true')
    )
    return mirror


def test_short_addresses_lead_to_their_articles_and_never_change(mirror: Mirror) -> None:
    shortened(mirror).run()
    files = mirror.out()
    short = {path: files[path].decode() for path in files if path.startswith("s/")}
    led = {}
    for path, text in short.items():
        assert re.fullmatch(r"s/[234789bcdfghjkmnprstvwx]{7}\.md", path)
        [target] = re.findall(r"\]\(\.\./(pages/[^)]+)\)", text)
        page = files[target].decode()
        assert page.splitlines()[0] == text.splitlines()[0], "it names the title"
        assert f"{ADDRESS}{path}>" in page, "the article names it"
        original = re.search(r"\S*127\.0\.0\.1\S*", text)
        assert original
        assert original[0] in page
        led[target] = path
    assert set(led) == {path for path in files if path.startswith("pages/")}
    mirror.newsroom.edition = 2
    assert mirror.run()["failed"] == 0
    changed = mirror.git("diff", "--name-status", "main~1", "main").splitlines()
    assert [line for line in changed if "\ts/" in line] == [
        f"A\t{path}" for path in mirror.out() if path.startswith("s/") and path not in short
    ]


def test_two_mirrors_of_a_newsroom_come_to_the_same_codes(mirror: Mirror, tmp_path: Path) -> None:
    shortened(mirror).run()
    (tmp_path / "other").mkdir()
    other = shortened(Mirror(tmp_path / "other", mirror.newsroom))
    other.run("run", "--section", "town")
    other.run()
    assert {path for path in other.out() if path.startswith("s/")} == {
        path for path in mirror.out() if path.startswith("s/")
    }


def test_a_sheet_to_print_has_the_newest_articles_and_scans(mirror: Mirror) -> None:
    shortened(mirror).run()
    told = mirror.run("sheet", "--count", "4")
    html = (mirror.folder / "sheet.html").read_text(encoding="utf-8")
    page = parse(html)
    assert told == {"path": str(mirror.folder / "sheet.html"), "articles": 4, "shows": "newest"}
    files = mirror.out()
    addresses = [scanned_svg(code)[0] for code in re.findall("<svg.*?</svg>", html, re.DOTALL)]
    assert addresses[0] == f"{ADDRESS}README.md"
    assert all(address.removeprefix(ADDRESS) in files for address in addresses)
    assert [one.text for one in page.select("main .address")] == addresses[1:]
    titles = [one.text for one in page.select("h2")]
    for title, address in zip(titles, addresses[1:], strict=True):
        assert address.startswith(f"{ADDRESS}s/")
        assert title in files[address.removeprefix(ADDRESS)].decode()
    assert titles == [item["title"] for item in json.loads(files["feed.json"])["items"][:4]]


def test_a_sheet_of_one_section_and_of_nothing(mirror: Mirror) -> None:
    assert "no article" in mirror.command("sheet", expect=2).stderr
    mirror.run()
    told = mirror.run("sheet", "--section", "bandar", "--out", "bandar.html")
    assert told["articles"] == 4
    page = parse((mirror.folder / "bandar.html").read_text(encoding="utf-8")).text
    assert "/pages/bandar/" in page
    assert "/pages/p2/" not in page
    assert "cannot be written" in mirror.command("sheet", "--out", "none/x.html", expect=1).stderr
    mirror.configure(re.sub(r"(?m)^addresses = .*$", "", mirror.configuration))
    assert "set addresses" in mirror.command("sheet", expect=2).stderr


def test_a_sheet_shows_what_is_read_most_and_never_what_was_withdrawn(mirror: Mirror) -> None:
    shortened(mirror).run()
    storm, tides = "pages/town/storm-cone-drill.md", "pages/town/how-to-read-the-tide-tables.md"
    log = logs.text([*logs.readers(f"{logs.ROOT}{tides}", 60), *logs.readers(f"{logs.ROOT}{storm}", 30)])
    (mirror.folder / "access.log").write_text(log, encoding="utf-8")
    mirror.command("counts", "import", "access.log")

    def titles() -> list[str]:
        page = parse((mirror.folder / "sheet.html").read_text(encoding="utf-8"))
        return [one.text for one in page.select("h2")]

    assert mirror.run("sheet")["shows"] == "hot"
    assert titles() == [
        "How to read the new tide tables",
        "Storm cone goes up for a drill, and the town listens",
    ]
    mirror.run("withdraw", tides, "--reason", "x")
    assert mirror.run("sheet")["articles"] == 1
    mirror.run("withdraw", storm, "--reason", "x")
    told = mirror.run("sheet", "--count", "100")
    assert (told["shows"], told["articles"]) == ("newest", 11)
    assert "How to read the new tide tables" not in titles()


def test_a_short_address_leads_to_what_stands_in_place_of_its_article(mirror: Mirror) -> None:
    shortened(mirror).run()
    before = mirror.out()
    page = "pages/town/how-to-read-the-tide-tables.md"
    [short] = [path for path in before if path.startswith("s/") and page in before[path].decode()]
    own = mirror.configuration
    mirror.configure(own.replace('id = "town"', 'id = "town"\nskip_titles = ["tide tables"]'))
    mirror.run()
    assert mirror.out()[short] == before[short]
    mirror.configure(own)
    mirror.run("withdraw", page, "--reason", "x")
    mirror.run()
    text = mirror.page(short)
    assert text == "# 本文已撤下\n\n[本文已撤下](../pages/town/how-to-read-the-tide-tables.md)\n"
    assert mirror.run("build", "--full")["bytes_written"] == 0
    mirror.run("withdraw", page, "--undo")
    mirror.run()
    assert mirror.out() == before
