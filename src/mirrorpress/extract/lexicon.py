"""What names of classes and tags, and the first words of short blocks, say about a block: ``lexicon.toml``.

The words are those of page templates in the languages of the training pages; the classifier learns what each
group is worth, so a group that misleads costs little.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

_LEXICON = tomllib.loads(files("mirrorpress.extract").joinpath("lexicon.toml").read_text(encoding="utf-8"))
_NAMES: dict[str, list[str]] = {group: words.split() for group, words in _LEXICON["names"].items()}
GROUPS: tuple[str, ...] = tuple(dict.fromkeys((*_NAMES, *_LEXICON["tags"].values())))
_BITS = {name: 1 << number for number, name in enumerate(GROUPS)}
TAGS: dict[str, int] = {tag: _BITS[group] for tag, group in _LEXICON["tags"].items()}
_WORDS: dict[str, int] = {}
for _group, _list in _NAMES.items():
    for _word in _list:
        _WORDS[_word] = _WORDS.get(_word, 0) | _BITS[_group]
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|h1")
_LONGEST = 200  # characters of a class and id that are looked at
_PHRASE = re.compile(
    r"\W{0,4}(?:" + "|".join(f"((?:{'|'.join(one['begin'])}))" for one in _LEXICON["phrases"]) + ")",
    re.DOTALL,
)


@lru_cache(maxsize=4000)
def groups_of_names(names: str) -> int:
    """The groups, as bits in the order of ``GROUPS``, that the words of a class and id belong to."""
    found = 0
    for word in _WORD.findall(names[:_LONGEST]):
        found |= _WORDS.get(word.lower(), 0)
    return found


@lru_cache(maxsize=4000)
def phrase_kind(folded: str) -> int:
    """Which kind of page phrase a short block begins with, from 1; 0 for none. ``folded`` is casefolded."""
    match = _PHRASE.match(folded)
    return match.lastindex or 0 if match else 0
