"""What 1982-2007 said: fatal shares by make, model, family and phase, for accidents from 2008 on.

Most models have few accidents of their own in any release, and the quarter of a century before has
many. ``fatal_counts_1982_2007.csv`` counts US accidents to 1 December 2007, so that each outcome
(death within 30 days) was known before 2008 began: strictly past for every later accident, and
nothing at all for an earlier one. It is made from NTSB's flat AviationData file by :func:`counted`.
"""

from datetime import date
from functools import lru_cache
from pathlib import Path

import polars as pl

from hindcast import atomic, paths
from hindcast.features import keys
from hindcast.features.population import SEVERITIES

FIRST_DAY = date(2008, 1, 1)
"""Rows from this day on may see the counts; earlier ones see nothing of them."""

LAST_COUNTED = date(2007, 12, 1)
LEAST_ACCIDENTS = 5
ALL = "all"
FILE = "fatal_counts_1982_2007.csv"
_SOURCE = "NTSB AviationData, US accidents of known severity"

Tally = tuple[int, int]


def is_seen(first: date | None) -> bool:
    """Say whether records that begin with an accident on ``first`` are told of 1982-2007.

    Records that hold those years themselves count each of their events once already.
    """
    return first is None or first >= FIRST_DAY


@lru_cache(maxsize=1)
def counts() -> dict[str, dict[int, Tally]]:
    """Return accidents and fatal accidents of 1982-2007 by key and digest of its value."""
    table = _read()
    told: dict[str, dict[int, Tally]] = {key.name: {} for key in keys.KEYS if key.has_prior}
    for name, value, n, n_fatal in table.filter(pl.col("key") != ALL).iter_rows():
        told[name][keys.digested(value)] = (n, n_fatal)
    return told


@lru_cache(maxsize=1)
def overall() -> Tally:
    """Return all accidents of 1982-2007 that were counted, and the fatal ones among them."""
    return _read().filter(pl.col("key") == ALL).select("accidents", "fatal").row(0)


@lru_cache(maxsize=1)
def share() -> float:
    """Return the fatal share of all accidents of 1982-2007 that were counted."""
    n, n_fatal = overall()
    return n_fatal / n


def _read() -> pl.DataFrame:
    return pl.read_csv(
        paths.reference() / FILE,
        columns=["key", "value", "accidents", "fatal"],
        schema_overrides={"value": pl.String},
    )


def counted(events: pl.DataFrame, least: int = LEAST_ACCIDENTS) -> pl.DataFrame:
    """Count accidents and fatal accidents by every key that has a prior.

    Parameters
    ----------
    events
        One row per event: ``ev_date`` (Date), ``ev_type``, ``ev_country``, ``ev_highest_injury``,
        ``era`` and the keys' eADMS columns. Only US accidents of known severity dated to
        1 December 2007 count.
    least
        Values with fewer accidents are left out: a rare make may be a builder's name.

    Returns
    -------
    polars.DataFrame
        ``key, value, accidents, fatal, source``; the first row, key ``all``, counts every accident.
    """
    known = events.filter(
        pl.col("ev_type") == "ACC",
        pl.col("ev_country") == "USA",
        pl.col("ev_highest_injury").is_in(SEVERITIES),
        pl.col("ev_date") <= LAST_COUNTED,
    ).with_columns(fatal=(pl.col("ev_highest_injury") == "FATL").cast(pl.Int64))
    total = known.select(
        key=pl.lit(ALL), value=pl.lit(ALL), accidents=pl.len(), fatal=pl.col("fatal").sum()
    )
    parts = [_by(key, known) for key in keys.KEYS if key.has_prior]
    enough = pl.concat(parts).filter(pl.col("accidents") >= least)
    return pl.concat([total, enough], how="vertical_relaxed").with_columns(source=pl.lit(_SOURCE))


def _by(key: keys.Key, known: pl.DataFrame) -> pl.DataFrame:
    texts = [key.normal(*values) for values in known.select(key.inputs).iter_rows()]
    return (
        known.select("fatal", value=pl.Series(texts, dtype=pl.String))
        .drop_nulls("value")
        .group_by("value")
        .agg(accidents=pl.len(), fatal=pl.col("fatal").sum())
        .sort("value")
        .select(pl.lit(key.name).alias("key"), "value", "accidents", "fatal")
    )


def write(flat: Path, target: Path) -> pl.DataFrame:
    """Make the table from NTSB's flat AviationData file and write it, whole or not at all.

    Parameters
    ----------
    flat
        ``AviationData.csv`` (or ``.csv.gz``) of 1982-2007.
    target
        Where to write, ``data/reference/fatal_counts_1982_2007.csv``.

    Raises
    ------
    hindcast.sources.base.SourceError
        The file is no AviationData table.
    """
    table = counted(_flat_events(flat))
    with atomic.replacing(target) as beside:
        table.write_csv(beside)
    return table


def _flat_events(flat: Path) -> pl.DataFrame:
    """Return the flat file's events with their first aircraft and its phase, as eADMS columns."""
    from hindcast.sources import aviationdata, flat_tables  # what serving does without

    tables = flat_tables.all_tables(aviationdata.rows(flat))
    first = tables["aircraft"].filter(pl.col("Aircraft_Key") == "1").drop("ntsb_no")
    phases = tables["Events_Sequence"].filter(pl.col("Aircraft_Key") == "1")
    told = (
        tables["events"]
        .join(first.drop("Aircraft_Key"), on="ev_id", how="left", validate="1:1")
        .join(phases.select("ev_id", defining_phase_no="phase_no"), on="ev_id", how="left",
              validate="1:1")
    )  # fmt: skip
    day = pl.col("ev_date").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    return told.with_columns(day, era=pl.lit("pre-2008"))
