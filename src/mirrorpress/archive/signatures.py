"""What was signed of each edition: its files with their hashes, and the versions of its roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from mirrorpress.archive import schema as t
from mirrorpress.archive.index import Index

_BATCH = 1000  # rows of one statement
# By hand, as SQLAlchemy takes as long for a row as all else that is done with its file.
_PUT_FILES = """
    INSERT OR REPLACE INTO signed_files (edition, path, folder, spot, size, sha256, neutral)
    VALUES (?, ?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class Signing:
    """The last signing of an edition.

    ``number`` counts from 1 and is the version of every role signed then; ``build`` is the build whose files
    it covers; there are 2**``bits`` bins; ``root`` and ``targets`` are the versions of these, ``key`` is the
    id of the key that signed, ``address`` where the edition is read, as it says.
    """

    number: int
    build: int
    bits: int
    root: int
    targets: int
    key: str
    address: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A file that was signed: its folder, the spot of its path among the hashes (below 0: it is in no bin),
    its size in bytes, its SHA-256, and that of its neutral form where it has one of its own."""

    path: str
    folder: str
    spot: int
    size: int
    sha256: bytes
    neutral: bytes


class Signatures:
    """Reads and writes that book."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def last(self, edition: str) -> Signing | None:
        row = self._index.row(select(t.signings).where(t.signings.c.edition == edition))
        return Signing(**{name: row[name] for name in Signing.__slots__}) if row else None

    def count(self, edition: str) -> int:
        """How many files are in bins."""
        files = t.signed_files.c
        found: int = self._index.value(
            select(func.count()).select_from(t.signed_files).where(files.edition == edition, files.spot >= 0)
        )
        return found

    def between(self, edition: str, first: int, last: int) -> Sequence[SignedFile]:
        """Files by their spots, these included."""
        return self._files(edition, t.signed_files.c.spot.between(first, last))

    def in_folder(self, edition: str, folder: str) -> Sequence[SignedFile]:
        return self._files(edition, t.signed_files.c.folder == folder)

    def folders(self, edition: str) -> Mapping[str, bytes]:
        """The SHA-256 of each folder's list, by folder."""
        lists = t.signed_lists.c
        rows = self._index.rows(select(lists.folder, lists.sha256).where(lists.edition == edition))
        return {row["folder"]: row["sha256"] for row in rows}

    def roles(self, edition: str) -> Mapping[str, tuple[int, datetime]]:
        """The version of each role that lists files, and when it lapses."""
        roles = t.signed_roles.c
        rows = self._index.rows(
            select(roles.role, roles.version, roles.expires)
            .where(roles.edition == edition)
            .order_by(roles.role)
        )
        return {row["role"]: (row["version"], row["expires"]) for row in rows}

    def note_files(self, edition: str, present: Iterable[SignedFile], left: Iterable[str]) -> None:
        """Files that are new or changed, and paths that left. One transaction."""
        rows = [
            (edition, one.path, one.folder, one.spot, one.size, one.sha256, one.neutral) for one in present
        ]
        gone = [{"gone": path} for path in left]
        files = t.signed_files.c
        with self._index.transaction():
            self._index.execute_many(_PUT_FILES, rows)
            if gone:
                self._index.execute(
                    delete(t.signed_files).where(files.edition == edition, files.path == bindparam("gone")),
                    gone,
                )

    def forget_files(self, edition: str) -> None:
        """Have all files of an edition noted anew; versions are not forgotten."""
        self._index.write(delete(t.signed_files).where(t.signed_files.c.edition == edition))

    def forget_roles(self, edition: str) -> None:
        """Have no role noted: those of a copy are its origin's, and may be fewer than before."""
        self._index.write(delete(t.signed_roles).where(t.signed_roles.c.edition == edition))

    def note(
        self,
        edition: str,
        signing: Signing,
        roles: Mapping[str, tuple[int, datetime]],
        lists: Mapping[str, bytes | None],
    ) -> None:
        """A signing, in one transaction. ``lists`` are the hashes of changed lists, None: it left."""
        known = t.signed_lists.c
        role_rows = (
            {"edition": edition, "role": role, "version": v, "expires": e} for role, (v, e) in roles.items()
        )
        list_rows = (
            {"edition": edition, "folder": f, "sha256": d} for f, d in lists.items() if d is not None
        )
        gone = [{"gone": folder} for folder, digest in lists.items() if digest is None]
        with self._index.transaction():
            self._put(t.signed_roles, role_rows)
            self._put(t.signed_lists, list_rows)
            if gone:
                self._index.execute(
                    delete(t.signed_lists).where(known.edition == edition, known.folder == bindparam("gone")),
                    gone,
                )
            values = {name: getattr(signing, name) for name in Signing.__slots__}
            self._put(t.signings, [{"edition": edition, **values}])

    def _files(self, edition: str, condition: Any) -> Sequence[SignedFile]:
        files = t.signed_files.c
        query: Select[Any] = select(*(files[name] for name in SignedFile.__slots__))
        found = self._index.tuples(query.where(files.edition == edition, condition))
        return [SignedFile(*tuple(row)) for row in found]

    def _put(self, table: Any, rows: Iterable[Mapping[str, Any]]) -> None:
        waiting = list(rows)
        keys = [column.name for column in table.primary_key]
        for start in range(0, len(waiting), _BATCH):
            statement = upsert(table)
            changed = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
            statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
            self._index.execute(statement, waiting[start : start + _BATCH])
