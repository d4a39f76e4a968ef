"""Chinese in its other script: whole phrases of a text by OpenCC, and nothing but text.

Traditional comes in the character forms of Taiwan (OpenCC's ``s2tw``: 為, 裡, 群) unless a tag names Hong
Kong: the forms of plain ``s2t`` (爲, 裏, 羣) are those of dictionaries, which no newspaper prints. Words
stay the author's: what also puts 軟體 for 软件 would make journalists say what they did not write.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec

_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_CHINESE = frozenset(("zh", "cmn", "yue", "wuu", "hak", "nan"))
_TRADITIONAL = frozenset(("hant", "tw", "hk", "mo"))
_SIMPLIFIED = frozenset(("hans", "cn", "sg", "my"))

# What is no text in Markdown as our own writer makes it: fenced and inline code, escaped characters, where
# links lead and pictures stand, addresses, tags with their attributes.
_NO_TEXT = re.compile(
    r"^(?P<fence>`{3,})[^\n]*\n(?s:.*?)^(?P=fence)`*[ \t]*$"
    r"|\\(?:\]\(|[!-/:-@\[-`{-~])"
    r"|(?P<code>`++)(?:[^\n]|\n(?![ \t]*\n))+?(?<!`)(?P=code)(?!`)|`++"
    r"|(?<=\])\((?:<[^<>\n]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)"
    r"|<(?:https?:|mailto:)[^<>\s]*>"
    r"|</?[A-Za-z](?:[^<>\"]|\"[^\"]*\")*>",
    re.MULTILINE,
)
_TAG_OR_CODE = re.compile(
    r"<(?P<code>code|pre)\b(?:[^<>\"]|\"[^\"]*\")*>(?s:.*?)</(?P=code)>|<(?:[^<>\"]|\"[^\"]*\")*>"
)

Convert = Callable[[str], str]


def is_chinese(language: str) -> bool:
    """Whether a BCP 47 language is a Chinese one."""
    return language.lower().split("-")[0] in _CHINESE


def script_of(language: str) -> str:
    """``Hant`` or ``Hans`` where a BCP 47 tag says or implies a Chinese script, else nothing."""
    parts = set(language.lower().split("-"))
    if not parts & _CHINESE:
        return ""
    return "Hant" if parts & _TRADITIONAL else "Hans" if parts & _SIMPLIFIED else ""


def is_installed() -> bool:
    """Whether the extra ``zh`` is."""
    return find_spec("opencc") is not None


def opencc_version() -> str:
    """The version that converts: another one may convert otherwise."""
    from opencc import __version__  # noqa: PLC0415 - of the extra "zh"

    return str(__version__)


def converter(source: str, target: str) -> Convert:
    """What turns a text from the script of one BCP 47 tag into that of another; ``str`` between tags of one
    script."""
    if script_of(source) == script_of(target):
        return str
    if script_of(target) == "Hant":
        return _opencc(f"s2{_region(target) or 'tw'}")
    return _opencc(f"{_region(source) or 't'}2s")


def _region(language: str) -> str:
    parts = set(language.lower().split("-"))
    return "hk" if parts & {"hk", "mo"} else "tw" if "tw" in parts else ""


def in_markdown(markdown: str, convert: Convert) -> str:
    """Markdown with its text converted: code, the ends of links, paths and tags stay as they are."""
    return _between(_NO_TEXT, markdown, convert)


def in_html(html: str, convert: Convert) -> str:
    """Sanitised HTML with its text converted: tags, their attributes and code stay as they are."""
    return _between(_TAG_OR_CODE, html, convert)


def _between(no_text: re.Pattern[str], text: str, convert: Convert) -> str:
    parts = []
    end = 0
    for match in no_text.finditer(text):
        parts += [convert(text[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*parts, convert(text[end:])])


@cache
def _opencc(configuration: str) -> Convert:
    from opencc import OpenCC  # noqa: PLC0415 - of the extra "zh"; its dictionaries take 70 ms

    known: Convert = OpenCC(configuration).convert
    return lambda text: known(text) if _HAN.search(text) else text
