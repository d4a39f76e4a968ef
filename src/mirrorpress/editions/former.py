"""The paths of old mirrors: which of them still need a page, what stands for their lists, and where links
between adopted pages lead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from html import unescape
from urllib.parse import unquote

from mirrorpress.model import ROOT, Section
from mirrorpress.paths import folded, stem

_WORDS = r"(?:[^\[\]\\]|\\.|\[(?:[^\[\]\\]|\\.)*\])*"
_LINK = re.compile(rf"\[({_WORDS})\]\({ROOT}(?!assets/)([^\s()<>]+)\)")
_LINK_IN_HTML = re.compile(rf'<a href="{ROOT}(?!assets/)([^"]*)">(.*?)</a>', re.DOTALL)
_FIELD = re.compile(r"\{(section|id|year|month)\}")
_FORMS = {"section": "[^/]+", "id": "[^/]+", "year": "[0-9]{4}", "month": "[0-9]{2}"}
_OWN_FOLDERS = frozenset(("indexes", "feeds", "sitemaps", "corrections", "assets", "qr", "s"))
_OWN_PAGE = re.compile(r"readme\.md|help(?:\.[a-z-]+)?\.md")
_HOT = re.compile(r"[热熱][点點门門榜文]|(?:\b|_)hot(?:\b|_)", re.IGNORECASE)


def needs_page(
    path: str, own: str, pattern: str, stands_at: Callable[[str], str], folders: Iterable[str] = ()
) -> bool:
    """Whether the former ``path`` of an article that now stands at ``own`` needs a page that leads on: not
    where a page of the edition stands.

    ``pattern`` is that of page paths, ``stands_at`` gives the path of the article with an id, or nothing,
    ``folders`` are further ones that the edition has for itself. A path that differs from a page's only in
    case or in how accents are composed gets none: on macOS and Windows the two would be one file, and a
    reader's copy would lack the article.
    """
    key = folded(path)
    first, _, rest = key.partition("/")
    if key == folded(own) or first in _OWN_FOLDERS or first in map(folded, folders):
        return False
    if not rest and _OWN_PAGE.fullmatch(key):
        return False
    found = _shape(pattern).fullmatch(path)
    if found is None:
        return True
    if any("{section}" in one and "{id}" in one for one in pattern.split("/")):
        return False  # where the one ends and the other begins cannot be told
    return folded(stands_at(found["id"])) != key


@cache
def _shape(pattern: str) -> re.Pattern[str]:
    """What the path of a page looks like."""
    seen: set[str] = set()
    parts = []
    for position, part in enumerate(_FIELD.split(pattern)):
        if position % 2 == 0:
            parts.append(re.escape(part))
        else:
            parts.append(f"(?P={part})" if part in seen else f"(?P<{part}>{_FORMS[part]})")
            seen.add(part)
    return re.compile("".join(parts), re.IGNORECASE)


class SectionNames:
    """Which of some sections names in an old mirror stand for."""

    def __init__(self, sections: Iterable[Section]) -> None:
        self._ids: dict[str, str] = {}
        self._titles: dict[str, set[str]] = {}
        for section in sections:
            self._ids.setdefault(folded(section.id), section.id)
            self._titles.setdefault(folded(section.title), set()).add(section.id)

    def add(self, id: str) -> None:
        """There is a further section, without a title."""
        self._ids.setdefault(folded(id), id)

    def id_of(self, name: str) -> str:
        """The id of the section of a name: the one with this id, else the only one with this title; empty
        when there is none."""
        key = folded(name.strip())
        titled = self._titles.get(key, set())
        return self._ids.get(key) or (next(iter(titled)) if len(titled) == 1 else "")


def list_for(path: str, names: SectionNames, hot: str) -> str:
    """The path of the list that stands for an old mirror's list: that of the section of its name, else, for
    what was read most, ``hot``; else the home page."""
    if id := names.id_of(stem(path)):
        return f"indexes/{id}.md"
    return hot if hot and _HOT.search(stem(path)) else "README.md"


def settled(markdown: str, way: Callable[[str], str]) -> str:
    """A body with its links to pages of the old mirror led to where ``way`` says that they stand now. Where
    it says nothing, only the words stay."""

    def put(link: re.Match[str]) -> str:
        target = way(unquote(link[2]))
        return f"[{link[1]}]({target})" if target else link[1]

    return _LINK.sub(put, markdown) if f"]({ROOT}" in markdown else markdown


def settled_in_html(html: str, way: Callable[[str], str]) -> str:
    """The same of a body in HTML."""

    def put(link: re.Match[str]) -> str:
        target = way(unquote(unescape(link[1])))
        return f'<a href="{target}">{link[2]}</a>' if target else link[2]

    return _LINK_IN_HTML.sub(put, html) if f'href="{ROOT}' in html else html


def unlinked(html: str) -> str:
    """The HTML of a body with only the words of its links to pages of the old mirror."""
    return settled_in_html(html, lambda _: "")
