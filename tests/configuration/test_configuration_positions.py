"""The scanner finds what tomllib reads, and where it stands."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirrorpress.app.positions import Path, positions

# Values that look like other TOML, and each way of writing a text.
DECOYS = [
    '"# no comment"',
    "'[no.header]'",
    '"a \\" = 1 \\\\"',
    '"""\n[no]\nkey = "x" ""\\"\n"""',
    "'''\n[[no]]\n# '' x''''",
    '""',
    "''",
    '""""""',
    '"""a"""""',
    "1979-05-27 07:32:00",
    "-0.5e3",
    "true",
]
NAMES = ["a", "b-1", "ключ", "x y", 'q"', "d.e", "'", "#"]


def spelled(name: str) -> str:
    return (
        name if name.isascii() and name.replace("-", "").isalnum() else json.dumps(name, ensure_ascii=False)
    )


class Writer:
    """Writes a document with each value a number of its own, in forms that hypothesis chooses."""

    def __init__(self, data: st.DataObject) -> None:
        self.draw = data.draw
        self.numbers = count(1000)
        self.lines: list[str] = []

    def value(self, depth: int) -> str:
        form = self.draw(st.sampled_from(["number", "decoys", "list", "table"] if depth else ["number"]))
        if form == "number":
            return str(next(self.numbers))
        if form == "decoys":
            return f"[{self.draw(st.sampled_from(DECOYS))}, {next(self.numbers)}]"
        parts = self.draw(st.integers(0, 2))
        if form == "list":
            gap = self.draw(st.sampled_from(["", " ", "\n  ", " # ] = [\n"]))
            return "[" + gap + f",{gap}".join(self.value(depth - 1) for _ in range(parts)) + gap + "]"
        pairs = ", ".join(f"{spelled(name)} = {self.value(depth - 1)}" for name in NAMES[:parts])
        return f"{{ {pairs} }}"

    def table(self, header: str, depth: int) -> None:
        names = self.draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4))
        later = []
        for name in names:
            form = self.draw(st.sampled_from(["value", "dotted", "table", "tables"]))
            if form == "value":
                self.lines.append(f"{spelled(name)} = {self.value(2)} # {name} = 1")
            elif form == "dotted":
                self.lines.append(f"  {spelled(name)} . x.y={self.value(1)}")
                self.lines.append(f"{spelled(name)}.z = {self.draw(st.sampled_from(DECOYS))}")
            elif depth:
                later.append((name, form))
        for name, form in later:
            inner = f"{header}.{spelled(name)}" if header else spelled(name)
            for _ in range(1 if form == "table" else self.draw(st.integers(1, 3))):
                self.lines.append(f"[{inner}]" if form == "table" else f"\n[[ {inner} ]] # ]]")
                self.table(inner, depth - 1)


def paths(value: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield at, value
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield from paths(child, (*at, key))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_path_of_a_document_is_found_just_before_its_value(data: st.DataObject) -> None:
    writer = Writer(data)
    writer.table("", 3)
    text = "\n".join(writer.lines)
    read = dict(paths(tomllib.loads(text)))

    found = positions(text)

    assert set(found) == set(read)
    for path, value in read.items():
        if isinstance(value, int) and value >= 1000 and value is not True:
            between = text[found[path] : text.index(str(value))]
            if isinstance(path[-1], int):
                assert between == ""
            else:
                assert tomllib.loads(f"{between}0") == {path[-1]: 0}


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("a = 1\nb = 2", ("b",), 2),
        ("[a]\n\nb = 2", ("a", "b"), 3),
        ("[a.b]\nc = 1\n[a]\nd = 2", ("a",), 3),
        ("[[a]]\n[[a]]\nb = 1\n[[a]]", ("a", 1, "b"), 3),
        ("[[a]]\n[[a]]\n[a.b]\nc = 1", ("a", 1, "b", "c"), 4),
        ("[[a]]\n[[a.b]]\n[[a]]\n[[a.b]]\n[[a.b]]\nc = 1", ("a", 1, "b", 1, "c"), 6),
        ("a = { b = [\n1,\n2 ] }", ("a", "b", 1), 3),
        ('"a.b".c = 1\n"\\u0061" = 2', ("a",), 2),
        ("a = '''\n\n'''\nb = 1", ("b",), 4),
    ],
)
def test_lines_of_keys(text: str, path: Path, line: int) -> None:
    tomllib.loads(text)

    assert text.count("\n", 0, positions(text)[path]) + 1 == line


def test_a_long_text_is_passed_over_quickly() -> None:
    text = 'a = """' + "x \"\" '' \\n" * 200_000 + '"""\nb = 1'

    assert text.count("\n", 0, positions(text)[("b",)]) == 1
