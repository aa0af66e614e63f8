"""The store in one SQLite file, for one machine."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from hindcast.serve.store.database import Database
from hindcast.serve.store.errors import StoreError

DIALECT = "sqlite"
BUSY_SECONDS = 10
"""How long a writer waits for another process's transaction, each a few milliseconds."""

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
)
_AT_FAULT = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError)
"""Errors of the values or of the code, not of the file."""

GONE = "the store (HINDCAST_STORE) is gone: put it back"
ROWS_AT_ONCE = 5_000


class SQLite(Database):
    """A connection to the store's file.

    WAL with ``synchronous = NORMAL``: what is committed survives the end of the process by any
    signal; a power failure may take the last moments, and never leaves the file torn.
    """

    def __init__(self, file: Path, *, create: bool = True) -> None:
        self._file = file
        self._connection = _connected(file, create)
        self._inode = file.stat().st_ino

    def fetch(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """Run one statement, in a transaction of its own outside of one; return its rows."""
        with self._told():
            return self._connection.execute(_rendered(sql), values).fetchall()

    def stream(self, sql: str, **values: Any) -> Iterator[list[tuple[Any, ...]]]:
        """Run a query; yield its rows some thousands at a time."""
        with self._told():
            cursor = self._connection.execute(_rendered(sql), values)
            while rows := cursor.fetchmany(ROWS_AT_ONCE):
                yield rows

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what happens inside together, or nothing of it; one writer at a time."""
        self.fetch("BEGIN IMMEDIATE")
        try:
            yield
            self.fetch("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.rollback()

    def close(self) -> None:
        """Close the connection; what is committed stays."""
        self._connection.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        self._check_there()
        try:
            yield
        except _AT_FAULT:
            raise
        except sqlite3.Error as error:
            raise _told(error) from error

    def _check_there(self) -> None:
        """Refuse a file that was moved away or deleted: what is written there is lost."""
        try:
            there = self._file.stat().st_ino
        except OSError as error:
            raise StoreError(GONE) from error
        if there != self._inode:
            raise StoreError("the store (HINDCAST_STORE) was replaced by another while it was open")


def _connected(file: Path, create: bool) -> sqlite3.Connection:
    if not create and not file.exists():
        raise StoreError(GONE)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        for pragma in _PRAGMAS:
            connection.execute(pragma)
    except (sqlite3.Error, OSError) as error:
        raise _told(error) from error
    return connection


def _told(error: Exception) -> StoreError:
    """Return the error without the file's path, which a client need not know."""
    why = error.strerror if isinstance(error, OSError) else error
    return StoreError(f"the store (HINDCAST_STORE) cannot be used: {why}: see its disk and rights")


@cache
def _rendered(sql: str) -> str:
    return sql.replace("{each}", "json_each(:rows)")
