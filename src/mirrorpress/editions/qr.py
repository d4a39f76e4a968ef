"""QR codes: as SVG, for paper, and as 1-bit PNG, fast: segno draws the first of a shape, the rest are XORs.

At a fixed version, error level, mask and length every module of a QR code is a linear function over
GF(2) of the message's bits (ISO/IEC 18004: the Reed-Solomon code, the placing and the mask are all
linear or constant). So one drawing per message bit is enough to compose any message of that length.
"""

from __future__ import annotations

import base64
import struct
import zlib
from functools import cache

import segno

LONGEST = 400
"""Characters; the code of a longer text is too fine for a phone to read from paper."""
_ERROR = "m"
_MASK = 3
_SCALE = 4  # pixels a module
_BORDER = 4  # modules, as the standard asks
_WORTH_IT = 30  # codes of one length that are simply drawn; composing pays once bits recur


def qr_png(text: str, *, longest: int = LONGEST) -> bytes:
    """A PNG of the QR code for an ASCII ``text`` of up to ``longest`` characters.

    Raises ``ValueError`` for longer or other text.
    """
    data = _ascii(text, longest)
    return _png(*_shape(len(data)).modules(data))


def shows(png: bytes, text: str, *, longest: int = LONGEST) -> bool:
    """Whether ``qr_png`` gives this picture for a text, on this machine or on one whose zlib compresses
    otherwise. ``png`` may be anything; raises ``ValueError`` as ``qr_png`` does."""
    drawn = qr_png(text, longest=longest)
    if png == drawn:
        return True
    ends = slice(_HEADER), slice(-_END, None)
    return all(png[end] == drawn[end] for end in ends) and _inflated(png) == _inflated(drawn)


def qr_svg(text: str, *, side: float, module: float) -> str:
    """The QR code for an ASCII ``text`` of up to ``LONGEST`` characters, as an SVG element within HTML.

    It is ``side`` mm wide with its margin, or as wide as it takes for a module to have ``module`` mm. Where
    the code's size leaves room, it stands more damage than the others. Raises ``ValueError`` for longer or
    other text.
    """
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


class _Shape:
    """All codes of messages of one length."""

    def __init__(self) -> None:
        self._version: int | None = None  # the smallest that fits, which the first drawing tells
        self._drawn = 0
        self._base = b""
        self._base_modules = 0
        self._size = 0
        self._flips: dict[tuple[int, int], int] = {}

    def modules(self, data: bytes) -> tuple[int, int]:
        """The code's side in modules, and its modules as bits, row by row."""
        self._drawn += 1
        if self._drawn <= _WORTH_IT:
            self._size, self._base_modules = self._draw(data)
            self._base = data
            return self._size, self._base_modules
        modules = self._base_modules
        for position, (one, other) in enumerate(zip(data, self._base, strict=True)):
            different = one ^ other
            while different:
                bit = different & -different
                modules ^= self._flip(position, bit)
                different ^= bit
        return self._size, modules

    def _flip(self, position: int, bit: int) -> int:
        """The modules that one bit of the message turns."""
        if (position, bit) not in self._flips:
            message = bytearray(self._base)
            message[position] ^= bit
            self._flips[position, bit] = self._draw(bytes(message))[1] ^ self._base_modules
        return self._flips[position, bit]

    def _draw(self, data: bytes) -> tuple[int, int]:
        code = segno.make_qr(
            data, error=_ERROR, mask=_MASK, mode="byte", version=self._version, boost_error=False
        )
        assert isinstance(code.version, int)  # noqa: S101 - only Micro QR codes have named versions
        self._version = code.version
        # A module's lowest bit says whether it is dark; the others, what it is there for.
        modules = b"".join(bytes(row) for row in code.matrix).translate(_DIGIT_OF)
        return len(code.matrix), int(modules, 2)


_DIGIT_OF = bytes(ord("0") + (module & 1) for module in range(256))


@cache
def _shape(length: int) -> _Shape:  # noqa: ARG001 - it is the key
    return _Shape()


def _png(size: int, modules: int) -> bytes:
    """A greyscale PNG of one bit a pixel (PNG 1.2, colour type 0)."""
    width = (size + 2 * _BORDER) * _SCALE
    stride = (width + 7) // 8
    white = b"\x00" + b"\xff" * stride
    margin, padding = "1" * (_BORDER * _SCALE), "0" * (stride * 8 - width)
    light = modules ^ (1 << size * size) - 1  # of one bit a pixel, 1 is white
    pixels = f"{light:0{size * size}b}".replace("0", _DARK).replace("1", _LIGHT)
    lines = [white * (_BORDER * _SCALE)]
    for start in range(0, len(pixels), size * _SCALE):
        line = int(f"{margin}{pixels[start : start + size * _SCALE]}{margin}{padding}", 2)
        lines.append((b"\x00" + line.to_bytes(stride, "big")) * _SCALE)
    lines.append(white * (_BORDER * _SCALE))
    header = struct.pack(">IIBBBBB", width, width, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", _deflated(b"".join(lines))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


_HEADER, _END = 8 + 12 + 13, 12  # bytes before and after the one chunk of pixels
_MOST_PIXELS = 1 << 16  # bytes of the largest code, a line each, are fewer


def _inflated(png: bytes) -> bytes | None:
    """The lines of a PNG that is laid out as ours; None for another."""
    chunk = png[_HEADER:-_END]
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


_DARK, _LIGHT = "0" * _SCALE, "1" * _SCALE  # a module, widened to pixels
