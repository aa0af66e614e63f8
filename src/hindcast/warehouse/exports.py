"""Write what leaves the warehouse: the same records give the same bytes, whenever loaded."""

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import duckdb

from hindcast import paths
from hindcast.atomic import replacing, write_json
from hindcast.warehouse import sql, star
from hindcast.warehouse.database import database as default_database
from hindcast.warehouse.database import opened
from hindcast.warehouse.tables import all_tables

# dim_aircraft keeps versions of earlier loads, so its rows are not a fact of these records.
_STAR = (
    "fact_accidents",
    "bridge_accident_cause",
    *(name for name in star.DIMENSIONS if name != "dim_aircraft"),
    *(f"mart_{name}" for name in star.MARTS),
)


def export(database: Path | None = None, out: Path | None = None) -> dict[str, Any]:
    """Write the accidents by year, the marts and ``load.json``; return what ``load.json`` holds.

    Nothing in them depends on earlier loads or on the clock: rows are sorted, surrogate keys and
    load numbers stay in the warehouse, one thread writes.

    Parameters
    ----------
    database
        The DuckDB file; the project's own when not given.
    out
        Folder for ``accidents/``, ``marts/`` and ``load.json``; ``data/processed`` when not given.

    Raises
    ------
    WarehouseError
        There is no warehouse, it cannot be opened, or the disk is full.
    """
    out = out or paths.processed()
    with opened(database or default_database(), read_only=True) as connection:
        connection.execute("SET threads = 1")
        _export_accidents(connection, out / "accidents")
        for name in star.MARTS:
            with replacing(out / "marts" / f"{name}.parquet") as beside:
                _copy(connection, f"FROM mart_{name}", beside)
        facts = _facts(connection)
    write_json(out / "load.json", facts)
    return facts


def _export_accidents(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".accidents.", dir=folder.parent) as beside:
        new = Path(beside, "new")
        _copy(
            connection,
            f"SELECT *, ev_year AS year FROM ({sql.text('published_accidents')})",
            new,
            ", PARTITION_BY (year), FILENAME_PATTERN 'accidents_{i}'",
        )
        if folder.exists():
            folder.rename(Path(beside, "old"))
        shutil.move(new, folder)


def _copy(
    connection: duckdb.DuckDBPyConnection, select: str, target: Path, options: str = ""
) -> None:
    path = sql.quoted(str(target))
    connection.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet, COMPRESSION zstd{options})")


def _facts(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    each = " UNION ALL ".join(sql.text("export_facts", table=t.name) for t in all_tables())
    tables = {
        name: {"rows": rows, "fingerprint": fingerprint}
        for name, rows, fingerprint in connection.execute(each).fetchall()
        if rows
    }
    phase, occurrence = connection.execute(sql.text("undecoded")).fetchone()
    return {
        "tables": tables,
        "star": {name: _rows(connection, name) for name in _STAR},
        "undecoded": {"phase_no": phase, "occurrence_code": occurrence},
        "fingerprint": hashlib.sha256(json.dumps(tables).encode()).hexdigest(),
    }


def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return rows
