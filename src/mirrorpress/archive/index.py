"""The index's one connection: short reads that leave no transaction open, and explicit transactions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult, RowMapping
from sqlalchemy.sql import Executable


class Index:
    """Wraps a SQLAlchemy connection; used by one thread."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._writing = False

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One transaction: all of the block's statements, or none."""
        with self._connection.begin():
            self._writing = True
            try:
                yield
            finally:
                self._writing = False

    def rows(self, query: Executable) -> Sequence[RowMapping]:
        """All rows of a query."""
        found = self._connection.execute(query).mappings().all()
        self._settle()
        return found

    def row(self, query: Executable) -> RowMapping | None:
        """The first row of a query."""
        found = self._connection.execute(query).mappings().first()
        self._settle()
        return found

    def value(self, query: Executable) -> Any:
        """The first column of a query's first row, or None."""
        found = self._connection.scalar(query)
        self._settle()
        return found

    def values(self, query: Executable) -> list[Any]:
        """The first column of a query."""
        found = list(self._connection.scalars(query))
        self._settle()
        return found

    def execute(self, statement: Executable, rows: Any = None) -> CursorResult[Any]:
        """A writing statement; inside ``transaction`` only."""
        assert self._writing  # noqa: S101 - a write outside would never be committed
        return self._connection.execute(statement, rows)

    def write(self, statement: Executable) -> None:
        """A writing statement that is a transaction of its own."""
        with self.transaction():
            self._connection.execute(statement)

    def insert(self, statement: Executable) -> int:
        """An inserting statement inside ``transaction``; returns the new row's number."""
        key = self.execute(statement).inserted_primary_key
        assert key is not None  # noqa: S101 - single-row inserts have one
        return int(key[0])

    def _settle(self) -> None:
        if not self._writing:
            self._connection.rollback()
