"""Predictions moved to Parquet by month, and back.

A file carries the number of its rows and their checksum, is put in place whole, and is read again
before anything is deleted. A month that is archived in parts is one file: its rows are added up.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import polars as pl

from hindcast import atomic
from hindcast.errors import HindcastError
from hindcast.serve.store import frame, retention
from hindcast.serve.store.database import Database
from hindcast.serve.store.rows import OutcomeRow, PredictionRow

_CHECKSUM = "hindcast.sha256"
_KEY = ["prediction_id", "version"]
_ORDER = ["at", *_KEY]
_ROWS_AT_ONCE = 5_000


class ArchiveError(HindcastError):
    """An archive is not what it should be, or the log changed while it was archived."""


class Archived(NamedTuple):
    """One month's file, how many predictions moved to it now, and how many it holds."""

    file: Path
    moved: int
    rows: int


def archive(database: Database, folder: Path, until: str) -> Iterator[Archived]:
    """Move the predictions of before a day to a folder; yield each month when it is done.

    Parameters
    ----------
    database
        The store.
    folder
        Where ``predictions-2026-01.parquet`` and others are.
    until
        The first day that stays, ``2026-02-15``.

    Raises
    ------
    ArchiveError
        A file that is there is damaged, or outcomes arrived meanwhile: nothing of that day is
        deleted, and doing it again ends well.
    """
    days = list(retention.days(database, until))
    for month in sorted({since[:7] for since, _ in days}):
        of_month = [day for day in days if day[0].startswith(month)]
        yield _move(database, folder / f"predictions-{month}.parquet", of_month)


def _move(database: Database, file: Path, days: Sequence[tuple[str, str]]) -> Archived:
    rows = frame.frame(database, days[0][0], days[-1][1])
    kept = pl.concat([rows, read(file)]) if file.exists() else rows
    whole = kept.unique(_KEY, keep="first").sort(_ORDER)
    _write(file, whole)
    if not read(file).equals(whole):
        raise ArchiveError(f"{file} is not what was written: nothing was deleted; see the disk")
    moved = sum(_delete(database, rows, *day) for day in days)
    return Archived(file, moved, whole.height)


def _delete(database: Database, rows: pl.DataFrame, since: str, until: str) -> int:
    """Delete a day that is archived, unless it is not any more what was archived."""
    with database.transaction():
        archived = rows.filter((pl.col("at") >= pl.lit(since)) & (pl.col("at") < pl.lit(until)))
        if not frame.frame(database, since, until).equals(archived):
            raise ArchiveError(f"the log of {since} changed meanwhile: archive again")
        return retention.delete(database, since, until)


def read(file: Path) -> pl.DataFrame:
    """Return what an archive holds, columns as those of the log with outcomes.

    Raises
    ------
    ArchiveError
        The file cannot be read or its rows are not those that were written.
    """
    try:
        told = pl.read_parquet_metadata(file)
        rows = pl.read_parquet(file)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ArchiveError(f"{file} cannot be read as an archive: {error}") from error
    if told.get(_CHECKSUM) != _checksum(rows):
        raise ArchiveError(f"{file} is damaged: its rows do not have the checksum it carries")
    return rows


def restore(database: Database, file: Path) -> int:
    """Put an archive's predictions and outcomes back; return how many predictions it holds.

    Those that the store has already stay as they are, so it can be done again.
    """
    rows = read(file)
    for part in rows.iter_slices(_ROWS_AT_ONCE):
        outcomes = part.filter(pl.col("injury").is_not_null()).select(OutcomeRow._fields)
        with database.transaction():
            database.put_back(
                part.select(PredictionRow._fields).rows(), outcomes.unique("prediction_id").rows()
            )
    return rows.height


def _write(file: Path, rows: pl.DataFrame) -> None:
    with atomic.replacing(file) as beside:
        rows.write_parquet(beside, metadata={_CHECKSUM: _checksum(rows)})


def _checksum(rows: pl.DataFrame) -> str:
    return sha256(rows.write_ndjson().encode()).hexdigest()
