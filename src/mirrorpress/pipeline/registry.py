"""Which class stands behind a ``type`` in mirrorpress.toml.

A source, edition or target is a frozen dataclass whose fields are its TOML keys; see the protocols in
``model``. It may refuse a combination of values by raising ``ValueError`` (saying what it expects)
from ``__post_init__``. A field's ``metadata["description"]`` explains it to editors.

Classes are named as ``module:Class`` and imported when a configuration uses them, so that a mirror
with two types pays for two. Other distributions add types through the entry points
``mirrorpress.sources``, ``mirrorpress.editions`` and ``mirrorpress.targets``; they cannot replace
a type of ours.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Literal

from mirrorpress.errors import UsageError

Kind = Literal["sources", "editions", "targets"]

_OURS: Mapping[Kind, Mapping[str, str]] = {
    "sources": {
        "feed": "mirrorpress.gather.sources.feed:Feed",
        "listpage": "mirrorpress.gather.sources.listpage:ListPage",
        "picks": "mirrorpress.gather.sources.picks:Picks",
        "mirror": "mirrorpress.gather.sources.mirror:OldMirror",
    },
    "editions": {
        "markdown": "mirrorpress.editions.markdown:MarkdownEdition",
        "site": "mirrorpress.editions.site:SiteEdition",
    },
    "targets": {
        "git": "mirrorpress.targets.git:GitTarget",
        "directory": "mirrorpress.targets.directory:DirectoryTarget",
    },
}


@cache
def _installed(kind: Kind) -> Mapping[str, str]:
    return {point.name: point.value for point in entry_points(group=f"mirrorpress.{kind}")}


class Registry:
    """The types that a configuration may name.

    ``types`` maps each kind to type names, and these to a class or its ``module:Class``;
    ``outsiders`` gives the same for a kind's types of other distributions.
    """

    def __init__(
        self,
        types: Mapping[Kind, Mapping[str, str | type[Any]]] = _OURS,
        *,
        outsiders: Callable[[Kind], Mapping[str, str]] = _installed,
    ) -> None:
        self._types = types
        self._outsiders = outsiders

    def names(self, kind: Kind) -> tuple[str, ...]:
        """Every known type of a kind: ours in the order of the documentation, then outsiders'."""
        ours = self._types.get(kind, {})
        return (*ours, *sorted(name for name in self._outsiders(kind) if name not in ours))

    def find(self, kind: Kind, name: str) -> type[Any]:
        """The class of a type. Raises ``UsageError`` when it is unknown or cannot be imported."""
        place = self._types.get(kind, {}).get(name) or self._outsiders(kind).get(name)
        if place is None:
            raise UsageError(f'no {kind[:-1]} of type "{name}"', hint=f"known: {', '.join(self.names(kind))}")
        return _imported(place) if isinstance(place, str) else place


def _imported(place: str) -> type[Any]:
    module, _, name = place.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise UsageError(
            f"cannot be loaded: {error}", where=place, hint="reinstall the package that provides it"
        ) from error
    if not isinstance(found, type):
        raise UsageError("is not a class", where=place, hint="reinstall the package that provides it")
    return found
