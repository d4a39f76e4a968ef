"""An edition's folder: its files, by their paths below it."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from mirrorpress.errors import EditionError

# Strings in place of pathlib, which takes as long to put a path together as the system to make the file.
# ruff: noqa: PTH103, PTH105, PTH108, PTH116, PTH123

_LONGEST = 100  # characters of a name that go into that of the file it is written as at first


class Folder:
    """Reads, writes and removes files below ``root``; paths have forward slashes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._root = f"{root}/"

    def size(self, path: str) -> int:
        """Of a file, in bytes; 0 where there is none."""
        try:
            return os.stat(self._root + path).st_size
        except OSError:
            return 0

    def read(self, path: str) -> bytes:
        """A file; nothing where there is none."""
        try:
            with open(self._root + path, "rb") as file:
                return file.read()
        except OSError:
            return b""

    def holds(self, path: str, data: bytes | Path) -> bool:
        """Whether a file holds ``data``: somebody may have edited it. A picture is compared by its size."""
        place = self.root / path
        try:
            if isinstance(data, Path):
                return not data.is_file() or place.stat().st_size == data.stat().st_size
            return place.read_bytes() == data
        except OSError:
            return False

    def write(self, path: str, data: bytes | Path) -> int:
        """Put a file in place, whole or not at all: bytes, or those of another file. Returns its size, in
        bytes. Raises ``EditionError`` when that cannot be done.
        """
        folder, slash, name = path.rpartition("/")
        part = f"{self._root}{folder}{slash}.{name[:_LONGEST]}.part"
        try:
            try:
                size = _put(data, part)
            except FileNotFoundError:
                os.makedirs(self._root + folder, exist_ok=True)
                size = _put(data, part)
            os.replace(part, self._root + path)
            if isinstance(data, Path):  # rename(2) leaves it where both names were one file already
                with suppress(FileNotFoundError):
                    os.unlink(part)
        except OSError as error:
            raise self._unwritable(error, path) from error
        return size

    def remove(self, path: str) -> None:
        """Remove a file, if it is there, and the folders that it leaves empty. Raises ``EditionError``."""
        place = self.root / path
        try:
            place.unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error, path) from error
        for folder in place.parents:
            if folder == self.root:
                return
            try:
                folder.rmdir()
            except OSError:
                return

    def _unwritable(self, error: OSError, path: str) -> EditionError:
        return EditionError(
            f"cannot be written: {error.strerror}",
            where=str(self.root / path),
            hint="make room or correct the permissions; the next build carries on",
        )


def _put(data: bytes | Path, target: str) -> int:
    if isinstance(data, Path):
        return _put_copy(data, target)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left) :]
    finally:
        os.close(handle)
    return len(data)


def _put_copy(source: Path, target: str) -> int:
    """The same file under a second name where the file system can, else a copy."""
    with suppress(FileNotFoundError):
        os.unlink(target)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
    return os.stat(target).st_size
