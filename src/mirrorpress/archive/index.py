"""The index's one connection: short reads that leave no transaction open, and explicit transactions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult, Row, RowMapping
from sqlalchemy.exc import DatabaseError
from sqlalchemy.sql import Executable

from mirrorpress.errors import ArchiveError


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Turn what the disk or the database says below ``where`` into an ``ArchiveError``."""
    try:
        yield
    except (DatabaseError, OSError) as error:
        reason = str(error.orig) if isinstance(error, DatabaseError) else str(error)
        full = "full" in reason or "No space" in reason
        hint = (
            "free some space; the next run carries on" if full else "check the disk; the next run carries on"
        )
        raise ArchiveError(f"the disk or the index failed: {reason}", where=where, hint=hint) from error


class Index:
    """Wraps a SQLAlchemy connection to the database at ``where``; used by one thread.

    Every method may raise ``ArchiveError``.
    """

    def __init__(self, connection: Connection, where: str) -> None:
        self._connection = connection
        self._where = where
        self._writing = False

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One transaction: all of the block's statements, or none."""
        with translated(self._where), self._connection.begin():
            self._writing = True
            try:
                yield
            finally:
                self._writing = False

    def rows(self, query: Executable) -> Sequence[RowMapping]:
        """All rows of a query."""
        with self._reading():
            return self._connection.execute(query).mappings().all()

    def tuples(self, query: Executable, values: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        """All rows of a query with these ``values`` of its parameters, by the order of its columns: for those
        read by the thousand."""
        with self._reading():
            return self._connection.execute(query, values).all()

    def row(self, query: Executable) -> RowMapping | None:
        """The first row of a query."""
        with self._reading():
            return self._connection.execute(query).mappings().first()

    def value(self, query: Executable) -> Any:
        """The first column of a query's first row, or None."""
        with self._reading():
            return self._connection.scalar(query)

    def values(self, query: Executable) -> list[Any]:
        """The first column of a query."""
        with self._reading():
            return list(self._connection.scalars(query))

    def execute(self, statement: Executable, rows: Any = None) -> CursorResult[Any]:
        """A writing statement; inside ``transaction`` only."""
        assert self._writing  # noqa: S101 - a write outside would never be committed
        return self._connection.execute(statement, rows)

    def execute_many(self, text: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """A writing statement in SQL, for rows by the thousand; inside ``transaction`` only."""
        assert self._writing  # noqa: S101 - as above
        if rows:
            self._connection.exec_driver_sql(text, list(rows))

    def write(self, statement: Executable) -> None:
        """A writing statement that is a transaction of its own."""
        with self.transaction():
            self._connection.execute(statement)

    def insert(self, statement: Executable) -> int:
        """An inserting statement inside ``transaction``; returns the new row's number."""
        key = self.execute(statement).inserted_primary_key
        assert key is not None  # noqa: S101 - single-row inserts have one
        return int(key[0])

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with translated(self._where):
            try:
                yield
            finally:
                if not self._writing:
                    self._connection.rollback()
