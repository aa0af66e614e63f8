"""Load the checked tables into the warehouse and record what that changed.

One load is one transaction: a load that is stopped anywhere leaves the previous state.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from hindcast.warehouse import incoming, sql, star
from hindcast.warehouse.database import database as default_database
from hindcast.warehouse.database import make_if_missing, opened

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Load:
    """What a load did: its number (None: nothing to do) and rows by table and action."""

    load_id: int | None
    rows: dict[str, dict[str, int]]

    @property
    def is_noop(self) -> bool:
        """Whether the warehouse already held exactly these records."""
        return self.load_id is None


def load(
    core_dir: Path,
    database: Path | None = None,
    *,
    accumulate: bool = False,
    rare_make_events: int = 5,
) -> Load:
    """Merge the checked tables into the warehouse, recording every difference.

    A row's content hash covers every column but ``release``; a column that the release lacks counts
    as NULL and is noted in ``meta_absent``. A stored row is withdrawn only where its own family of
    releases no longer tells it: its event lies in the span of a snapshot that lacks it, or its
    event is told again without it. A weekly change file and another family's release withdraw
    nothing else. A load that changes nothing, release ids included, leaves no trace.

    Parameters
    ----------
    core_dir
        Folder of the checked tables, ``<TABLE>.parquet``.
    database
        The DuckDB file; the project's own when not given.
    accumulate
        Whether star and marts stand on every row not withdrawn; otherwise on the rows of
        ``core_dir`` alone, so that what is published depends on the records at hand and on
        nothing that was loaded before.
    rare_make_events
        Makes and models told by fewer events are pooled as OTHER in marts and exports: an amateur
        builder's name often stands as the make.

    Raises
    ------
    WarehouseError
        The file is locked, damaged or too new, the tables lack keys, or the disk is full; the
        warehouse stands as it was.
    """
    file = database or default_database()
    make_if_missing(file)
    with opened(file) as connection:
        connection.execute("BEGIN")
        _set_variables(connection, accumulate, rare_make_events)
        sql.run(connection, "macros")
        rows = _compare(connection, core_dir)
        load_id = _apply(connection, rows) if _is_news(connection) else None
        is_built = star.build(connection, is_news=load_id is not None, settings=rare_make_events)
        connection.execute("COMMIT" if load_id is not None or is_built else "ROLLBACK")
    log.info("%s", _sentence(load_id, rows))
    return Load(load_id, rows)


def _set_variables(
    connection: duckdb.DuckDBPyConnection, accumulate: bool, rare_make_events: int
) -> None:
    (last,) = connection.execute("SELECT coalesce(max(load_id), 0) FROM meta_load").fetchone()
    _set(connection, "load_id", last)
    _set(connection, "loaded_at", datetime.now(UTC).replace(tzinfo=None))
    _set(connection, "accumulate", accumulate)
    _set(connection, "rare_make_events", rare_make_events)


def _set(connection: duckdb.DuckDBPyConnection, name: str, value: object) -> None:
    connection.execute(f"SET VARIABLE {name} = ?", [value])


def _compare(connection: duckdb.DuckDBPyConnection, core_dir: Path) -> dict[str, dict[str, int]]:
    staged = incoming.stage(connection, core_dir)
    sql.run(connection, "merge/compared")
    for table in staged:
        sql.run(connection, "merge/compare", table=table)
    rows: dict[str, dict[str, int]] = {}
    for table, action, n in connection.execute(
        "SELECT table_name, action, count(*) FROM compared GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        rows.setdefault(table, {})[action] = n
    return rows


def _is_news(connection: duckdb.DuckDBPyConnection) -> bool:
    (is_news,) = connection.execute(sql.text("merge/is_news")).fetchone()
    return is_news


def _apply(connection: duckdb.DuckDBPyConnection, rows: dict[str, dict[str, int]]) -> int:
    (load_id,) = connection.execute("SELECT getvariable('load_id') + 1").fetchone()
    _set(connection, "load_id", load_id)
    sql.run(connection, "merge/log")
    for table, actions in rows.items():
        if "changed" in actions:
            sql.run(connection, "merge/changed_fields", table=table)
        if {"changed", "withdrawn"} & actions.keys():
            sql.run(connection, "merge/take_out", table=table)
        if {"changed", "inserted"} & actions.keys():
            sql.run(connection, "merge/put_in", table=table)
        if {"unchanged", "not covered"} & actions.keys():
            sql.run(connection, "merge/touch", table=table)
    sql.run(connection, "merge/releases")
    return load_id


def _sentence(load_id: int | None, rows: dict[str, dict[str, int]]) -> str:
    if load_id is None:
        return "warehouse: these records stand there already; nothing changed"
    totals: dict[str, int] = {}
    for actions in rows.values():
        for action, n in actions.items():
            totals[action] = totals.get(action, 0) + n
    return f"warehouse: load {load_id}: " + ", ".join(f"{n:,} {a}" for a, n in totals.items())
