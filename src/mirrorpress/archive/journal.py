"""Which files a build is about to write; after a kill it tells the next build what to doubt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from mirrorpress.archive.index import translated


class Journal:
    """The paths of one edition's build under way, one a line, kept until the build is recorded.

    The ledger learns of files when a build is finished. Those that a build wrote before it was killed may
    hold anything, and if nothing asks for them any more, nobody else would know to remove them.
    Every method may raise ``ArchiveError``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: TextIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    def paths(self) -> set[str]:
        """What the last build wrote if it was cut short; empty after one that was recorded."""
        with translated(str(self._path)):
            try:
                return set(self._path.read_text(encoding="utf-8").splitlines())
            except FileNotFoundError:
                return set()

    def note(self, paths: Sequence[str]) -> None:
        """Note paths that are about to be written."""
        if not paths:
            return
        with translated(str(self._path)):
            if self._handle is None:
                self._path.parent.mkdir(exist_ok=True)
                self._handle = self._path.open("a", encoding="utf-8")
            self._handle.writelines(f"{path}\n" for path in paths)
            self._handle.flush()

    def clear(self) -> None:
        """Forget all paths: the build is recorded."""
        with translated(str(self._path)):
            if self._handle is not None:
                self._handle.close()
                self._handle = None
            self._path.unlink(missing_ok=True)
