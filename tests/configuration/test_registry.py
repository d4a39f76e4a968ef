"""Types are found by name, imported late, and added by others."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

import pytest

from mirrorpress.errors import UsageError
from mirrorpress.pipeline.registry import Registry


@dataclass(frozen=True)
class Feed:
    url: str


def test_a_type_is_a_class_or_the_place_of_one() -> None:
    registry = Registry({"sources": {"feed": Feed, "path": "pathlib:PurePath"}}, outsiders=lambda kind: {})

    assert registry.find("sources", "feed") is Feed
    assert registry.find("sources", "path").__name__ == "PurePath"


def test_an_unknown_type_names_the_known_ones() -> None:
    registry = Registry({"targets": {"git": Feed, "directory": Feed}}, outsiders=lambda kind: {})

    with pytest.raises(UsageError, match='no target of type "ftp"') as caught:
        registry.find("targets", "ftp")

    assert caught.value.hint == "known: git, directory"


def test_outsiders_add_types_and_do_not_replace_ours() -> None:
    theirs = {"feed": "collections:OrderedDict", "zeta": "collections:Counter", "alpha": "collections:deque"}
    registry = Registry({"sources": {"feed": Feed}}, outsiders=lambda kind: theirs)

    assert registry.names("sources") == ("feed", "alpha", "zeta")
    assert registry.find("sources", "feed") is Feed
    assert registry.find("sources", "zeta").__name__ == "Counter"


@pytest.mark.parametrize(
    "place", ["no_such_module:Thing", "collections:NoSuchThing", "math:pi", "collections"]
)
def test_a_type_that_cannot_be_loaded_says_what_to_do(place: str) -> None:
    registry = Registry({"editions": {"x": place}}, outsiders=lambda kind: {})

    with pytest.raises(UsageError) as caught:
        registry.find("editions", "x")

    assert place in str(caught.value)
    assert "reinstall" in caught.value.hint


def test_naming_the_types_imports_none_of_them() -> None:
    code = (
        "import sys; from mirrorpress.pipeline.registry import Registry; Registry().names('sources');"
        "print([name for name in sys.modules if name.startswith('mirrorpress.gather')])"
    )

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


def test_the_types_of_this_project_can_be_imported() -> None:
    registry = Registry(outsiders=lambda kind: {})

    found = {
        kind: [registry.find(kind, name).__name__ for name in registry.names(kind)]
        for kind in ("sources", "editions", "targets")
    }

    assert found == {
        "sources": ["Feed", "ListPage", "Picks", "OldMirror"],
        "editions": ["MarkdownEdition", "SiteEdition"],
        "targets": ["GitTarget", "DirectoryTarget"],
    }
