"""Where each key of a TOML text stands, which ``tomllib`` does not tell.

A scanner for text that ``tomllib`` has already accepted: it need not judge, only find its way. Terms
and grammar: TOML 1.0.0. Why not a library: docs/decisions/configuration-lines.md.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping

Path = tuple[str | int, ...]
"""Keys and, within arrays, indexes from 0: ``("sections", 2, "source", "url")``."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*+")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_KEY = re.compile(r'"(?:[^"\\]|\\.)*+"|\'[^\']*\'|[A-Za-z0-9_-]+')
# A multi-line string may end in up to five quotes, the first two being its own.
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*+"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*+'{3,5}"
    r'|"(?:[^"\\]|\\.)*+"'
    r"|'[^']*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\r\n]+")  # numbers, booleans, dates: one with a space too


def positions(text: str) -> Mapping[Path, int]:
    """The character offset of every key (of its header for a table) and array element.

    ``text`` is valid TOML; the whole document is at path ``()``.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.found


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.found: dict[Path, int] = {(): 0}
        self._counts: dict[Path, int] = {}  # of the tables in each array of tables, so far

    def document(self) -> None:
        table: Path = ()
        at = self._blank(0)
        while at < len(self.text):
            if self.text[at] == "[":
                table, at = self._header(at)
            else:
                at = self._pair(at, table)
            at = self._blank(at)

    def _blank(self, at: int) -> int:
        return self._after(_BLANK, at)

    def _after(self, pattern: re.Pattern[str], at: int) -> int:
        match = pattern.match(self.text, at)
        return match.end() if match else at

    def _keys(self, at: int) -> Iterator[tuple[str, int, int]]:
        """The parts of a dotted key: name, offset, offset of what follows."""
        while match := _KEY.match(self.text, at):
            yield _plain(match[0]), at, match.end()
            dot = _DOT.match(self.text, match.end())
            if not dot:
                return
            at = dot.end()

    def _header(self, start: int) -> tuple[Path, int]:
        several = self.text.startswith("[[", start)
        at = self._blank(start + (2 if several else 1))
        path: Path = ()
        for name, _, end in self._keys(at):
            if path in self._counts:
                path += (self._counts[path] - 1,)
            path += (name,)
            self.found.setdefault(path, start)
            at = end
        if several:
            self._counts[path] = self._counts.get(path, 0) + 1
            path += (self._counts[path] - 1,)
        self.found[path] = start
        return path, self.text.index("]", at) + (2 if several else 1)

    def _pair(self, at: int, table: Path) -> int:
        path = table
        for name, start, end in self._keys(at):
            path += (name,)
            self.found.setdefault(path, start)
            at = end
        return self._value(self._blank(self.text.index("=", at) + 1), path)

    def _value(self, at: int, path: Path) -> int:
        opening = self.text[at]
        if opening not in "[{":
            return self._after(_STRING if opening in "\"'" else _SCALAR, at)
        index = 0
        at = self._blank(at + 1)
        while self.text[at] not in "]}":
            if opening == "[":
                self.found[(*path, index)] = at
                at = self._value(at, (*path, index))
                index += 1
            else:
                at = self._pair(at, path)
            at = self._blank(at)
            if self.text[at] == ",":
                at = self._blank(at + 1)
        return at + 1


def _plain(key: str) -> str:
    if key[0] not in "\"'":
        return key
    (name,) = tomllib.loads(f"{key} = 0")
    return name
