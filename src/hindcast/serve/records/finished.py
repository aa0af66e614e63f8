"""Answers that were made with the edition, so that asking for one is a look-up by its key.

In SQLite: it finds a key in microseconds, where DuckDB plans a query for milliseconds.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from hindcast.serve.schemas import records as schemas

PARTS: dict[str, tuple[type[schemas.Record], str]] = {
    "aircraft": (schemas.Aircraft, "aircraft_number"),
    "crew": (schemas.Crew, "aircraft_number, crew_number"),
    "finding": (schemas.Finding, "aircraft_number, finding_number"),
}
"""Tables of the edition with the parts of events: what a row tells, and the rows' order."""

_NAMES = {table: tuple(record.model_fields) for table, (record, _) in PARTS.items()}
_EVENT = tuple(schemas.Event.model_fields)
_MAPPED_BYTES = 1 << 30


class Finished:
    """The finished answers of one edition; read by one thread at a time.

    Parameters
    ----------
    file
        As :mod:`hindcast.serve.records.finishing` makes it. A row is kept as the JSON array of its
        values, whose names are the schema's.
    """

    def __init__(self, file: Path) -> None:
        uri = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        # read through the page cache of the machine, which the workers share
        self._connection.execute(f"PRAGMA mmap_size={_MAPPED_BYTES}")
        self._connection.execute("SELECT 1 FROM event LIMIT 1").fetchone()

    def event(self, ev_id: str) -> dict[str, Any] | None:
        """Return an event with its probable cause, or None where there is none."""
        found = self._one("SELECT event, probable_cause FROM event WHERE ev_id = ?", ev_id)
        return found and {**_named(_EVENT, orjson.loads(found[0])), "probable_cause": found[1]}

    def parts(self, ev_id: str, table: str) -> list[dict[str, Any]] | None:
        """Return the parts of an event, of one of :data:`PARTS`, or None where it is none."""
        names = _NAMES[table]
        found = self._one(f"SELECT {table} FROM event WHERE ev_id = ?", ev_id)
        return found and [_named(names, row) for row in orjson.loads(found[0])]

    def events(self, ev_ids: Sequence[str]) -> list[dict[str, Any]]:
        """Return events without their probable causes, in the order of ``ev_ids``."""
        asked = ", ".join("?" * len(ev_ids))
        rows = self._connection.execute(
            f"SELECT ev_id, event FROM event WHERE ev_id IN ({asked})", ev_ids
        )
        found = dict(rows.fetchall())
        return [_named(_EVENT, orjson.loads(found[ev_id])) for ev_id in ev_ids]

    def statistic(self, tag: str) -> bytes | None:
        """Return the answer with this ETag, where it was computed with the edition."""
        found = self._one("SELECT answer FROM statistic WHERE tag = ?", tag)
        return found and found[0]

    def _one(self, statement: str, key: str) -> Any:
        return self._connection.execute(statement, (key,)).fetchone()


def _named(names: tuple[str, ...], values: list[Any]) -> dict[str, Any]:
    return dict(zip(names, values, strict=True))
