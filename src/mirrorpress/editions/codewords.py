"""The codewords of QR codes (ISO/IEC 18004): how a message is cut into bytes, and what corrects them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

_BYTES = 0b0100  # the mode of messages of bytes
_PADDING = b"\xec\x11"
_ALIGNED = b"\x00"  # segno fills up to a whole byte where there is one already; readers stop before
_FIELD = 0x11D  # x^8 + x^4 + x^3 + x^2 + 1, by which bytes are multiplied


class Codewords:
    """Those of codes of one version at error level M."""

    def __init__(self, version: int) -> None:
        from segno import consts  # noqa: PLC0415 - see ``qr``

        self._count_bits = 8 if version < 10 else 16
        table: Any = consts.ECC
        kinds = table[version][consts.ERROR_LEVEL_M]
        self._blocks: list[int] = [kind.num_data for kind in kinds for _ in range(kind.num_blocks)]
        self._correcting: int = kinds[0].num_total - kinds[0].num_data  # codewords of each block
        self._count = sum(self._blocks)
        # The blocks' codewords take turns in the code: which place has that of a block?
        turns = range(max(self._blocks))
        turn_by_turn = [
            (block, turn) for turn in turns for block, size in enumerate(self._blocks) if turn < size
        ]
        self._place = {one: place for place, one in enumerate(turn_by_turn)}
        self._within = [(block, turn) for block, size in enumerate(self._blocks) for turn in range(size)]

    @property
    def room(self) -> int:
        """Bytes of the longest message."""
        return self._count - (self._count_bits + 8) // 8

    def of(self, message: bytes) -> bytes:
        """The data codewords of a message (7.4): mode, length, message, end, and what fills the rest."""
        head = _BYTES << self._count_bits | len(message)
        words = (head << 8 * len(message) + 4 | int.from_bytes(message) << 4).to_bytes(
            (self._count_bits + 8) // 8 + len(message)
        )
        missing = self._count - len(words)
        return words + (_ALIGNED + _PADDING * (missing // 2))[:missing]

    def changes(self, word: int, value: int) -> Iterator[tuple[int, int]]:
        """What is different in a code when ``value`` is added to one of the message's codewords: places of
        codewords, and what is added there (7.5, 7.6)."""
        block, turn = self._within[word]
        yield self._place[block, turn], value
        for number, factor in enumerate(_remainder(self._correcting, self._blocks[block] - 1 - turn)):
            yield self._count + number * len(self._blocks) + block, _product(factor, value)


@cache
def _remainder(degree: int, shift: int) -> tuple[int, ...]:
    """x^(degree + shift) by the generator polynomial of that degree, the highest coefficient first."""
    generator = _generator(degree)
    if shift == 0:
        return generator
    first, *rest = _remainder(degree, shift - 1)
    return tuple(one ^ _product(first, other) for one, other in zip([*rest, 0], generator, strict=True))


@cache
def _generator(degree: int) -> tuple[int, ...]:
    """The product of all (x - 2^n), n from 0, without its highest coefficient, which is 1."""
    found, root = [1], 1
    for _ in range(degree):
        found = [one ^ _product(other, root) for one, other in zip([*found, 0], [0, *found], strict=True)]
        root = _product(root, 2)
    return tuple(found[1:])


@cache
def _product(one: int, other: int) -> int:
    """In the field of 256 elements."""
    found = 0
    while other:
        found ^= one * (other & 1)
        one = one << 1 ^ _FIELD * (one >> 7)
        other >>= 1
    return found
