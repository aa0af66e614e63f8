"""The eADMS tables as the warehouse keeps them: columns, types and keys from the schema file."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hindcast import paths

_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "real": "DOUBLE",
    "datetime": "TIMESTAMP",
    "boolean": "BOOLEAN",
}
# What the checks add to the eADMS columns.
_ADDED = {"events": {"era": "VARCHAR"}}
HOUSEKEEPING = ("release", "row_key", "row_hash", "in_records")


@dataclass(frozen=True)
class Table:
    """An eADMS table: DuckDB type by column, and the columns that name a row."""

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]


@cache
def all_tables(schema: Path | None = None) -> tuple[Table, ...]:
    """Return every table of ``eadms_schema.csv``, events first.

    Examples
    --------
    >>> first = all_tables()[0]
    >>> first.name, first.key, first.columns["ev_time"]
    ('events', ('ev_id',), 'BIGINT')
    """
    with (schema or paths.reference() / "eadms_schema.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    names = dict.fromkeys(row["table"] for row in rows)
    return tuple(_table(name, [row for row in rows if row["table"] == name]) for name in names)


def _table(name: str, rows: list[dict[str, str]]) -> Table:
    columns = {row["column"]: _TYPES[row["dtype"]] for row in rows}
    key = tuple(row["column"] for row in rows if row["is_key"] == "yes")
    return Table(name, columns | _ADDED.get(name, {}), key)
