"""The eADMS tables and columns, in the spelling that every raw table gets."""

from functools import cache

import polars as pl

from hindcast import paths

RELEASE = "release"
CODE_WIDTHS = {("Events_Sequence", "eventsoe_no"): 3, ("Findings", "finding_code"): 10}
"""Digits of codes that a source may hold as numbers, which loses their leading zeros."""


@cache
def columns() -> dict[str, tuple[str, ...]]:
    """Return the columns of each eADMS table, keys first.

    Examples
    --------
    >>> columns()["NTSB_Admin"][:2]
    ('ev_id', 'rec_stat')
    """
    listed = _listed().group_by("table", maintain_order=True).agg("column")
    return {table: tuple(names) for table, names in listed.iter_rows()}


@cache
def keys() -> dict[str, tuple[str, ...]]:
    """Return the columns that identify a row, for each table.

    Examples
    --------
    >>> keys()["aircraft"]
    ('ev_id', 'Aircraft_Key')
    """
    listed = _listed().filter(pl.col("is_key") == "yes")
    listed = listed.group_by("table", maintain_order=True).agg("column")
    return {table: tuple(names) for table, names in listed.iter_rows()}


@cache
def dtypes(table: str) -> dict[str, str]:
    """Return column -> text, integer, real, datetime or boolean for one table."""
    return dict(_listed().filter(pl.col("table") == table).select("column", "dtype").iter_rows())


def table_named(name: str) -> str | None:
    """Return the eADMS spelling of a table's name, or None where it is not an eADMS table.

    Examples
    --------
    >>> table_named("flight_crew"), table_named("ct_seqevt")
    ('Flight_Crew', None)
    """
    return {table.lower(): table for table in columns()}.get(name.lower())


def spelled(table: str, header: list[str]) -> list[str]:
    """Return a header in eADMS spelling; columns eADMS does not have stay as they are.

    Releases spell the same column in two ways (``aircraft_key``, ``Aircraft_Key``); a join on the
    wrong one finds nothing and says nothing.

    Examples
    --------
    >>> spelled("aircraft", ["EV_ID", "aircraft_key ", "colour"])
    ['ev_id', 'Aircraft_Key', 'colour']
    """
    known = {column.lower(): column for column in columns()[table]}
    return [known.get(name.strip().lower(), name.strip()) for name in header]


@cache
def _listed() -> pl.DataFrame:
    return pl.read_csv(paths.reference() / "eadms_schema.csv", infer_schema=False)
