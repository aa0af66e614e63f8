"""The warehouse's statements, one file a step, shipped with the package."""

import re
from importlib import resources

import duckdb

_PLACE = re.compile(r"\$\{(\w+)\}")


def text(name: str, **names: str) -> str:
    """Return the statements of ``name``.sql with ``${...}`` filled in.

    Parameters
    ----------
    name
        Path below ``sql/`` without the ending, as ``star/dim_time``.
    **names
        Table and column names; values travel as DuckDB variables or parameters instead.

    Raises
    ------
    KeyError
        The file asks for a name that is not given.

    Examples
    --------
    >>> text("merge/reference_table", table="states", path="s.csv").splitlines()[0]
    'CREATE OR REPLACE TABLE ref.states AS'
    """
    source = resources.files(__name__).joinpath(*f"{name}.sql".split("/"))
    return _PLACE.sub(lambda place: names[place[1]], source.read_text(encoding="utf-8"))


def run(connection: duckdb.DuckDBPyConnection, name: str, **names: str) -> None:
    """Run all statements of ``name``.sql."""
    connection.execute(text(name, **names))


def quoted(value: str) -> str:
    """Return ``value`` as an SQL string literal's inside.

    Examples
    --------
    >>> quoted("it's")
    "it''s"
    """
    return value.replace("'", "''")
