"""Look up what the loads changed: which rows, and which of their fields, from what to what."""

from pathlib import Path
from typing import TYPE_CHECKING

from hindcast.warehouse.database import database as default_database
from hindcast.warehouse.database import opened

if TYPE_CHECKING:
    import pandas as pd


def loads(database: Path | None = None) -> "pd.DataFrame":
    """Return one row per load and table: rows inserted, changed, unchanged, withdrawn, not covered.

    Parameters
    ----------
    database
        The DuckDB file; the project's own when not given.
    """
    return _asked(
        "SELECT load_id, loaded_at, releases, t.* EXCLUDE load_id FROM meta_load "
        "JOIN meta_load_table t USING (load_id) ORDER BY load_id, table_name",
        database,
    )


def changes(
    database: Path | None = None,
    *,
    load_id: int | None = None,
    table: str | None = None,
    ev_id: str | None = None,
) -> "pd.DataFrame":
    """Return the rows that loads inserted, changed or withdrew, with old and new content hash.

    Parameters
    ----------
    database
        The DuckDB file; the project's own when not given.
    load_id, table, ev_id
        Only this load, eADMS table or event.
    """
    return _asked(
        "SELECT * FROM meta_change WHERE action <> 'unchanged' AND "
        "load_id = coalesce($1, load_id) AND table_name = coalesce($2, table_name) "
        "AND ev_id = coalesce($3, ev_id) ORDER BY load_id, table_name, row_key",
        database,
        [load_id, table, ev_id],
    )


def changed_fields(
    database: Path | None = None,
    *,
    load_id: int | None = None,
    table: str | None = None,
    ev_id: str | None = None,
) -> "pd.DataFrame":
    """Return every field that differs in the changed rows, with its old and new value as text.

    ``is_column_absent`` marks a value that differs only because one of the releases has no such
    column: a fact about the release, not about the accident.

    Parameters
    ----------
    database
        The DuckDB file; the project's own when not given.
    load_id, table, ev_id
        Only this load, eADMS table or event.
    """
    return _asked(
        "SELECT c.loaded_at, c.release, c.ev_id, f.* FROM meta_change_field f "
        "JOIN meta_change c USING (load_id, table_name, row_key) WHERE "
        "f.load_id = coalesce($1, f.load_id) AND f.table_name = coalesce($2, f.table_name) "
        "AND c.ev_id = coalesce($3, c.ev_id) ORDER BY f.load_id, f.table_name, f.row_key, f.field",
        database,
        [load_id, table, ev_id],
    )


def _asked(
    statement: str, database: Path | None, values: list[object] | None = None
) -> "pd.DataFrame":
    with opened(database or default_database(), read_only=True) as connection:
        return connection.execute(statement, values).df()
