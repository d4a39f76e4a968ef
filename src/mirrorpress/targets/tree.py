"""Makes trees of files that share what is the same."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import IO

from mirrorpress.targets.files import check_path

_CHUNK = 1 << 20
# FAT and some network file systems have no hard links; others allow only so many to one file.
_NO_LINKS = (errno.EPERM, errno.EXDEV, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


def link(source: Path, place: Path) -> None:
    """A second name for a file, or a copy where the file system has none."""
    try:
        os.link(source, place)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        with source.open("rb") as file:
            copy(file, place, sync=False)


def linked_tree(source: Path, tree: Path) -> None:
    """A copy of a tree, made of hard links."""
    make_folder(tree)
    for folder, folders, files in os.walk(source):
        place = tree / Path(folder).relative_to(source)
        for name in folders:
            make_folder(place / name)
        for name in files:
            link(Path(folder, name), place / name)


def make_folder(place: Path) -> None:
    """A new folder that everybody may read."""
    place.mkdir()
    place.chmod(0o755)  # whatever the umask says: a web server reads as another user


def make_room(tree: Path, path: str) -> None:
    """Make the folders above ``path``, and clear away a file or folder that was there instead."""
    place = tree
    for name in path.split("/")[:-1]:
        place = place / name
        if not place.is_dir():
            place.unlink(missing_ok=True)
            make_folder(place)
    if (tree / path).is_dir():
        shutil.rmtree(tree / path)


def remove(tree: Path, path: str) -> bool:
    """Remove a file, and the folders that it leaves empty."""
    check_path(path)
    place = tree / path
    if place.is_dir():  # files below it have replaced it
        return False
    try:
        place.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    with suppress(OSError):  # a folder that is not empty stays
        while (place := place.parent) != tree:
            place.rmdir()
    return True


def copy(source: IO[bytes], place: Path, *, sync: bool) -> None:
    """A file of its own with the same bytes, on the disk by the end if ``sync``."""
    with place.open("wb") as file:
        shutil.copyfileobj(source, file, _CHUNK)
        os.fchmod(file.fileno(), 0o644)
        if sync:
            file.flush()
            os.fsync(file.fileno())


def same(source: IO[bytes], place: Path) -> bool:
    """Whether a file holds the same bytes; ``source`` is at its beginning before and after."""
    try:
        other = place.open("rb")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return False
    with other:
        same = os.fstat(source.fileno()).st_size == os.fstat(other.fileno()).st_size
        while same and (chunk := source.read(_CHUNK)):
            same = chunk == other.read(_CHUNK)
    source.seek(0)
    return same
