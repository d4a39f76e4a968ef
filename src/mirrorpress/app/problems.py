"""Problems of a configuration file, in an operator's words and in the order of the file."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mirrorpress.app import rules
from mirrorpress.app.positions import Path, positions
from mirrorpress.app.schema import Table
from mirrorpress.errors import Problem

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SECRET = re.compile(r"(?<=//)[^/@\s\"]*@")
_EXPECTED = {
    "string_type": 'text in quotes, such as "..."',
    "string_too_short": "text that is not empty",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a number that is finite",
    "bool_type": "true or false, without quotes",
    "greater_than_equal": "{ge} or more",
    "greater_than": "more than {gt}",
    "less_than_equal": "{le} or less",
    "tuple_type": "a list in square brackets",
    "list_type": "a list in square brackets",
    "dict_type": 'a table with a type, such as {{ type = "..." }}',
    "model_type": "a table",
    "literal_error": "{expected}",
    "date_type": "a day without quotes, such as 2026-12-31",
    "too_short": "a list that is not empty",
}
_ABOUT_KEYS = ("missing", "extra_forbidden")


class Problems:
    """What is wrong in one file; ``text`` is valid TOML."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._positions = positions(text)
        self._found: list[tuple[int, str, str, str]] = []  # offset, key, found, expected

    def __bool__(self) -> bool:
        return bool(self._found)

    def in_file_order(self) -> list[Problem]:
        return [
            Problem(self._line(offset) if offset >= 0 else 0, key, found, expected)
            for offset, key, found, expected in sorted(self._found, key=lambda problem: problem[0])
        ]

    def line(self, path: Path) -> int:
        """The line, from 1, of a key, or of the table that it misses in."""
        return self._line(self._positions[self._known(path)])

    def add(self, path: Path, found: str, expected: str) -> None:
        """Note a problem at a path, which may end in a key that is missing."""
        known = self._known(path)
        # A table that misses on the first level stands nowhere.
        self._found.append((self._positions[known] if known else -1, key_in_words(path), found, expected))

    def take(self, error: ValidationError, table: type[Table], at: Path) -> None:
        """Note everything that pydantic found in the table at ``at``."""
        for detail in error.errors(include_url=False):
            path = (*at, *detail["loc"])
            if detail["type"] not in _ABOUT_KEYS:
                path = self._known(path)  # pydantic adds the names of a union's members
            self.add(path, _found(detail), _expected(detail, table, path))

    def _known(self, path: Path) -> Path:
        while path not in self._positions:
            path = path[:-1]
        return path

    def _line(self, offset: int) -> int:
        return self._text.count("\n", 0, offset) + 1


def key_in_words(path: Path) -> str:
    """A path in words, tables of an array counted from 1: ``sections[2].source.url``."""
    words = ""
    for step in path:
        if isinstance(step, int):
            words += f"[{step + 1}]"
        else:
            name = step if _PLAIN_KEY.fullmatch(step) else json.dumps(step, ensure_ascii=False)
            words += f".{name}" if words else name
    return words


def _found(detail: ErrorDetails) -> str:
    if detail["type"] == "missing":
        return "nothing"
    return "an unknown key" if detail["type"] == "extra_forbidden" else shown(detail["input"])


def _expected(detail: ErrorDetails, table: type[Table], path: Path) -> str:
    kind, name = detail["type"], path[-1]
    if kind in _ABOUT_KEYS:
        holder = _holder(table, detail["loc"])
        if kind == "missing":
            field = holder.model_fields.get(str(name))
            return f"a value: {field.description}" if field and field.description else "a value"
        return rules.suggestion(str(name), list(holder.model_fields))
    if len(path) == 1 and kind == "tuple_type":
        return f"[[{name}]] in double brackets, once for each"
    if len(path) == 1 and kind == "model_type":
        return f"[{name}] in single brackets, once"
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    return _EXPECTED[kind].format(**detail.get("ctx", {})) if kind in _EXPECTED else detail["msg"]


def _holder(table: type[Table], loc: Sequence[str | int]) -> type[Table]:
    """The table within ``table`` that the last key of ``loc`` belongs to."""
    for step in loc[:-1]:
        if isinstance(step, str) and step in table.model_fields:
            annotation = table.model_fields[step].annotation
            inner = [annotation, *getattr(annotation, "__args__", ())]
            table = next(
                (kind for kind in inner if isinstance(kind, type) and issubclass(kind, Table)), table
            )
    return table


def shown(value: object) -> str:
    """A value in about 40 characters, as TOML writes it, passwords in URLs hidden."""
    match value:
        case str():
            return shortened(json.dumps(_SECRET.sub("***@", value), ensure_ascii=False))
        case bool():
            return str(value).lower()
        case list():
            return f"a list of {len(value)}"
        case dict():
            return "a table"
        case datetime.datetime() | datetime.date() | datetime.time():
            return f"the time {value.isoformat()}"
        case _:
            return shortened(str(value))


def shortened(words: str) -> str:
    return words if len(words) <= 60 else f"{words[:45]} ... {words[-10:]}"
