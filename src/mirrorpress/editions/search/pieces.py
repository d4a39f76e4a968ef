"""The bytes of an index: what ``scripts/pieces.js`` reads in the browser.

Numbers are unsigned, seven bits a byte, the lowest first, the highest bit set but in the last byte. All but
names is deflated (RFC 1951, without a header), as hosts seldom compress files that they do not know.

    about     = {JSON: sections, section of each document, first term of each piece}
    names     = 6 bytes for each of 256 documents: the name of its text
    piece     = term*          in order of code points
    term      = kept, length, bytes, size, posting*      kept: bytes in common with the term before (UTF-8)
    posting   = 2*step+1, place                          one place in the document
              | 2*step, places, first place, step*       several
    variants  = (step, zigzag step)*                     the character that stands, the one it stands for
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import sub


def deflated(data: bytes) -> bytes:
    """Raw deflate, the same for the same bytes and version of zlib."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def number(value: int) -> bytes:
    """A number from 0 up in as few bytes as it needs."""
    if value < 16384:
        return _SMALL[value]
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    parts.append(value)
    return bytes(parts)


_SMALL = [bytes((low,)) for low in range(128)]
_SMALL += [bytes((low | 128, high)) for high in range(1, 128) for low in range(128)]


def posting(step: int, places: Sequence[int]) -> bytes:
    """A document: how many documents after the one before, and where the term stands in it, ascending."""
    if len(places) == 1:
        return number(2 * step + 1) + number(places[0])
    parts = [2 * step, len(places), places[0], *map(sub, places[1:], places)]
    return b"".join(map(number, parts))


def pieces(postings: Iterable[tuple[bytes, bytes | bytearray]], size: int) -> tuple[list[str], list[bytes]]:
    """The first term of each piece, and the pieces, of about ``size`` bytes before they are deflated.

    ``postings`` are terms in UTF-8, ascending, with what is known of each. A term that fills a piece has it
    for itself, so that who asks for its neighbours need not fetch it.
    """
    firsts: list[str] = []
    done: list[bytes] = []
    open_ = bytearray()
    before = b""
    for name, data in postings:
        if open_ and len(open_) + len(data) > size:
            done.append(deflated(bytes(open_)))
            open_.clear()
        if not open_:
            firsts.append(name.decode())
            before = b""
        kept = _in_common(before, name)
        open_ += number(kept) + number(len(name) - kept) + name[kept:] + number(len(data)) + data
        before = name
    if open_:
        done.append(deflated(bytes(open_)))
    return firsts, done


def terms(piece: bytes) -> Iterator[tuple[bytes, bytes]]:
    """What ``pieces`` put into one: each term with what is known of it."""
    data = inflated(piece)
    at, name = 0, b""
    while at < len(data):
        kept, at = read(data, at)
        more, at = read(data, at)
        name = name[:kept] + data[at : at + more]
        size, at = read(data, at + more)
        yield name, data[at : at + size]
        at += size


def inflated(data: bytes) -> bytes:
    """What ``deflated`` packed."""
    return zlib.decompress(data, -15)


def read(data: bytes, at: int) -> tuple[int, int]:
    """The number that stands ``at`` a place, and the place behind it."""
    byte = data[at]
    if byte < 128:
        return byte, at + 1
    value, shift = byte & 127, 7
    while True:
        at += 1
        byte = data[at]
        if byte < 128:
            return value | byte << shift, at + 1
        value |= (byte & 127) << shift
        shift += 7


def _in_common(one: bytes, other: bytes) -> int:
    count = min(len(one), len(other))
    while one[:count] != other[:count]:
        count -= 1
    return count


def variants_table(variants: Mapping[str, str]) -> bytes:
    """The table of variants."""
    parts = []
    target = source = 0
    for other, one in sorted((other, one) for one, other in variants.items()):
        step = ord(one) - source
        parts += [number(ord(other) - target), number(2 * step if step >= 0 else -2 * step - 1)]
        target, source = ord(other), ord(one)
    return deflated(b"".join(parts))
