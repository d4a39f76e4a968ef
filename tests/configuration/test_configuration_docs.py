"""docs/configuration.md and the shape of the file say the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mirrorpress.app.configuration import load
from mirrorpress.app.schema import json_schema
from mirrorpress.pipeline.registry import Registry

PAGE = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)

_TABLE = re.compile(r"`\[+([\w.]+)\]+`")
_TYPE = re.compile(r"(Source|Edition|Target) `(\w+)`")
_ROW = re.compile(r"\| `(\w+)` \| (.+?) \| (.+?) \| (.+) \|")

# Tables that a headline names, and where they stand in the schema.
TABLES = {
    "mirror": "MirrorTable",
    "publishers": "PublisherTable",
    "sections": "SectionTable",
    "sections.article": "ArticleTable",
    "links": "LinkTable",
    "notes": "NoteTable",
    "fetch": "FetchTable",
    "hot": "HotTable",
    "trust": "TrustTable",
    "follow": "FollowTable",
    "archive": "ArchiveTable",
}
TYPES = {
    "string": "text",
    "array": "list of texts",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "table",
}


def documented() -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Each key of the page with its type, default and meaning."""
    table = ""
    for line in PAGE.splitlines():
        if line.startswith("#"):
            name, typed = _TABLE.search(line), _TYPE.search(line)
            table = name[1] if name else f"{typed[1].lower()}s.{typed[2]}" if typed else ""
        elif (row := _ROW.fullmatch(line)) and table:
            yield f"{table}.{row[1]}", (row[2], row[3], row[4])


def in_schema() -> Iterator[tuple[str, tuple[str, str, str]]]:
    """The same of the schema."""
    registry = Registry(outsiders=lambda kind: {})
    definitions = json_schema(registry)["$defs"]
    names = dict(TABLES)
    for kind in ("sources", "editions", "targets"):
        names |= {f"{kind}.{name}": f"{kind}.{name}" for name in registry.names(kind)}
    for table, definition in names.items():
        required = definitions[definition].get("required", ())
        for key, about in definitions[definition]["properties"].items():
            if key != "type":
                yield (
                    f"{table}.{key}",
                    (kind_of(about), default_of(about, key in required), about["description"]),
                )


def kind_of(about: dict[str, Any]) -> str:
    if about.get("format") == "date":
        return "date"
    return TYPES[about["type"]] if "type" in about else "table"


def default_of(about: dict[str, Any], required: bool) -> str:
    if required:
        return "required"
    default = about.get("default")
    return "none" if default is None or isinstance(default, dict) else f"`{json.dumps(default)}`"


def test_the_page_holds_every_key_with_its_type_default_and_meaning_and_no_other() -> None:
    assert dict(documented()) == dict(in_schema())


def test_no_key_stands_twice_on_the_page() -> None:
    keys = [key for key, _ in documented()]

    assert len(keys) == len(set(keys))


def test_every_type_says_on_the_page_what_it_is_for() -> None:
    definitions = json_schema(Registry(outsiders=lambda kind: {}))["$defs"]

    for name, definition in definitions.items():
        if "." in name:
            assert definition["description"] in PAGE


def test_there_are_examples() -> None:
    assert len(BLOCKS) >= 8


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_every_example_on_the_page_loads(tmp_path: Path, block: str) -> None:
    text = block
    if "[mirror]" not in text:
        text += '\n[mirror]\ntitle = "T"\n'
    if 'publisher = "harbour"' in text and "[[publishers]]" not in text:
        text += '\n[[publishers]]\nid = "harbour"\nname = "H"\n'
    path = tmp_path / "mirrorpress.toml"
    path.write_text(text, encoding="utf-8")

    assert load(path).mirror.title
