"""Open the store that the settings name."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from hindcast.serve.settings import Settings
from hindcast.serve.store.database import Database
from hindcast.serve.store.migrate import migrate


def connector(settings: Settings, *, is_patient: bool = False) -> Callable[[], Database]:
    """Bring the store's tables up to date; return what opens further connections to it.

    Parameters
    ----------
    settings
        Name the store.
    is_patient
        Let a statement take any time, as commands do and requests cannot.
    """
    if settings.database_url:
        from hindcast.serve.store import postgres

        url = settings.database_url
        _prepare(postgres.Postgres(url, is_patient=True), postgres.DIALECT)
        return lambda: postgres.Postgres(url, is_patient=is_patient)
    from hindcast.serve.store import sqlite

    _prepare(sqlite.SQLite(settings.store_file), sqlite.DIALECT)
    return lambda: sqlite.SQLite(settings.store_file, create=False)


@contextmanager
def connected(settings: Settings) -> Iterator[Database]:
    """Yield one connection to the store, its tables up to date, and close it."""
    with closing(connector(settings, is_patient=True)()) as database:
        yield database


def _prepare(database: Database, dialect: str) -> None:
    try:
        migrate(database, dialect)
    finally:
        database.close()
