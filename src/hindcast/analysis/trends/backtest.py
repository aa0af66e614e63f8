"""Which forecast would have served: made anew at the end of each year, judged by what came."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hindcast.analysis.trends import forecast, rates, series
from hindcast.analysis.trends.forecast import LEVELS, PERIOD, Choice

LEAST_AHEAD = 12
"""An origin counts if at least so many months of outcomes follow it."""

COLUMNS = ["model", "origin", "month", "ahead", "actual", "median", *forecast.BANDS, "scale"]


@dataclass(frozen=True)
class Tried:
    """A rolling-origin backtest.

    Attributes
    ----------
    rows
        One row a model, origin and month: ``model, origin, month, ahead`` (months), ``actual,
        median``, bands, ``scale`` (mean absolute seasonal difference of the window).
    choice
        The models' shapes; None where there were too few months.
    months
        The months gone over, without a gap.
    """

    rows: pd.DataFrame
    choice: Choice | None
    months: pd.DataFrame

    @property
    def best(self) -> str | None:
        """The model with the smallest weighted interval score: near, and honest about how near."""
        told = scores(self)
        return None if told.empty else str(told["WIS"].idxmin())


def tried(months: pd.DataFrame, first_years: int, ahead: int) -> Tried:
    """Forecast from the end of every twelfth month on, and put beside it what came.

    Parameters
    ----------
    months
        Of `hindcast.analysis.trends.series.stretch`: no gaps.
    first_years
        Years in the first window, by which the models' shapes are chosen; windows grow.
    ahead
        Months to forecast; origins near the end are judged by the months there are.
    """
    first = first_years * PERIOD
    if len(months) < first + LEAST_AHEAD:
        return Tried(pd.DataFrame(columns=COLUMNS), None, months)
    logged = series.logged(months)
    choice = forecast.chosen(logged.iloc[:first])
    ends = range(first, len(months) - LEAST_AHEAD + 1, PERIOD)
    parts = [_from(months, logged, end, ahead, choice, name)
             for end in ends for name in forecast.NAMES]  # fmt: skip
    return Tried(pd.concat(parts, ignore_index=True), choice, months)


def _from(
    months: pd.DataFrame, logged: pd.Series, end: int, ahead: int, choice: Choice, name: str
) -> pd.DataFrame:
    counts = months["accidents"].to_numpy(dtype=float)
    steps = min(ahead, len(months) - end)
    told = forecast.ahead(name, logged.iloc[:end], steps, choice).reset_index()
    scale = float(np.abs(counts[PERIOD:end] - counts[: end - PERIOD]).mean())
    own = {"model": name, "origin": logged.index[end - 1], "ahead": np.arange(1, steps + 1)}
    return told.assign(**own, actual=counts[end : end + steps], scale=scale)[COLUMNS]


def scores(found: Tried, *groups: str) -> pd.DataFrame:
    """Score the models, over all or by columns such as ``year_ahead``.

    Returns
    -------
    pandas.DataFrame
        By model (and group): ``MASE`` (below 1: better than last year's month was within the
        windows), ``RMSE`` and ``WIS`` (weighted interval score of the median and both bands, a
        proper score: small is good; accidents a month), ``bias`` (median forecast over actual,
        minus 1), ``inside80, inside95`` (share of months in the band), ``width95`` (accidents),
        ``origins``, ``forecasts``.
    """
    keys = ["model", *groups]
    rows = judged(found.rows)
    if rows.empty:
        return pd.DataFrame(columns=[*keys, *_SCORES]).set_index(keys)
    inside = {f"inside{level}": (f"inside{level}", "mean") for level in LEVELS}
    named = {
        "RMSE": ("squared", "mean"),
        "WIS": ("wis", "mean"),
        **inside,
        "width95": ("width95", "mean"),
    }
    counts = {"origins": ("origin", "nunique"), "forecasts": ("month", "size")}
    grouped = rows.groupby(keys, sort=True)
    told = grouped.agg(MASE=("scaled", "mean"), **named, **counts)
    sums = grouped[["median", "actual"]].sum()
    told["RMSE"] = np.sqrt(told["RMSE"])
    told["bias"] = sums["median"] / sums["actual"] - 1
    return told[_SCORES]


_SCORES = ["MASE", "RMSE", "WIS", "bias", "inside80", "inside95", "width95", "origins", "forecasts"]


def judged(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the errors of each forecast, the year it is ahead and whether it lies in the pandemic."""
    error = rows["median"] - rows["actual"]
    inside = {
        f"inside{level}": rows["actual"].between(rows[f"low{level}"], rows[f"high{level}"])
        for level in LEVELS
    }
    return rows.assign(
        scaled=error.abs() / rows["scale"],
        squared=error**2,
        wis=_weighted_interval_score(rows),
        width95=rows["high95"] - rows["low95"],
        year_ahead=(rows["ahead"] - 1) // PERIOD + 1,
        target=np.where(_is_pandemic(rows["month"]), "March to December 2020", "other months"),
        **inside,
    )


def _weighted_interval_score(rows: pd.DataFrame) -> pd.Series:
    """Return the weighted interval score (Bracher et al. 2021) of the median and the bands."""
    actual = rows["actual"]
    total = 0.5 * (rows["median"] - actual).abs()
    for level in LEVELS:
        low, high, alpha = rows[f"low{level}"], rows[f"high{level}"], 1 - level / 100
        outside = (low - actual).clip(lower=0) + (actual - high).clip(lower=0)
        total = total + alpha / 2 * (high - low) + outside
    return total / (len(LEVELS) + 0.5)


def _is_pandemic(month: pd.Series) -> pd.Series:
    return month.between(*rates.PANDEMIC)


def by_origin(found: Tried) -> pd.DataFrame:
    """Return each model's MASE by origin: few origins, whose months overlap, test nothing.

    Returns
    -------
    pandas.DataFrame
        ``made`` (the end of which month), then a column a model; no rows where none was tried.
    """
    rows = judged(found.rows)
    table = rows.groupby(["origin", "model"])["scaled"].mean().unstack()  # noqa: PD010
    table = table.reindex(columns=list(forecast.NAMES)).rename_axis(columns=None)
    ends = [f"{origin:%B %Y}" for origin in table.index]
    return table.reset_index(drop=True).assign(made=ends)[["made", *forecast.NAMES]]


def onward(found: Tried, ahead: int) -> pd.DataFrame:
    """Forecast from the end of the months with the model that did best.

    Returns
    -------
    pandas.DataFrame
        As of `hindcast.analysis.trends.forecast.ahead`; empty where no model was tried.
    """
    if found.choice is None or found.best is None:
        return pd.DataFrame(columns=["median", *forecast.BANDS])
    return forecast.ahead(found.best, series.logged(found.months), ahead, found.choice)


def before_pandemic(found: Tried) -> pd.DataFrame:
    """Return the best model's forecast of 2020 from the last origin before March 2020."""
    rows = found.rows
    own = rows[(rows["model"] == found.best) & (rows["origin"] < pd.Timestamp(rates.PANDEMIC[0]))]
    over = own[_is_pandemic(own["month"])]
    if over.empty:
        return over
    return own[own["origin"] == over["origin"].max()].reset_index(drop=True)


def told(found: Tried, scored: pd.DataFrame) -> pd.DataFrame:
    """Return the scores for readers, each model named by its shape, the best one first."""
    shapes = {} if found.choice is None else found.choice.told
    table = scored.sort_values("WIS").reset_index()
    return table.assign(shape=table["model"].map(shapes)).round(3)


def by_year(onward_rows: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """Return accidents by year, counted in the last five years and as forecast.

    Returns
    -------
    pandas.DataFrame
        ``year, counted, forecast, months_forecast``, blank where there are none; a year that is
        partly counted has both.
    """
    counted = months.groupby(months["month"].dt.year)["accidents"].sum(min_count=1).tail(5)
    ahead = pd.DatetimeIndex(onward_rows.index).year
    medians = onward_rows["median"].groupby(ahead)
    told = pd.DataFrame({"counted": counted, "forecast": medians.sum().round()})
    told["months_forecast"] = medians.size()
    blank = told.astype("Int64").astype("object").fillna("")
    return blank.rename_axis("year").reset_index()
