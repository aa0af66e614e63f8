"""What a series of monthly counts is made of: trend, season and the rest (STL)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.tsa.seasonal import STL

from hindcast.analysis.trends import series

PERIOD = 12
LEAST_MONTHS = 3 * PERIOD


@dataclass(frozen=True)
class Parts:
    """A series taken apart, on the logarithm of accidents per day.

    Attributes
    ----------
    table
        By month: ``observed, trend, seasonal, remainder``, natural logarithms.
    strength_trend, strength_season
        Between 0 and 1: 1 - var(remainder) / var(part + remainder).
    p_left
        Ljung-Box p-value over 12 lags: small where the remainder is still correlated in time.
    """

    table: pd.DataFrame
    strength_trend: float
    strength_season: float
    p_left: float


def apart(months: pd.DataFrame) -> Parts | None:
    """Take months without a gap apart by a robust STL; None for fewer than three years.

    Parameters
    ----------
    months
        Of `hindcast.analysis.trends.series.stretch`.
    """
    if len(months) < LEAST_MONTHS:
        return None
    observed = series.logged(months)
    fit = STL(observed, period=PERIOD, robust=True).fit()
    table = pd.DataFrame(
        {
            "observed": observed,
            "trend": fit.trend,
            "seasonal": fit.seasonal,
            "remainder": fit.resid,
        }
    )
    left = table["remainder"]
    p_left = float(acorr_ljungbox(left, lags=[PERIOD])["lb_pvalue"].iloc[0])
    strengths = [_strength(table[part], left) for part in ("trend", "seasonal")]
    return Parts(table, *strengths, p_left)


def _strength(part: pd.Series, left: pd.Series) -> float:
    whole = float((part + left).var())
    return max(0.0, 1 - float(left.var()) / whole) if whole else 0.0


def adjusted(parts: Parts) -> pd.Series:
    """Return the logarithm of accidents per day without its season."""
    return (parts.table["trend"] + parts.table["remainder"]).rename("adjusted")


def strengths(parts: Parts | None) -> pd.DataFrame:
    """Return the months, the strengths of trend and season, the remainder's Ljung-Box p-value."""
    columns = ["from", "to", "months", "strength of trend", "strength of season", "Ljung-Box p"]
    if parts is None:
        return pd.DataFrame(columns=columns)
    ends = [f"{parts.table.index[at]:%b %Y}" for at in (0, -1)]
    told = [*ends, len(parts.table), parts.strength_trend, parts.strength_season, parts.p_left]
    return pd.DataFrame([dict(zip(columns, told, strict=True))]).round(3)


def by_decade(parts: Parts | None) -> pd.DataFrame:
    """Return the seasonal factor by month of the year, 1 being the year's level, by decade.

    Returns
    -------
    pandas.DataFrame
        Indexed by month number (1 to 12), a column a decade such as ``2008-2017``, counted back
        from the last year; decades of fewer than three years go with the next.
    """
    if parts is None:
        return pd.DataFrame(index=range(1, PERIOD + 1))
    months = pd.DatetimeIndex(parts.table.index)
    last, first = months.year.max(), months.year.min()
    decade = ((last - months.year) // 10).to_numpy()
    oldest = decade.max()
    if oldest and last - 10 * oldest - first + 1 < 3:
        decade = np.where(decade == oldest, oldest - 1, decade)
    factors = np.exp(parts.table["seasonal"]).groupby([months.month, decade]).mean().unstack()  # noqa: PD010
    names = {d: _years(months.year[decade == d]) for d in factors.columns}
    return factors.rename(columns=names)[[names[d] for d in sorted(names, reverse=True)]]


def _years(years: pd.Index) -> str:
    return f"{years.min()}-{years.max()}"
