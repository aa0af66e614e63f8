"""The prediction log as a Polars frame, for the monitor and the archive."""

from collections.abc import Iterator

import polars as pl

from hindcast.serve.settings import Settings
from hindcast.serve.store import opening, statements
from hindcast.serve.store.database import Database

BEGINNING, END = "0000", "9999"
"""Before and after every time that is kept; times sort as text."""

SCHEMA = {
    "prediction_id": pl.String,
    "at": pl.String,
    "request_id": pl.String,
    "key_id": pl.String,
    "target": pl.String,
    "horizon": pl.String,
    "version": pl.String,
    "role": pl.String,
    "is_answered": pl.Boolean,
    "inputs_sha256": pl.String,
    "inputs": pl.String,
    "fatal": pl.Float64,
    "classes": pl.String,
    "latency_ms": pl.Float64,
    "injury": pl.String,
    "as_of": pl.String,
    "recorded_at": pl.String,
}


def read_predictions(settings: Settings, since: str = BEGINNING, until: str = END) -> pl.DataFrame:
    """Return the predictions of a time, each with its outcome where one is recorded.

    Parameters
    ----------
    settings
        Name the store.
    since, until
        From which time (included) until which (not included): ISO 8601, or the beginning of one,
        as ``2026-01-31``.

    Returns
    -------
    DataFrame
        One row for each prediction and version in the order of time, columns as :data:`SCHEMA`;
        ``injury``, ``as_of`` and ``recorded_at`` are null where no outcome is known yet.
    """
    with opening.connected(settings) as database:
        return frame(database, since, until)


def frame(database: Database, since: str = BEGINNING, until: str = END) -> pl.DataFrame:
    """Return what :func:`read_predictions` does, from an open connection."""
    return pl.concat([pl.DataFrame(schema=SCHEMA), *frames(database, since, until)])


def frames(database: Database, since: str, until: str) -> Iterator[pl.DataFrame]:
    """Yield the same rows some thousands at a time, so that a long log need not fit in memory."""
    for rows in database.stream(statements.JOINED, since=since, until=until):
        raw = pl.DataFrame(rows, {**SCHEMA, "is_answered": pl.Int64}, orient="row")
        yield raw.with_columns(pl.col("is_answered").cast(pl.Boolean))
