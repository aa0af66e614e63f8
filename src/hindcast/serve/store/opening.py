"""Open the store that the settings name."""

from collections.abc import Callable

from hindcast.serve.settings import Settings
from hindcast.serve.store.database import Database
from hindcast.serve.store.migrate import migrate


def connector(settings: Settings) -> Callable[[], Database]:
    """Bring the store's tables up to date; return what opens further connections to it."""
    if settings.database_url:
        from hindcast.serve.store import postgres

        url = settings.database_url
        _prepare(postgres.Postgres(url), postgres.DIALECT)
        return lambda: postgres.Postgres(url)
    from hindcast.serve.store import sqlite

    _prepare(sqlite.SQLite(settings.store_file), sqlite.DIALECT)
    return lambda: sqlite.SQLite(settings.store_file, create=False)


def connect(settings: Settings) -> Database:
    """Return one connection to the store, its tables up to date; the caller closes it."""
    return connector(settings)()


def _prepare(database: Database, dialect: str) -> None:
    try:
        migrate(database, dialect)
    finally:
        database.close()
