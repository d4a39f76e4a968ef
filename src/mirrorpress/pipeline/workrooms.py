"""Two kinds of isolation: pages and feeds under tight limits, pictures, which take more, under wider ones."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from mirrorpress.pipeline.isolate import MEMORY, SECONDS, Isolation

T = TypeVar("T")

PAGE_SECONDS = 5.0
"""How long reading a page or feed may take."""
PAGE_MEMORY = 512_000_000
"""Bytes of address space that a page or feed may take, on top of what a worker has at its start."""
_PICTURES = "mirrorpress.extract.pictures"


class Workrooms:
    """Isolation for whatever a run reads."""

    def __init__(self) -> None:
        self._pages = Isolation(seconds=PAGE_SECONDS, memory=PAGE_MEMORY, beyond_start=True)
        self._pictures = Isolation(seconds=SECONDS, memory=MEMORY)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pages.__exit__(kind, error, trace)
        self._pictures.__exit__(kind, error, trace)

    def call(self, function: Callable[..., T], /, *arguments: Any) -> T:
        """As ``Isolation.call``, within the limits of what the function reads."""
        room = self._pictures if function.__module__ == _PICTURES else self._pages
        return room.call(function, *arguments)
