"""The store's tables, brought up to this version of the package by numbered steps."""

from importlib import resources
from importlib.resources.abc import Traversable

from hindcast.serve import clock
from hindcast.serve.store.database import Database
from hindcast.serve.store.errors import StoreError

_VERSIONS = """
CREATE TABLE IF NOT EXISTS schema_version (number integer PRIMARY KEY, applied_at text NOT NULL)"""


def migrate(database: Database, dialect: str, until: int | None = None) -> None:
    """Apply the steps that the store lacks, all in one transaction.

    Parameters
    ----------
    database
        An open store, new or of an older version.
    dialect
        ``sqlite`` or ``postgres``.
    until
        Stop after this number; None for every step.

    Raises
    ------
    StoreError
        The store was written by a newer version of the package.
    """
    steps = _steps(dialect)
    with database.transaction():
        database.fetch(_VERSIONS)
        found = database.fetch("SELECT coalesce(max(number), 0) FROM schema_version")[0][0]
        _check(found, max(steps))
        for number in range(found + 1, (until or max(steps)) + 1):
            _apply(database, number, steps[number])


def _steps(dialect: str) -> dict[int, Traversable]:
    folder = resources.files("hindcast.serve.store") / "migrations" / dialect
    return {int(file.name[:4]): file for file in folder.iterdir() if file.name.endswith(".sql")}


def _check(found: int, newest: int) -> None:
    if found > newest:
        raise StoreError(
            f"the store is at version {found}, this hindcast knows versions up to {newest}: "
            "use the newer hindcast that wrote it"
        )


def _apply(database: Database, number: int, step: Traversable) -> None:
    for statement in step.read_text(encoding="utf-8").split(";"):
        if statement.strip():
            database.fetch(statement)
    database.fetch(
        "INSERT INTO schema_version VALUES (:number, :at)", number=number, at=clock.stamp()
    )
