"""Every language of the page words says the same things, and counts by its own rule."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import resources
from typing import Any

import pytest
from babel import Locale

from mirrorpress.editions.words import counted, numeral, words

LOCALES = {
    entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text(encoding="utf-8"))
    for entry in (resources.files("mirrorpress.editions") / "locales").iterdir()
    if entry.name.endswith(".toml")
}
ENGLISH = LOCALES["en"]
CATEGORIES = {"zero", "one", "two", "few", "many", "other"}


def is_plural(value: Any) -> bool:
    return isinstance(value, dict) and "other" in value and set(value) <= CATEGORIES


def shape(value: Any) -> Any:
    """What must be the same in every language: keys, numbers of parts, placeholders; plural forms are one."""
    if is_plural(value):
        placeholders = {tuple(shape(text)) for text in value.values()}
        assert len(placeholders) == 1, f"the forms {value} do not hold the same placeholders"
        return placeholders.pop()
    if isinstance(value, dict):
        own = (
            {"long", "gregorian", "gregorian_months"} if "calendar" in value else set()
        )  # a date's parts differ
        return {key: key if key in own else shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return sorted(re.findall(r"\{\w*\}", value))


def plurals(table: dict[str, Any], path: tuple[str, ...] = ()) -> dict[tuple[str, ...], dict[str, str]]:
    found = {}
    for key, value in table.items():
        if is_plural(value):
            found[(*path, key)] = value
        elif isinstance(value, dict):
            found |= plurals(value, (*path, key))
    return found


def test_the_five_page_languages_are_there() -> None:
    assert {"en", "zh-Hans", "zh-Hant", "fa", "ru"} <= set(LOCALES)


@pytest.mark.parametrize("name", sorted(LOCALES))
def test_every_language_has_the_same_keys_with_the_same_placeholders(name: str) -> None:
    assert shape(LOCALES[name]) == shape(ENGLISH)


@pytest.mark.parametrize("name", sorted(LOCALES))
def test_every_word_that_counts_has_just_the_forms_that_its_language_needs(name: str) -> None:
    needed = {*Locale.parse(name, sep="-").plural_form.tags, "other"}
    for key, forms in plurals(LOCALES[name]).items():
        assert set(forms) == needed, key


@pytest.mark.parametrize(
    ("language", "number", "text"),
    [
        ("en", 1, "1 article"),
        ("en", 1_234_567, "1,234,567 articles"),
        ("zh-Hans", 1, "1 篇文章"),
        ("zh-TW", 2, "2 篇文章"),
        ("fa", 1234, "۱٬۲۳۴ نوشته"),
        ("ru", 1, "1 статья"),
        ("ru", 3, "3 статьи"),
        ("ru", 5, "5 статей"),
        ("ru", 11, "11 статей"),
        ("ru-UA", 21, "21 статья"),
        ("ru", 1234, "1\u00a0234 статьи"),
        ("tlh", 1, "1 article"),
    ],
)
def test_numbers_of_things_are_said_by_the_rule_of_the_language(
    language: str, number: int, text: str
) -> None:
    assert counted(language, "articles", number) == text


def test_numerals_follow_the_language() -> None:
    assert numeral("fa", 90) == "۹۰"
    assert numeral("ru", 999) == "999"


def test_page_words_load_no_rule_before_one_is_asked_for() -> None:
    asked = "import sys, mirrorpress.editions.words as w; w.words('ru'); print('babel' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True).stdout == "False\n"


def test_a_language_without_a_file_gets_english_words() -> None:
    assert words("tlh") == ENGLISH
