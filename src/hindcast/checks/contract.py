"""The schema gate in Pandera: what raw tables must have, and what core tables promise."""

from collections.abc import Mapping

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from hindcast.checks import schema
from hindcast.checks.rule import ChecksError


def require_raw(tables: Mapping[str, pl.DataFrame]) -> None:
    """Refuse raw tables that cannot be checked at all.

    Raises
    ------
    ChecksError
        There are no events, a key column or ``release`` is missing, or a column is not text; all
        the faults of all the tables are named at once.
    """
    if "events" not in tables or tables["events"].is_empty():
        raise ChecksError(
            f"no events: found tables {', '.join(sorted(tables)) or 'none'}, expected a table "
            "events with rows; run the extract stage on a folder with NTSB's records"
        )
    faults = [fault for name, table in tables.items() for fault in _faults(table, raw_schema(name))]
    if faults:
        raise ChecksError("the raw tables cannot be checked: " + "; ".join(faults))


def require_core(tables: Mapping[str, pl.DataFrame]) -> None:
    """Refuse core tables that break their promise: types, unique keys, no key missing.

    Raises
    ------
    ChecksError
        A promise is broken: a fault of the checks themselves, not of the records.
    """
    faults = [
        fault for name, table in tables.items() for fault in _faults(table, core_schema(name))
    ]
    if faults:
        raise ChecksError("the checks let something through: " + "; ".join(faults))


def raw_schema(table: str) -> pa.DataFrameSchema:
    """Return what a raw table must have: its key columns and ``release``, every column text."""
    needed = (*schema.keys(table), "release")
    columns = {name: pa.Column(pl.String, nullable=True) for name in needed}
    every = pa.Column(pl.String, nullable=True, required=False, regex=True)
    return pa.DataFrameSchema(columns | {"^.*$": every}, name=table)


def core_schema(table: str) -> pa.DataFrameSchema:
    """Return what a core table promises: the schema's types, a unique key without gaps."""
    keys = list(schema.keys(table))
    columns = {
        name: pa.Column(schema.DTYPES[dtype], nullable=name not in keys, required=name in keys)
        for name, dtype in schema.dtypes(table).items()
    }
    return pa.DataFrameSchema(columns, unique=keys, name=table)


def _faults(table: pl.DataFrame, expected: pa.DataFrameSchema) -> list[str]:
    try:
        expected.validate(table, lazy=True)
    except SchemaErrors as error:
        return sorted({_told(expected.name, table, fault) for fault in error.schema_errors})
    return []


def _told(name: str, table: pl.DataFrame, fault: Exception) -> str:
    reason = str(getattr(fault, "reason_code", "")).rpartition(".")[2].lower()
    if reason == "column_not_in_dataframe":
        column = fault.failure_cases if isinstance(fault.failure_cases, str) else fault.args[0]
        return f"{name}: {column} (found columns {', '.join(table.columns[:12])})"
    # The first line alone: what follows it may be rows of the table.
    return f"{name}: {str(fault.args[0]).splitlines()[0] if fault.args else reason}"
