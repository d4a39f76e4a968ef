"""Reads the files of an edition's folder, and nothing that lies outside of it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from mirrorpress.errors import TargetError

_REBUILD = "run mirrorpress build --full, then publish again"


def check_path(path: str) -> None:
    """Raise ``TargetError`` unless ``path`` is relative, tidy and a name that git can hold.

    Git refuses ``.git`` in any case, and the short name that NTFS gives to it, as part of a path.
    """
    parts = path.split("/")
    if "\0" in path or not all(part not in ("", ".", "..") for part in parts):
        raise TargetError("is not a path within an edition", where=printable(path), hint=_REBUILD)
    if any(part.lower() in (".git", "git~1") for part in parts):
        raise TargetError("no git repository can hold this name", where=printable(path))


def open_file(root: Path, path: str) -> BinaryIO:
    """Open the regular file ``path`` below ``root`` for reading.

    Raises ``TargetError`` when it is missing, is no regular file, or is reached through a symbolic
    link: a link could carry any file of this machine into a publication.
    """
    check_path(path)
    place = root / path
    # Every link on the way counts, not only the last one, which is all that O_NOFOLLOW sees.
    if os.path.realpath(place) != os.path.join(os.path.realpath(root), *path.split("/")):  # noqa: PTH118
        raise TargetError("is a symbolic link, which is not published", where=str(place), hint=_REBUILD)
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise TargetError("is missing from the edition", where=str(place), hint=_REBUILD) from error
    except OSError as error:
        raise TargetError(f"cannot be read: {error.strerror}", where=str(place)) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise TargetError("is not a regular file", where=str(place), hint=_REBUILD)
    return os.fdopen(descriptor, "rb")


def is_file(root: Path, path: str) -> bool:
    """Whether anything that could be published stands at ``path``; links count, to be refused later."""
    return os.path.lexists(root / path) and not (root / path).is_dir()


def printable(name: str) -> str:
    """A file name fit for a terminal: what could move the cursor becomes ``?``."""
    return "".join(character if character.isprintable() else "?" for character in name)
