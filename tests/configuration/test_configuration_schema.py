"""The shape of the file agrees with the model and serves editors."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from mirrorpress.app import schema
from mirrorpress.app.schema import json_schema
from mirrorpress.model import ArticleRules, FetchPolicy, Link, Mirror, Publisher, Section
from mirrorpress.pipeline.registry import Registry


@pytest.mark.parametrize(
    ("table", "noun"),
    [
        (schema.MirrorTable, Mirror),
        (schema.PublisherTable, Publisher),
        (schema.SectionTable, Section),
        (schema.ArticleTable, ArticleRules),
        (schema.LinkTable, Link),
        (schema.FetchTable, FetchPolicy),
    ],
)
def test_tables_have_the_fields_and_defaults_of_their_nouns(table: type[schema.Table], noun: Any) -> None:
    fields = {field.name: field for field in dataclasses.fields(noun)}

    assert set(table.model_fields) == set(fields)
    for name, field in fields.items():
        key = table.model_fields[name]
        assert key.is_required() == (field.default is dataclasses.MISSING), name
        if not key.is_required() and name != "article":
            assert key.default == field.default, name


def objects(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if part.get("type") == "object":
            yield part
        for inner in part.values():
            yield from objects(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from objects(inner)


def test_every_table_is_closed_and_every_key_explained(registry: Registry) -> None:
    small = Registry(
        {"editions": {"markdown": registry.find("editions", "markdown")}}, outsiders=lambda kind: {}
    )
    found = json_schema(small)

    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    tables = list(objects(found))
    assert len(tables) >= 8
    for table in tables:
        assert table["additionalProperties"] is False
        for name, key in table.get("properties", {}).items():
            assert key.get("description"), f"{table['title']}.{name}"


def test_variants_are_told_apart_by_their_type(registry: Registry) -> None:
    kinds = {
        "sources": {
            "feed": registry.find("sources", "feed"),
            "listpage": registry.find("sources", "listpage"),
        }
    }
    found = json_schema(Registry(kinds, outsiders=lambda kind: {}))
    definitions = found["$defs"]

    source = definitions["SectionTable"]["properties"]["source"]
    variants = [definitions[one["$ref"].removeprefix("#/$defs/")] for one in source["oneOf"]]
    assert [variant["properties"]["type"]["const"] for variant in variants] == ["feed", "listpage"]
    assert [variant["required"] for variant in variants] == [["type", "url"], ["type", "url", "items"]]
    assert all(variant["additionalProperties"] is False for variant in variants)


def test_references_lead_somewhere_and_there_is_no_null(registry: Registry) -> None:
    kinds = {"targets": {"git": registry.find("targets", "git")}}
    found = json_schema(Registry(kinds, outsiders=lambda kind: {}))

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if "$ref" in part:
                assert part["$ref"].removeprefix("#/$defs/") in found["$defs"]
            assert part.get("type") != "null"
            for inner in part.values():
                walk(inner)
        elif isinstance(part, list):
            for inner in part:
                walk(inner)

    walk(found)
