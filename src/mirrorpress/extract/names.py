"""Authors' names as pages write them: which texts name a person or a desk, and which do not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

from mirrorpress.extract.text import plain
from mirrorpress.extract.vocabulary import DEGREE, DESK, INTRODUCTION, NOBODY, PARTICLES, ROLE

LONGEST = 300
"""Characters of a text that are searched for names."""
_MOST = 8
_LONGEST_NAME = 6  # words
_BETWEEN = re.compile(
    r"\s*[,;|/、，；•―]\s*|\s+(?:and|und|et|with|&|\+|–|—|-|~|与|和|و)\s+|(?<=[^\W\d_])\s*&\s*", re.IGNORECASE
)
_CASELESS = re.compile("[\u0590-\u08ff\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_HAN = re.compile("[\u3400-\u9fff]")
_ADDRESS = re.compile(
    r"https?://\S*|www\.\S+|\b[\w-]{1,60}\.(?:com|org|net|de)/\S*|[\w.+-]{1,64}(?:@|\[at\])[\w.-]{1,100}"
    r"|[(（][^()（）]{0,80}[)）]|<[^<>]{0,80}>"
)
_STAND_INS = frozenset(
    "name author authors 未知 佚名 匿名 无 作者 记者 نویسنده".split()
)  # of templates left as they are
_EDITOR = re.compile(r"^(?:责任编辑|責任編輯|责编|責編|编辑|編輯|校对|审核)")  # not who wrote it
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*\.?")


def is_person(name: str) -> bool:
    """Whether a name is a person's: two to five capitalised words, up to four where there are no capitals."""
    words = name.split()
    if any(character.isdigit() for character in name) or not words or len(name) > 50 or DESK.search(name):
        return False
    if _CASELESS.search(name):
        return len(words) <= 4 and len(name) <= (6 if _HAN.search(name) and "·" not in name else 40)
    if not 2 <= len(words) <= 5 or not _WORD.match(words[-1]):
        return False
    return all(
        word[0].isupper() or word.strip(".").lower() in PARTICLES or word[0] in "'’\"“(" for word in words
    )


def is_name(name: str) -> bool:
    """Whether a text may name a person or a desk: no sentence, address or "Admin"."""
    if (
        not 2 <= len(name) <= 60
        or NOBODY.search(name)
        or (" " in name and re.search(r"\d", name))
        or name.isdigit()
        or name.casefold() in _STAND_INS
    ):
        return False
    if _CASELESS.search(name):
        return len(name.split()) <= 5 and (not _HAN.search(name) or len(name) <= 12)
    return len(name.split()) <= _LONGEST_NAME and not name.endswith(("?", "!", ":")) and name[0].isalnum()


def names_in(text: str) -> tuple[str, ...]:
    """The names in a text such as "By A and B, Reporter | 3 May": without what introduces them and without
    roles, degrees, addresses and dates."""
    if _EDITOR.match(text.strip()):
        return ()
    text = plain(unescape(text[:LONGEST]) if "&" in text[:LONGEST] else text[:LONGEST])
    text = INTRODUCTION.sub("", plain(_ADDRESS.sub(" ", text)).strip(" .,;|·•-–—:：\u200f"))
    parts = [part.strip(' .·•*:："“”') for part in _BETWEEN.split(text)]
    parts = [part for part in parts if part]
    if len(parts) == 2 and "," in text and all(" " not in part for part in parts):
        return (plain(f"{parts[1]} {parts[0]}"),) if is_name(parts[0]) else ()  # "Moor, Tilda"
    if len(parts) == 1 and _HAN.search(text) and all(2 <= len(part) <= 4 for part in text.split()):
        parts = text.split()
    if parts and len(parts[0].split()) > _LONGEST_NAME:
        return ()  # a sentence; what follows its comma is no name
    names: list[str] = []
    for number, part in enumerate(INTRODUCTION.sub("", part) for part in parts):
        if number and (ROLE.search(part) or DEGREE.fullmatch(part) or any(one.isdigit() for one in part)):
            continue
        if is_name(part) and not (number and part.islower() and " " in part):
            names.append(part)
    return tuple(dict.fromkeys(names))[:_MOST]


def distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Names in several texts, each once."""
    return tuple(dict.fromkeys(name for text in texts for name in names_in(text)))[:_MOST]
