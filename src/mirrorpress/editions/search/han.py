"""Which Chinese characters are the same to who searches: 臺 and 台, 國 and 国, 裏 and 裡 and 里.

Derived from OpenCC's dictionaries, character by character. Words do not count: 乾 is always 干, in text and
in query alike, so that one table of single characters is enough in the browser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from types import MappingProxyType

from mirrorpress.errors import EditionError

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
_ANY_HAN = re.compile(f"[{HAN}]")
# Of the characters beyond the Basic Multilingual Plane OpenCC knows 1,693 with another form, most of them in
# dictionaries only: they would double the table that a reader fetches, and stand for themselves.
_BLOCKS = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000))
_BEYOND = "\U00010000"
_TO_SIMPLIFIED = ("t2s", "tw2s", "hk2s")  # the forms of dictionaries, Taiwan and Hong Kong


def has_han(text: str) -> bool:
    """Whether a text holds a Chinese character."""
    return _ANY_HAN.search(text) is not None


def is_installed() -> bool:
    """Whether the extra ``search`` is."""
    return find_spec("opencc") is not None


@cache
def variants() -> Mapping[str, str]:
    """Characters that stand for another one, with that other one. Raises ``EditionError`` without the extra
    ``search``."""
    if not is_installed():
        raise EditionError(
            "searching Chinese needs the extra that knows both scripts",
            hint='pip install "mirrorpress[search]"',
        )
    from opencc import OpenCC  # noqa: PLC0415 - of the extra "search"; its dictionaries take 70 ms

    characters = [chr(number) for block in _BLOCKS for number in block]
    table: dict[str, str] = {}
    for configuration in _TO_SIMPLIFIED:
        converted = OpenCC(configuration).convert("\n".join(characters)).split("\n")
        for one, other in zip(characters, converted, strict=True):
            if one != other and len(other) == 1 and other < _BEYOND:
                table.setdefault(one, other)
    return MappingProxyType(
        {one: _last(other, table) for one, other in table.items() if _last(other, table) != one}
    )


def _last(character: str, table: Mapping[str, str]) -> str:
    """Where a chain of forms ends, so that folding twice changes nothing."""
    seen = {character}
    while character in table and table[character] not in seen:
        character = table[character]
        seen.add(character)
    return character
