"""Reads the files of an edition's folder, and nothing that lies outside of it."""

from __future__ import annotations

import errno
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


class EditionFiles:
    """The files below one root. Remembers which folders it has looked at, so that a large edition
    costs one look a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._real = os.path.realpath(root)
        self._folders: set[str] = set()  # that are no links

    def open(self, path: str) -> BinaryIO:
        """Open a regular file for reading.

        Raises ``TargetError`` when it is missing, is no regular file, or is reached through a symbolic
        link: a link could carry any file of this machine into a publication.
        """
        check_path(path)
        place = f"{self._real}/{path}"
        folder = place.rpartition("/")[0]
        if folder not in self._folders:
            if os.path.realpath(folder) != folder:
                raise self._refused(path, "is reached through a symbolic link, which is not published")
            self._folders.add(folder)
        try:
            descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise self._refused(path, "is missing from the edition") from error
        except OSError as error:
            if error.errno == errno.ELOOP:  # what O_NOFOLLOW says of a link
                raise self._refused(path, "is a symbolic link, which is not published") from error
            raise TargetError(f"cannot be read: {error.strerror}", where=str(self.root / path)) from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise self._refused(path, "is not a regular file")
        return os.fdopen(descriptor, "rb")

    def has(self, path: str) -> bool:
        """Whether anything that is no folder stands at ``path``; links count, to be refused by ``open``."""
        return os.path.lexists(self.root / path) and not self.has_folder(path)

    def has_folder(self, path: str) -> bool:
        return (self.root / path).is_dir()

    def _refused(self, path: str, reason: str) -> TargetError:
        return TargetError(reason, where=printable(str(self.root / path)), hint=_REBUILD)


def printable(name: str) -> str:
    """A file name fit for a terminal: what could move the cursor becomes ``?``."""
    return "".join(character if character.isprintable() else "?" for character in name)
