"""Monthly counts of 1982-2007, for runs whose own records begin in 2008.

``monthly_counts_1982_2007.csv`` is made from NTSB's flat AviationData file by `write`; it holds
counts alone. Records that hold those years themselves are counted instead.
"""

from pathlib import Path

import pandas as pd
import polars as pl

from hindcast import atomic, paths

FILE = "monthly_counts_1982_2007.csv"
FIRST_YEAR, LAST_YEAR = 1982, 2007
SOURCE = "NTSB AviationData, US accidents"
COUNTS = ["accidents", "known", "fatal", "deaths"]


def counted(events: pl.DataFrame) -> pl.DataFrame:
    """Count US accidents by month.

    Parameters
    ----------
    events
        One row per event under eADMS names, all text: ``ev_date`` (ISO), ``ev_type``,
        ``ev_country``, ``ev_highest_injury`` (blank: unknown), ``inj_tot_f``.

    Returns
    -------
    polars.DataFrame
        ``year, month, accidents, known`` (of known severity), ``fatal, deaths, source``, for the
        months of 1982-2007 that have accidents.

    Examples
    --------
    >>> rows = {"ev_date": ["1999-01-10 00:00:00"] * 2, "ev_type": ["ACC", "INC"],
    ...         "ev_country": ["USA", "USA"], "ev_highest_injury": ["FATL", "NONE"],
    ...         "inj_tot_f": ["2", None]}
    >>> counted(pl.DataFrame(rows)).drop("source").rows()
    [(1999, 1, 1, 1, 1, 2)]
    """
    day = pl.col("ev_date").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    accidents = events.filter(pl.col("ev_type") == "ACC", pl.col("ev_country") == "USA")
    dated = accidents.with_columns(year=day.dt.year(), month=day.dt.month())
    within = dated.filter(pl.col("year").is_between(FIRST_YEAR, LAST_YEAR))
    severity = pl.col("ev_highest_injury")
    return (
        within.group_by("year", "month")
        .agg(
            accidents=pl.len().cast(pl.Int64),
            known=severity.count().cast(pl.Int64),
            fatal=(severity == "FATL").sum().cast(pl.Int64),
            deaths=pl.col("inj_tot_f").cast(pl.Int64, strict=False).sum(),
        )
        .sort("year", "month")
        .with_columns(source=pl.lit(SOURCE))
    )


def write(flat: Path, target: Path) -> pl.DataFrame:
    """Make the table from NTSB's flat AviationData file and write it, whole or not at all.

    Parameters
    ----------
    flat
        ``AviationData.csv`` (or ``.csv.gz``) of 1982-2007.
    target
        Where to write, ``data/reference/monthly_counts_1982_2007.csv``.

    Raises
    ------
    hindcast.sources.base.SourceError
        The file is no AviationData table.
    """
    from hindcast.sources import aviationdata, flat_tables  # what the page does without

    table = counted(flat_tables.all_tables(aviationdata.rows(flat))["events"])
    with atomic.replacing(target) as beside:
        table.write_csv(beside)
    return table


def read() -> pd.DataFrame:
    """Return the monthly counts of 1982-2007, ``month`` as the month's first day."""
    table = pd.read_csv(paths.reference() / FILE)
    first = pd.to_datetime(table[["year", "month"]].assign(day=1))
    return pd.DataFrame({"month": first} | {name: table[name].astype(float) for name in COUNTS})
