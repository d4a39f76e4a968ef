"""The mirror's own words in a page language: one TOML file each in ``locales/``.

A table whose keys are plural categories (``one``, ``few``, ``many``, ``other``) holds words that count
things; which of them a number takes is the language's rule in Unicode's CLDR.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import resources
from typing import Any

_FOLDER = resources.files("mirrorpress.editions") / "locales"
_ENGLISH = "en"  # what a language without a file of its own gets
_RIGHT_TO_LEFT = frozenset(("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"))


@lru_cache(maxsize=1024)
def is_right_to_left(language: str) -> bool:
    """Whether a BCP 47 language is written from right to left."""
    tag = language.lower().split("-")
    return tag[0] in _RIGHT_TO_LEFT or "arab" in tag or "hebr" in tag


@cache
def words(language: str) -> dict[str, Any]:
    """The words of the nearest language that ``locales/`` holds: the tag, its parts from the right cut off,
    and English for what is missing. Chinese without a script is Simplified, but for Taiwan, Hong Kong
    and Macau."""
    found = _load(_ENGLISH) or {}
    for name in reversed(_fallbacks(language)):
        found = {**found, **(_load(name) or {})}
    return found


def numeral(language: str, number: int) -> str:
    """A whole number in the digits of a language, with its marks between thousands."""
    return in_digits(language, f"{number:,}".replace(",", words(language)["group"]))


def in_digits(language: str, text: str) -> str:
    """A text with its digits as those of a language."""
    return text.translate(_digits(language))


@cache
def _digits(language: str) -> dict[int, int]:
    return str.maketrans("0123456789", words(language)["digits"])


@lru_cache(maxsize=4096)
def counted(language: str, key: str, number: int) -> str:
    """So many of something, in words: ``key`` names a plural table of the language's file, whose texts
    hold ``{number}``."""
    forms: dict[str, str] = words(language)[key]
    form = forms.get(_plural_rule(spoken(language))(number), forms["other"])
    return form.format(number=numeral(language, number))


@cache
def _plural_rule(name: str) -> Callable[[int], str]:
    """CLDR's plural rule of a language that has a file."""
    from babel import Locale  # noqa: PLC0415 - 30 ms

    return Locale.parse(name, sep="-").plural_form


@cache
def spoken(language: str) -> str:
    """The name of the file that a language's words come from."""
    return next((name for name in _fallbacks(language) if _load(name) is not None), _ENGLISH)


def _fallbacks(language: str) -> list[str]:
    parts = language.split("-")
    names = ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]
    if parts[0].lower() in ("zh", "yue", "cmn"):
        traditional = {"hant", "tw", "hk", "mo"} & {part.lower() for part in parts}
        names.append("zh-Hant" if traditional else "zh-Hans")
    return names


@cache
def languages() -> tuple[str, ...]:
    """The languages that have words of their own, as BCP 47 tags."""
    names = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def sources() -> dict[str, str]:
    """The texts of all locale files, by language."""
    return {name: (_FOLDER / f"{name}.toml").read_text(encoding="utf-8") for name in languages()}


@cache
def _load(name: str) -> dict[str, Any] | None:
    for known in languages():
        if known.lower() == name.lower():
            return tomllib.loads((_FOLDER / f"{known}.toml").read_text(encoding="utf-8"))
    return None
