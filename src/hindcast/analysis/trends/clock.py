"""Weekday and hour on the clock on the wall, and what the records' own clock would say.

Some releases keep UTC under the name of local time, dates shifted with it; which one a release
keeps is decided by its light codes (`hindcast.features.clock`).
"""

import calendar

import pandas as pd
import polars as pl
from scipy import stats

from hindcast import paths
from hindcast.analysis import records, shares
from hindcast.analysis.trends import series
from hindcast.features import airports, inputs
from hindcast.features import clock as release_clock

WEEKDAYS = list(calendar.day_name)
MONTHS = list(calendar.month_name)[1:]
HOURS = [f"{hour:02d}" for hour in range(24)]


def timed(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return the accidents with ``month, weekday, hour`` and ``hour_recorded``.

    Parameters
    ----------
    accidents
        With ``ev_id`` and ``ev_date``.

    Returns
    -------
    pandas.DataFrame
        In the same order; the new columns are categories whose last is ``unknown``. The weekday is
        that of the recorded date where the local one is unknown.
    """
    events = _events(accidents)
    told = _local(events)
    rows = accidents.merge(told, on="ev_id", how="left", validate="one_to_one")
    day = rows.pop("local_date").fillna(rows["ev_date"])
    return rows.assign(
        month=records.named(rows["ev_date"].dt.month_name(), MONTHS).array,
        weekday=records.named(day.dt.day_name(), WEEKDAYS).array,
        hour=_hours(rows.pop("local_hour")),
        hour_recorded=_hours(rows.pop("recorded_hour")),
    )


def evidence(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return by release how often the sun agrees with the light code under either clock.

    Returns
    -------
    pandas.DataFrame
        ``release, accidents`` (with light code, time and place and no recorded zone),
        ``agrees as local time``, ``agrees as UTC``, ``read as``. Without events, no rows.
    """
    events = _events(accidents)
    found = release_clock.evidence(events.hstack(_nearest(events))).to_pandas()
    return pd.DataFrame(
        {
            "release": found["release"],
            "accidents": found["n"],
            "agrees as local time": found["agrees_local"].round(3),
            "agrees as UTC": found["agrees_utc"].round(3),
            "read as": found["is_utc"].map({True: "UTC", False: "local time"}),
        }
    )


def by_hour(accidents: pd.DataFrame, clock: str = "hour", least: int = 0) -> pd.DataFrame:
    """Return counts and fatal shares for all 24 hours and the unknown, none left out."""
    found = shares.by(accidents, clock, least=least).set_index(clock)
    every = pd.Index([*HOURS, records.UNKNOWN], name="hour")
    counts = ["accidents", "severity_unknown", "fatal"]
    told = found.reindex(every)
    return told.assign(**told[counts].fillna(0).astype("int64")).reset_index()


def week(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return accidents by weekday (rows) and local hour (columns), of those with a known hour."""
    known = accidents[accidents["hour"].ne(records.UNKNOWN)]
    table = pd.crosstab(known["weekday"].astype(str), known["hour"].astype(str))
    return table.reindex(index=WEEKDAYS, columns=HOURS, fill_value=0)


def _events(accidents: pd.DataFrame) -> pl.DataFrame:
    rows = inputs.read(paths.interim("core"), "events")
    ids = pl.Series("ev_id", accidents["ev_id"].to_list(), dtype=pl.String)
    if rows is None:
        return pl.DataFrame({"ev_id": ids})
    return rows.filter(pl.col("ev_id").is_in(ids.implode())).sort("ev_id")


def _nearest(events: pl.DataFrame) -> pl.DataFrame:
    return airports.nearest(events).drop("nearest_airport_row")


def _local(events: pl.DataFrame) -> pd.DataFrame:
    local = release_clock.times(events.hstack(_nearest(events)))
    time = pl.col("ev_time") if "ev_time" in events.columns else pl.lit(None)
    recorded = events.select("ev_id", recorded_hour=time.cast(pl.Float64) // 100)
    table = recorded.hstack(local.drop("utc")).to_pandas()
    return table.assign(local_date=pd.to_datetime(table["local_date"]))


def _hours(hours: pd.Series) -> pd.Categorical:
    whole = hours.where(hours.between(0, 24, inclusive="left"))
    text = whole.map(lambda hour: f"{int(hour):02d}", na_action="ignore")
    return records.named(text, HOURS).array


def per_day(accidents: pd.DataFrame, group: str) -> pd.DataFrame:
    """Return accidents per day by month or weekday, with 95% intervals over the years.

    Parameters
    ----------
    accidents
        With ``ev_date`` and ``group``, whose categories are `MONTHS` or `WEEKDAYS`.
    group
        ``month`` or ``weekday``.

    Returns
    -------
    pandas.DataFrame
        ``group, per_day, low, high``: the mean over the years that have accidents, and Student's
        interval of that mean; none for a single year.
    """
    dated = accidents.dropna(subset=["ev_date"])
    names = WEEKDAYS if group == "weekday" else MONTHS
    if dated.empty:
        return pd.DataFrame(columns=[group, "per_day", "low", "high"])
    year = dated["ev_date"].dt.year.rename("year")
    counts = pd.crosstab(year, dated[group].astype(str)).reindex(columns=names, fill_value=0)
    rates = counts / _days(dated["ev_date"], group).reindex(counts.index)[names]
    n = rates.count()
    half = stats.t.ppf(0.975, n - 1) * rates.std() / n**0.5
    mean = rates.mean()
    low = (mean - half).clip(lower=0)
    told = pd.DataFrame({"per_day": mean, "low": low, "high": mean + half})
    return told.rename_axis(group).reset_index()


def _days(dates: pd.Series, group: str) -> pd.DataFrame:
    """Count the days of each kind in each year between the first and the last date."""
    days = pd.Series(pd.date_range(dates.min().normalize(), dates.max().normalize()))
    kind = days.dt.day_name() if group == "weekday" else days.dt.month_name()
    return pd.crosstab(days.dt.year.rename("year"), kind).replace(0, float("nan"))


def population(run: records.Records, studied: pd.DataFrame) -> pd.DataFrame:
    """Return the steps from all events to the accidents studied, with the rows each left.

    Parameters
    ----------
    studied
        Accidents of one coding scheme, of `timed`.
    """
    covered = series.covered(run.accidents["ev_date"])
    in_year = int(series.covered(studied["ev_date"]).sum())
    hour = int(studied["hour"].ne(records.UNKNOWN).sum())
    steps = [
        *run.steps[:2],
        ("dated, in a year that the records cover", int(covered.sum())),
        ("from 2008 on, where so many years are held", in_year),
        ("of known severity", int(studied["is_fatal"].notna().sum())),
        ("with a known local hour", hour),
    ]
    return pd.DataFrame(steps, columns=["step", "rows"])


def missing(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return the fatal share of accidents whose local hour is known, and of those without one."""
    known = accidents["hour"].ne(records.UNKNOWN).map({True: "known", False: records.UNKNOWN})
    return shares.by(accidents.assign(**{"local hour": known}), "local hour", least=10)
