"""Monthly and yearly counts, in which what was not recorded is a gap and never a zero.

From 1982 to 2007 NTSB coded accidents by another scheme, kept in another file: wherever a series
runs over both, `ERAS` tells them apart.
"""

import logging

import numpy as np
import pandas as pd
from IPython.display import Markdown

from hindcast import source
from hindcast.analysis import shares
from hindcast.analysis.trends import older
from hindcast.analysis.trends.older import COUNTS

log = logging.getLogger(__name__)

BREAK = pd.Timestamp("2008-01-01")
"""From here on NTSB codes phases, events and findings by its present scheme."""

STRAY_SHARE = 0.1
LEAST_YEARS = 3
OWN, REFERENCE = "these records", "AviationData, counts only"
NO_MONTHS = pd.DataFrame(columns=["month", *COUNTS, "origin"]).astype(
    {"month": "datetime64[ns]"} | dict.fromkeys(COUNTS, "float64")
)


def monthly(accidents: pd.DataFrame) -> pd.DataFrame:
    """Count a run's accidents by month, every month from its first to its last.

    Parameters
    ----------
    accidents
        With ``ev_date``, nullable ``is_fatal`` and ``inj_tot_f``. The undated cannot be counted.

    Returns
    -------
    pandas.DataFrame
        ``month`` (its first day), ``accidents, known, fatal, deaths`` and ``origin``. All months of
        a year that is not `covered` are missing values: a gap, not zeros. A last month that the
        records break off in is left out.
    """
    dated = accidents[covered(accidents["ev_date"])]
    log.info("%d accidents, %d of them in years covered", len(accidents), len(dated))
    if dated.empty:
        return NO_MONTHS
    month = dated["ev_date"].dt.to_period("M")
    counts = dated.groupby(month)["is_fatal"].agg(accidents="size", known="count", fatal="sum")
    counts["deaths"] = dated.groupby(month)["inj_tot_f"].sum()
    every = pd.period_range(month.min(), month.max(), freq="M", name="month")
    full = counts.reindex(every).astype("float64")
    is_gap = full["accidents"].groupby(every.year).transform("count").eq(0)
    full = full.fillna(0.0).mask(is_gap, axis=0)
    if _breaks_off(dated["ev_date"]):
        full = full.iloc[:-1]
    full.index = full.index.to_timestamp()
    return full.reset_index().assign(origin=OWN)


def covered(days: pd.Series) -> pd.Series:
    """Say for each day whether its year is one that the records cover.

    A year with less than a tenth of the accidents a month that the fullest year has is none: a few
    old events entered by themselves are strays, not counts. Undated rows are not covered.
    """
    month = days.dt.to_period("M")
    counts = month.value_counts()
    by_year = counts.groupby(counts.index.year).mean()
    enough = by_year[by_year >= STRAY_SHARE * by_year.max()].index
    return days.dt.year.isin(enough)


def present(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return the accidents coded by one scheme: from 2008 on, if the records cover three years.

    Older ones have no time of day, other codes and, as dates of approval, those of a later filing.
    Without three such years, all accidents.
    """
    recent = accidents[accidents["ev_date"].ge(BREAK)]
    years = recent.loc[covered(recent["ev_date"]), "ev_date"].dt.year.nunique()
    log.info("%d accidents, %d from 2008 on in %d years", len(accidents), len(recent), years)
    return recent if years >= LEAST_YEARS else accidents


def _breaks_off(days: pd.Series) -> bool:
    """Say whether the last month ends in more empty days than the last year ever had in a row."""
    own = days.dt.normalize().drop_duplicates().sort_values()
    year = own[own > own.iloc[-1] - pd.Timedelta(days=365)]
    longest = year.diff().max()
    left = own.iloc[-1] + pd.offsets.MonthEnd(0) - own.iloc[-1]
    return bool(left > (longest if pd.notna(longest) else pd.Timedelta(0)))


def joined(own: pd.DataFrame) -> pd.DataFrame:
    """Put the counts of 1982-2007 before a run's own months, where it has none of those years.

    Simulated records are left as they are: what is simulated and what is counted do not mix.
    """
    if own.empty or source.load().simulated or own["month"].min() < BREAK:
        return own
    before = older.read().assign(origin=REFERENCE)
    between = pd.date_range(
        before["month"].max(), own["month"].min(), freq="MS", inclusive="neither"
    )
    gap = pd.DataFrame({"month": between, **dict.fromkeys(COUNTS, np.nan), "origin": OWN})
    parts = [part for part in (before, gap, own) if len(part)]
    return pd.concat(parts, ignore_index=True)


def yearly(months: pd.DataFrame) -> pd.DataFrame:
    """Sum months to years, with the fatal share and Wilson's 95% interval.

    Returns
    -------
    pandas.DataFrame
        ``year, months`` (counted), ``accidents, known, fatal, severity_unknown, deaths``, then
        ``fatal_share, low, high``, ``origin`` and ``era``. A year without accidents has counts of
        ``NaN``.
    """
    year = months["month"].dt.year.rename("year")
    counts = months.groupby(year)[COUNTS].sum(min_count=1)
    counts["months"] = months.groupby(year)["accidents"].count()
    counts["origin"] = months.groupby(year)["origin"].first()
    counts["severity_unknown"] = counts["accidents"] - counts["known"]
    told = shares.with_intervals(counts.reset_index())
    return told.assign(era=np.where(told["year"] < BREAK.year, "1982-2007", "from 2008"))


def stretch(months: pd.DataFrame) -> pd.DataFrame:
    """Return the longest run of months without a gap, the latest of equally long ones."""
    there = months["accidents"].notna()
    block = there.ne(there.shift()).cumsum()[there]
    if block.empty:
        return months.iloc[:0]
    sizes = block.value_counts().sort_index()
    longest = sizes[sizes.eq(sizes.max())].index[-1]
    return months.loc[block.index[block.eq(longest)]].reset_index(drop=True)


def gaps(months: pd.DataFrame) -> Markdown:
    """Say which years between the first and the last month the records do not cover."""
    missing = months.loc[months["accidents"].isna(), "month"].dt.year
    if missing.empty:
        return Markdown("")
    years = ", ".join(str(year) for year in sorted(set(missing)))
    return Markdown(
        f"> **No counts for {years}:** these records do not cover them. What needs months without "
        "a gap rests on the longest stretch.\n"
    )


def logged(months: pd.DataFrame) -> pd.Series:
    """Return the logarithm of accidents per day, by month: February is no safer for being short.

    Half an accident stands for none in a month.
    """
    days = months["month"].dt.days_in_month.to_numpy()
    counts = months["accidents"].clip(lower=0.5).to_numpy(dtype=float)
    index = pd.DatetimeIndex(months["month"], freq="MS" if len(months) > 2 else None)
    return pd.Series(np.log(counts / days), index, name="log accidents per day")
