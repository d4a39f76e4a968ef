"""QR codes scan, and composing them gives the same code as drawing them."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
import segno
import zxingcpp
from PIL import Image

from mirrorpress.editions.qr import qr_png, shows


def read(png: bytes) -> str:
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.mode == "1"
        return str(zxingcpp.read_barcode(picture.convert("L")).text)


@pytest.mark.parametrize("length", [1, 20, 70, 150, 400])
def test_codes_scan_with_an_independent_reader(length: int) -> None:
    text = ("https://git.example.org/team/mirror/" * 20)[:length]
    assert read(qr_png(text)) == text


def test_many_codes_of_one_length_scan_and_do_not_depend_on_their_order() -> None:
    texts = [f"https://git.example.org/m/pages/p2/{n:07}.md" for n in range(1_000_000, 1_000_060)]
    for text in texts:
        assert read(qr_png(text)) == text
    assert qr_png(texts[0]) == qr_png(texts[0])
    assert len(qr_png(texts[0])) < 600


@pytest.mark.parametrize(
    "length", [1, 14, 15, 26, 43, 62, 84, 107, 122, 152, 180, 213, 251, 287, 331, 362, 400]
)
def test_a_composed_code_has_the_modules_that_segno_draws(length: int) -> None:
    """Lengths at which versions begin and end: 1 to 15, with one and two lengths of blocks."""
    qr_png("~" * length)  # from which the next one is told
    text = "".join(chr(33 + (7 * n) % 93) for n in range(length))
    drawn = segno.make_qr(text.encode(), error="m", mask=3, mode="byte", boost_error=False)
    with Image.open(io.BytesIO(qr_png(text))) as picture:
        side = picture.width // 4 - 8
        modules = [[not picture.getpixel((4 * x + 16, 4 * y + 16)) for x in range(side)] for y in range(side)]
    assert modules == [list(map(bool, row)) for row in drawn.matrix]


def test_a_text_that_no_phone_could_read_is_refused() -> None:
    with pytest.raises(ValueError, match="too many"):
        qr_png("x" * 401)


def compressed_otherwise(png: bytes, level: int = 9, more: bytes = b"") -> bytes:
    """The same picture, as a machine with another zlib would give it; ``more`` follows its pixels."""
    body = zlib.compress(zlib.decompress(png[41:-16]) + more, level)
    chunk = b"IDAT" + body
    return png[:33] + struct.pack(">I", len(body)) + chunk + struct.pack(">I", zlib.crc32(chunk)) + png[-12:]


class TestShows:
    TEXT = "https://git.example.org/m/pages/p2/1.md"

    def test_the_picture_whatever_compressed_it(self) -> None:
        png = qr_png(self.TEXT)
        other = compressed_otherwise(png)
        assert other != png
        assert read(other) == self.TEXT
        assert shows(png, self.TEXT)
        assert shows(other, self.TEXT)

    def test_no_other_picture(self) -> None:
        other = qr_png(self.TEXT.replace("1", "2"))
        assert not shows(other, self.TEXT)
        assert not shows(compressed_otherwise(other), self.TEXT)

    def test_nothing_that_is_not_ours_to_the_last_byte(self) -> None:
        png = compressed_otherwise(qr_png(self.TEXT))
        for wrong in (
            b"", png[:-1], png[:40], png + b"\0", png[:33] + png, png[:-12] + png[33:],
            compressed_otherwise(png, more=b"\0"), compressed_otherwise(png, more=bytes(1 << 24)),
            *(png[:at] + bytes([png[at] ^ 1]) + png[at + 1 :] for at in range(0, len(png), 7)),
        ):  # fmt: skip
            assert not shows(wrong, self.TEXT)
