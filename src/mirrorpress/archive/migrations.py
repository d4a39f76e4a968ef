"""Bringing an index of any earlier version to the present one, each step in one transaction.

The version stands in SQLite's ``user_version``. A step is never changed once released; a new one is
added at the end of ``STEPS``.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, text

from mirrorpress.archive.schema import metadata
from mirrorpress.errors import ArchiveError


def _first(connection: Connection) -> None:
    metadata.create_all(connection)


STEPS: tuple[Callable[[Connection], None], ...] = (_first,)


def migrate(connection: Connection, where: str) -> None:
    """Run the steps that are missing. Raises ``ArchiveError`` for an index that a later mirrorpress wrote."""
    version = connection.execute(text("PRAGMA user_version")).scalar_one()
    if version > len(STEPS):
        raise ArchiveError(
            f"the archive has version {version}, this mirrorpress knows versions up to {len(STEPS)}",
            where=where,
            hint="install the mirrorpress that wrote it, or a later one",
        )
    for number, step in enumerate(STEPS[version:], start=version + 1):
        step(connection)
        connection.execute(text(f"PRAGMA user_version = {number}"))
