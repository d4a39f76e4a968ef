"""What readers pass on: text, address and code of every page."""

from __future__ import annotations

import io
import re
from typing import Any

import zxingcpp
from PIL import Image

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
