"""Bring the checked tables beside the stored ones, in the same shape and hashed."""

import logging
from pathlib import Path

import duckdb

from hindcast.warehouse import sql
from hindcast.warehouse.database import WarehouseError
from hindcast.warehouse.releases import release_of
from hindcast.warehouse.tables import HOUSEKEEPING, Table, all_tables

log = logging.getLogger(__name__)


def stage(connection: duckdb.DuckDBPyConnection, core_dir: Path) -> list[str]:
    """Read every table of ``core_dir`` into temporary ``incoming_*`` tables, and what is absent.

    Returns
    -------
    list of str
        Tables to compare: those of ``core_dir`` and those that the warehouse holds rows of.

    Raises
    ------
    WarehouseError
        No events, a table without its key or its release, or a key given twice.
    """
    if not (core_dir / "events.parquet").is_file():
        raise WarehouseError(
            f"no events.parquet in {core_dir}: run `hindcast stage validate`, which writes it"
        )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE absent_at_hand (table_name VARCHAR, column_name VARCHAR)"
    )
    staged = [
        table.name
        for table in all_tables()
        if _stage_table(connection, table, core_dir / f"{table.name}.parquet")
    ]
    _name_releases(connection, staged)
    return staged


def _stage_table(connection: duckdb.DuckDBPyConnection, table: Table, file: Path) -> bool:
    columns = ", ".join(f'"{name}" {kind}' for name, kind in table.columns.items())
    sql.run(connection, "merge/core_table", table=table.name, columns=columns)
    found = _columns_of(connection, file) if file.is_file() else {}
    _check_columns(table, file, found)
    _add_unknown_columns(connection, table, found)
    _note_absent(connection, table, found)
    if not found and not connection.execute(f"FROM core.{table.name} LIMIT 1").fetchone():
        return False
    records = f"read_parquet('{sql.quoted(str(file))}')" if found else f"core.{table.name} LIMIT 0"
    sql.run(connection, "merge/incoming", **_expressions(table, found), records=records)
    _check_keys(connection, table)
    return True


def _columns_of(connection: duckdb.DuckDBPyConnection, file: Path) -> dict[str, str]:
    described = connection.execute("DESCRIBE FROM read_parquet(?)", [str(file)]).fetchall()
    return {name: kind for name, kind, *_ in described}


def _check_columns(table: Table, file: Path, found: dict[str, str]) -> None:
    missing = [name for name in (*table.key, "release") if found and name not in found]
    if missing:
        raise WarehouseError(
            f"{file.name} lacks {', '.join(missing)}, without which its rows cannot be told apart; "
            f"it has {', '.join(found)}: run `hindcast stage validate` again"
        )


def _add_unknown_columns(
    connection: duckdb.DuckDBPyConnection, table: Table, found: dict[str, str]
) -> None:
    known = _stored_columns(connection, table)
    for name in (name for name in found if name not in known):
        log.info("%s: column %s is not in the eADMS schema; kept", table.name, name)
        connection.execute(f'ALTER TABLE core.{table.name} ADD COLUMN "{name}" {found[name]}')


def _note_absent(
    connection: duckdb.DuckDBPyConnection, table: Table, found: dict[str, str]
) -> None:
    absent = [name for name in table.columns if name not in found] if found else ["*"]
    connection.execute("INSERT INTO absent_at_hand SELECT ?, unnest(?)", [table.name, absent])


def _expressions(table: Table, found: dict[str, str]) -> dict[str, str]:
    """Return a row's key and the fields of its hash, to which NULL or absent adds nothing."""
    contents = sorted(name for name in found if name not in HOUSEKEEPING)
    parts = ", ".join(f"coalesce({name}::VARCHAR, '')" for name in table.key)
    fields = ", ".join(f"field_text('{name}', \"{name}\"::VARCHAR)" for name in contents)
    return {"table": table.name, "key": f"concat_ws('|', {parts})", "fields": fields or "NULL"}


def _stored_columns(connection: duckdb.DuckDBPyConnection, table: Table) -> list[str]:
    return [row[0] for row in connection.execute(f"DESCRIBE core.{table.name}").fetchall()]


def _check_keys(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    rows, keys, unnamed = connection.execute(
        f"SELECT count(*), count(DISTINCT row_key), count(*) - count(ev_id) "
        f"FROM incoming_{table.name}"
    ).fetchone()
    if unnamed or rows != keys:
        raise WarehouseError(
            f"{table.name}: {rows - keys} of {rows} rows repeat a key ({', '.join(table.key)}) and "
            f"{unnamed} have no ev_id; expected none: run `hindcast stage validate` again"
        )


def _name_releases(connection: duckdb.DuckDBPyConnection, staged: list[str]) -> None:
    union = " UNION ".join(f"SELECT release FROM incoming_{table}" for table in staged)
    names = sorted(name for (name,) in connection.execute(union).fetchall() if name)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE release_at_hand "
        "(release VARCHAR, family VARCHAR, is_snapshot BOOLEAN)"
    )
    for name in names:
        connection.execute("INSERT INTO release_at_hand VALUES (?, ?, ?)", release_of(name))
