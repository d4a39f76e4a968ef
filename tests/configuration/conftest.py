"""Stand-ins for the types of a configuration, and a way to load a text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mirrorpress.app.configuration import load
from mirrorpress.errors import ConfigurationError, Problem
from mirrorpress.model import Configuration, Css, Regex, Seconds, Url
from mirrorpress.pipeline.registry import Registry


@dataclass(frozen=True, slots=True)
class Feed:
    url: Url


@dataclass(frozen=True, slots=True)
class ListPage:
    url: Url
    items: Css
    title: Css = ""
    skip: tuple[Regex, ...] = ()
    wait: Seconds = 0.0
    pages: int = 1
    follow: bool = False


@dataclass(frozen=True, slots=True)
class Markdown:
    name: str = "markdown"
    pages: str = "pages/{section}/{id}.md"
    list_size: int = field(default=50, metadata={"description": "How many articles a list page holds."})

    def __post_init__(self) -> None:
        if self.list_size == 13:
            raise ValueError("another list_size than 13")


@dataclass(frozen=True, slots=True)
class Site:
    name: str = "site"


@dataclass(frozen=True, slots=True)
class Git:
    edition: str
    url: str
    branch: str = "main"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Directory:
    edition: str
    path: str
    name: str = ""


@pytest.fixture(scope="session")
def registry() -> Registry:
    return Registry(
        {
            "sources": {"feed": Feed, "listpage": ListPage},
            "editions": {"markdown": Markdown, "site": Site},
            "targets": {"git": Git, "directory": Directory, "lost": "mirrorpress.targets.nowhere:Lost"},
        },
        outsiders=lambda kind: {},
    )


@pytest.fixture
def read(tmp_path: Path, registry: Registry) -> Callable[[str], Configuration]:
    """Load a configuration from its text."""

    def read(text: str) -> Configuration:
        path = tmp_path / "mirrorpress.toml"
        path.write_text(text, encoding="utf-8", newline="")
        return load(path, registry)

    return read


@pytest.fixture
def problems(read: Callable[[str], Configuration]) -> Callable[[str], tuple[Problem, ...]]:
    """Everything wrong with a configuration's text."""

    def problems(text: str) -> tuple[Problem, ...]:
        with pytest.raises(ConfigurationError) as caught:
            read(text)
        return caught.value.problems

    return problems
