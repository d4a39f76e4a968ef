"""The mirror's own words in a page language."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

_RIGHT_TO_LEFT = frozenset(("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"))


def is_right_to_left(language: str) -> bool:
    """Whether a BCP 47 language is written from right to left."""
    tag = language.lower().split("-")
    return tag[0] in _RIGHT_TO_LEFT or "arab" in tag or "hebr" in tag


@cache
def words(language: str) -> dict[str, Any]:
    """The words of the nearest language that ``locales/`` holds: the tag, its parts from the right cut off,
    and English for what is missing. Chinese without a script is Simplified, but for Taiwan, Hong Kong
    and Macau."""
    found = _load("en") or {}
    for name in reversed(_fallbacks(language)):
        found = {**found, **(_load(name) or {})}
    return found


def _fallbacks(language: str) -> list[str]:
    parts = language.split("-")
    names = ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]
    if parts[0].lower() in ("zh", "yue", "cmn"):
        traditional = {"hant", "tw", "hk", "mo"} & {part.lower() for part in parts}
        names.append("zh-Hant" if traditional else "zh-Hans")
    return names


def _load(name: str) -> dict[str, Any] | None:
    folder = resources.files("mirrorpress.editions") / "locales"
    for entry in folder.iterdir():
        if entry.name.lower() == f"{name.lower()}.toml":
            return tomllib.loads(entry.read_text(encoding="utf-8"))
    return None
