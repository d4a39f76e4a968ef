"""Writes git's fast-import stream (git-fast-import(1), "INPUT FORMAT")."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from datetime import datetime
from typing import IO

from mirrorpress.errors import TargetError
from mirrorpress.targets.files import EditionFiles

COMMITTER = "mirrorpress@localhost.invalid"
"""Committer of every commit of ours. The same for everybody, so that equal content has equal ids and
nobody's name is published; ``.invalid`` is reserved by RFC 2606 and never delivers mail."""

_UNSAFE = re.compile(rb"[^ !#-[\]-~]")  # all but printable ASCII without quote and backslash
_CHUNK = 1 << 20


def encode(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def quote(path: bytes) -> bytes:
    """A path in C style, which holds every byte that git allows in a name."""
    return b'"%s"' % _UNSAFE.sub(lambda byte: b"\\%03o" % ord(byte[0]), path)


def identity(when: datetime) -> str:
    """Who made a commit of ours, and when, as git writes it."""
    return f"mirrorpress <{COMMITTER}> {int(when.timestamp())} +0000"


def words(message: str) -> bytes:
    """The message of a commit as git keeps it."""
    return message.replace("\0", " ").strip().encode("utf-8", "replace") + b"\n"


class Stream:
    """One fast-import session; ``out`` is its standard input."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out

    def commit(
        self, ref: str, *, mark: int, when: datetime, message: str, parents: Iterable[str], tree: str | None
    ) -> None:
        """Open a commit that starts from ``tree`` (None: the empty tree); edits follow.

        Parents are ids or marks of this session.
        """
        text = words(message)
        lines = [
            f"commit {ref}",
            f"mark :{mark}",
            f"committer {identity(when)}",
            f"data {len(text)}",
        ]
        self._out.write("\n".join(lines).encode() + b"\n" + text)
        for word, parent in zip(_PARENT_WORDS, parents, strict=False):
            self._out.write(f"{word} {parent}\n".encode())
        self._out.write(b"deleteall\n" if tree is None else f'M 040000 {tree} ""\n'.encode())

    def put(self, path: bytes, blob: str) -> None:
        """Set a path to a blob that the repository holds. No file of ours is executable."""
        self._out.write(b"M 100644 %s %s\n" % (blob.encode(), quote(path)))

    def remove(self, path: bytes) -> None:
        self._out.write(b"D %s\n" % quote(path))

    def write(self, files: EditionFiles, path: str) -> None:
        """Set a path to the content of the edition's file, in pieces, so that size is no matter."""
        with files.open(path) as file:
            size = os.fstat(file.fileno()).st_size
            self._out.write(b"M 100644 inline %s\ndata %d\n" % (quote(encode(path)), size))
            while size > 0 and (chunk := file.read(min(size, _CHUNK))):
                self._out.write(chunk)
                size -= len(chunk)
        if size:
            raise TargetError("became shorter while it was read", where=str(files.root / path))
        self._out.write(b"\n")

    def done(self) -> None:
        """Without this last word, fast-import (called with ``--done``) throws everything away."""
        self._out.write(b"done\n")


_PARENT_WORDS = ("from", "merge", "merge")
