"""The store in PostgreSQL, for several machines."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import psycopg

from hindcast.serve.store.database import Database
from hindcast.serve.store.errors import StoreError

DIALECT = "postgres"
ROWS_AT_ONCE = 5_000
_CONNECT_SECONDS = 5
_WAIT_MS = 10_000
"""The longest that one statement may take, so that a hanging server is an error, not a wait."""


class Postgres(Database):
    """A connection to the store's database."""

    def __init__(self, url: str, *, is_patient: bool = False) -> None:
        longest = 0 if is_patient else _WAIT_MS
        try:
            self._connection = psycopg.connect(
                url,
                autocommit=True,
                connect_timeout=_CONNECT_SECONDS,
                application_name="hindcast",
                options=f"-c statement_timeout={longest} -c timezone=UTC",
                tcp_user_timeout=_WAIT_MS,
            )
        except psycopg.Error as error:
            raise _told(error) from error

    def fetch(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """Run one statement, in a transaction of its own outside of one; return its rows."""
        with _telling():
            cursor = self._connection.execute(_rendered(sql), values)
            return cursor.fetchall() if cursor.description else []

    def stream(self, sql: str, **values: Any) -> Iterator[list[tuple[Any, ...]]]:
        """Run a query; yield its rows some thousands at a time."""
        with (
            _telling(),
            self._connection.transaction(),
            self._connection.cursor("stream") as cursor,
        ):
            cursor.execute(_rendered(sql), values)
            while rows := cursor.fetchmany(ROWS_AT_ONCE):
                yield rows

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what happens inside together, or nothing of it; one writer at a time."""
        with _telling(), self._connection.transaction():
            self._connection.execute("SELECT pg_advisory_xact_lock(hashtext('hindcast store'))")
            yield

    def close(self) -> None:
        """Close the connection; what is committed stays."""
        self._connection.close()


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise _told(error) from error


def _told(error: Exception) -> StoreError:
    """Return the error without the server's address or user, which a client need not know."""
    first = type(error).__name__
    return StoreError(f"the store in PostgreSQL cannot be used ({first}); see the server's log")


@cache
def _rendered(sql: str) -> str:
    each = "jsonb_array_elements(CAST(:rows AS jsonb)) AS each(value)"
    return re.sub(r":([a-z_0-9]+)", r"%(\1)s", sql.replace("{each}", each))
