"""QR codes: as SVG, for paper, and as 1-bit PNG, fast: segno draws one of each version, the rest are XORs.

At a fixed version, error level and mask every module of a QR code is a linear function over GF(2) of the
message's bits (ISO/IEC 18004: the Reed-Solomon code, the placing and the mask are all linear or constant).
So a code is any other one with some pixels turned: those that the differing codewords turn.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

from mirrorpress.editions.codewords import Codewords

if TYPE_CHECKING:
    import segno

# segno takes 40 ms to import, which a build that draws nothing does not need.
# ruff: noqa: PLC0415

LONGEST = 400
"""Characters; the code of a longer text is too fine for a phone to read from paper."""
_ERROR = "m"
_MASK = 3
_SCALE = 4  # pixels a module
_BORDER = 4  # modules, as the standard asks
_TIMING = 6  # the column that holds no data from top to bottom


def qr_png(text: str, *, longest: int = LONGEST) -> bytes:
    """A PNG of the QR code for an ASCII ``text`` of up to ``longest`` characters.

    Raises ``ValueError`` for longer or other text.
    """
    data = _ascii(text, longest)
    return _shape(len(data)).png(data)


def shows(png: bytes, text: str, *, longest: int = LONGEST) -> bool:
    """Whether ``qr_png`` gives this picture for a text, on this machine or on one whose zlib compresses
    otherwise. ``png`` may be anything; raises ``ValueError`` as ``qr_png`` does."""
    drawn = qr_png(text, longest=longest)
    if png == drawn:
        return True
    ends = slice(_HEADER), slice(-_TAIL, None)
    return all(png[end] == drawn[end] for end in ends) and _inflated(png) == _inflated(drawn)


def qr_svg(text: str, *, side: float, module: float) -> str:
    """The QR code for an ASCII ``text`` of up to ``LONGEST`` characters, as an SVG element within HTML.

    It is ``side`` mm wide with its margin, or as wide as it takes for a module to have ``module`` mm. Where
    the code's size leaves room, it stands more damage than the others. Raises ``ValueError`` for longer or
    other text.
    """
    import segno

    code = segno.make_qr(_ascii(text), error=_ERROR, mode="byte")
    modules = code.symbol_size(border=_BORDER)[0]
    width = max(side, modules * module)
    drawn: str = code.svg_inline(border=_BORDER, omitsize=True, svgclass=None, lineclass=None)
    return drawn.replace("<svg ", f'<svg width="{width:g}mm" height="{width:g}mm" ', 1)


def data_uri(png: bytes) -> str:
    """A PNG as the address of a picture that stands within its page (RFC 2397)."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _ascii(text: str, longest: int = LONGEST) -> bytes:
    data = text.encode("ascii")
    if len(data) > longest:
        raise ValueError(f"{len(data)} characters are too many for a QR code that a phone reads from paper")
    return data


class _Version:
    """Codes of one version, as PNG has their pixels: of each row of modules one line, which is a byte for the
    filter and then a bit a pixel (1 is white), all lines in one integer."""

    def __init__(self, number: int) -> None:
        import segno

        drawn = segno.make_qr(b"", error=_ERROR, mask=_MASK, mode="byte", version=number, boost_error=False)
        self.codewords = _codewords(number)
        self.rows = len(drawn.matrix)
        self.width = (self.rows + 2 * _BORDER) * _SCALE
        self.line = 1 + (self.width + 7) // 8  # bytes
        self._modules = list(self._of_data(drawn))
        self._flips: dict[tuple[int, int], int] = {}
        self.margin = (b"\x00" + b"\xff" * (self.line - 1)) * (_BORDER * _SCALE)
        white = "1" * (_BORDER * _SCALE)
        self._empty = 0
        for row in drawn.matrix:
            pixels = "".join("10"[module] * _SCALE for module in row)
            line = int(f"{white}{pixels}{white}", 2) << -self.width % 8
            self._empty = self._empty << 8 * self.line | line

    def _of_data(self, drawn: segno.QRCode) -> Iterator[int]:
        """The pixels of each module that holds a bit of a codeword, in the order of these bits."""
        from segno import consts

        kinds = [list(row) for row in drawn.matrix_iter(border=0, verbose=True)]
        kinds[8][self.rows - 9] = consts.TYPE_DATA_LIGHT  # which segno 1.6 takes for a bit of the format
        square = (1 << _SCALE) - 1
        for row, column in _way(self.rows):
            if kinds[row][column] in (consts.TYPE_DATA_LIGHT, consts.TYPE_DATA_DARK):
                lines_below, pixels_left = self.rows - 1 - row, _SCALE * (_BORDER + column + 1)
                yield square << 8 * (self.line * (lines_below + 1) - 1) - pixels_left

    def drawn(self, message: bytes) -> int:
        """The code of a message."""
        return self._empty ^ self.between(self.codewords.of(b""), self.codewords.of(message))

    def between(self, one: bytes, other: bytes) -> int:
        """The pixels in which the codes of two messages differ, given by their data codewords."""
        flips, pixels = self._flips, 0
        for place, (this, that) in enumerate(zip(one, other, strict=True)):
            if this != that:
                key = place, this ^ that
                if key not in flips:
                    flips[key] = self._turned(*key)
                pixels ^= flips[key]
        return pixels

    def _turned(self, word: int, value: int) -> int:
        """The pixels that turn when ``value`` is added to a codeword of the message."""
        pixels = 0
        for place, added in self.codewords.changes(word, value):
            for bit, module in enumerate(self._modules[8 * place : 8 * place + 8]):
                if added << bit & 0x80:
                    pixels ^= module
        return pixels


_codewords, _version = cache(Codewords), cache(_Version)


def _way(size: int) -> Iterator[tuple[int, int]]:
    """Rows and columns in the order in which codewords are placed: two columns at a time from the right, up
    and down (ISO/IEC 18004, 7.7.3)."""
    upwards = True
    for right in (*range(size - 1, _TIMING, -2), *range(_TIMING - 1, 0, -2)):
        for row in reversed(range(size)) if upwards else range(size):
            yield row, right
            yield row, right - 1
        upwards = not upwards


class _Shape:
    """All codes of messages of one length. One is told from another by few codewords, as addresses begin
    alike."""

    def __init__(self, length: int) -> None:
        fitting = (number for number in count(1) if _codewords(number).room >= length)
        self._version = version = _version(next(fitting))
        self._known: tuple[bytes, int] | None = None
        header = struct.pack(">IIBBBBB", version.width, version.width, 1, 0, 0, 0, 0)
        self._head = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header)

    def png(self, message: bytes) -> bytes:
        """A greyscale PNG of one bit a pixel (PNG 1.2, colour type 0)."""
        version, words = self._version, self._version.codewords.of(message)
        if self._known is None:
            self._known = words, version.drawn(message)
        known, pixels = self._known
        lines = (pixels ^ version.between(known, words)).to_bytes(version.line * version.rows)
        starts = range(0, len(lines), version.line)
        repeated = [lines[start : start + version.line] * _SCALE for start in starts]
        data = b"".join((version.margin, *repeated, version.margin))
        return self._head + _chunk(b"IDAT", _deflated(data)) + _END


_shape = cache(_Shape)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


_HEADER, _TAIL = 8 + 12 + 13, 12  # bytes before and after the one chunk of pixels
_MOST_PIXELS = 1 << 16  # bytes of the largest code, a line each, are fewer


def _inflated(png: bytes) -> bytes | None:
    """The lines of a PNG that is laid out as ours; None for another."""
    chunk = png[_HEADER:-_TAIL]
    kind, body, end = chunk[4:8], chunk[8:-4], chunk[-4:]
    sizes = struct.pack(">I", len(body)), struct.pack(">I", zlib.crc32(kind + body))
    if kind != b"IDAT" or (chunk[:4], end) != sizes:
        return None
    reader = zlib.decompressobj()
    try:
        lines = reader.decompress(body, _MOST_PIXELS)
    except zlib.error:
        return None
    return lines if reader.eof and not reader.unused_data else None


def _deflated(data: bytes) -> bytes:
    """As zlib data. For these few kB a small window and a low level give less in half the time."""
    compressor = zlib.compressobj(4, zlib.DEFLATED, 12, 5)
    return compressor.compress(data) + compressor.flush()


_END = _chunk(b"IEND", b"")
