"""How the eADMS tables hang together: their types, keys and parents."""

import polars as pl

from hindcast.sources import schema as listed
from hindcast.sources.schema import dtypes

__all__ = ["DTYPES", "PARENTS", "TABLES", "dtypes", "keys", "parent_of"]

DTYPES: dict[str, pl.DataType] = {
    "text": pl.String(),
    "integer": pl.Int64(),
    "real": pl.Float64(),
    "datetime": pl.Datetime("us"),
    "boolean": pl.Boolean(),
}
# Parents come before their children: what becomes of a row depends on what became of its parent.
PARENTS: dict[str, str | None] = {
    "events": None,
    "aircraft": "events",
    "NTSB_Admin": "events",
    "Flight_Crew": "aircraft",
    "flight_time": "Flight_Crew",
    "engines": "aircraft",
    "Findings": "aircraft",
    "Events_Sequence": "aircraft",
    "Occurrences": "aircraft",
    "seq_of_events": "aircraft",
    "injury": "aircraft",
    "narratives": "aircraft",
}
TABLES = tuple(PARENTS)
_LINKS = {
    "events": ("ev_id",),
    "aircraft": ("ev_id", "Aircraft_Key"),
    "Flight_Crew": ("ev_id", "Aircraft_Key", "crew_no"),
}


def keys(table: str) -> tuple[str, ...]:
    """Return the primary key of ``table``.

    Examples
    --------
    >>> keys("Flight_Crew")
    ('ev_id', 'Aircraft_Key', 'crew_no')
    """
    return listed.keys()[table]


def parent_of(table: str, present: set[str]) -> tuple[str, tuple[str, ...]] | None:
    """Return the nearest parent that the source has, and the columns that lead to it.

    Examples
    --------
    >>> parent_of("flight_time", {"events", "aircraft"})
    ('aircraft', ('ev_id', 'Aircraft_Key'))
    """
    parent = PARENTS[table]
    while parent is not None and parent not in present:
        parent = PARENTS[parent]
    return None if parent is None else (parent, _LINKS[parent])
