"""Lists of hashes for ``sha256sum -c``: one a directory, and their own hashes in the top one."""

from __future__ import annotations

from collections.abc import Iterable

from mirrorpress.trust.roles import SUMS


def sums(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A list of (name, SHA-256), sorted by name, in the format of coreutils' ``sha256sum``.

    Names have no line end and no backslash, which that format would escape: no path of an edition has one.
    """
    return "".join(f"{digest.hex()}  {name}\n" for name, digest in sorted(files)).encode()


def folder_of(path: str) -> str:
    """The directory of a file; empty for the top one."""
    return path.rpartition("/")[0]


def sums_path(folder: str) -> str:
    """Where the list of a directory stands."""
    return f"{folder}/{SUMS}" if folder else SUMS
