"""Which shares foretell later years best: each year is forecast from those before it.

Every accident of a held-out year gets the share of its group; the logarithmic loss says how far
the shares were off (smaller is better).
"""

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import OLS

from hindcast.analysis import shares
from hindcast.analysis.aircraft import pooling
from hindcast.analysis.aircraft.pooling import Z95

METHODS = {
    "overall": "all accidents alike",
    "by_category": "share of the category",
    "raw_make": "raw share of the maker",
    "raw_model": "raw share of the model",
    "pooled": "pooled share of the model",
}


def forecasts(fleet: pd.DataFrame, years: int) -> pd.DataFrame:
    """Return the last years' accidents, each with the shares of the years before its own.

    Parameters
    ----------
    fleet
        Of `hindcast.analysis.aircraft.fleet.fleet`.
    years
        How many years to hold out, one after the other; years without accidents do not count. The
        first year is never held out.

    Returns
    -------
    pandas.DataFrame
        ``ev_year, aircraft, is_fatal, was_seen`` (its model had accidents before) and a column for
        each of `METHODS`. Empty where fewer than two years have accidents.
    """
    known = fleet[fleet["is_fatal"].notna()].astype({"is_fatal": float})
    found = sorted(known["ev_year"].unique())[1:][-years:]
    told = [_forecast(known[known["ev_year"] < y], known[known["ev_year"] == y]) for y in found]
    columns = ["ev_year", "aircraft", "is_fatal", "was_seen", *METHODS]
    return pd.concat(told, ignore_index=True) if told else pd.DataFrame(columns=columns)


def _forecast(before: pd.DataFrame, year: pd.DataFrame) -> pd.DataFrame:
    overall = before["is_fatal"].mean()
    by_category = _shares(before, ["category"], year).fillna(overall)
    raw_make = _shares(before, ["make"], year).fillna(overall)
    raw_model = _shares(before, ["make", "model"], year)
    pooled = _pooled(before, year)
    told = {"overall": overall, "by_category": by_category, "raw_make": raw_make}
    told |= {"raw_model": raw_model.fillna(raw_make), "pooled": pooled}
    return year[["ev_year", "aircraft", "is_fatal"]].assign(was_seen=raw_model.notna(), **told)


def _shares(before: pd.DataFrame, by: list[str], year: pd.DataFrame) -> pd.Series:
    """Return raw shares; 0 and 1 are half an accident away from themselves, or loss is infinite."""
    counts = before.groupby(by, observed=True)["is_fatal"].agg(known="size", fatal="sum")
    edge = 0.5 / counts["known"]
    share = (counts["fatal"] / counts["known"]).clip(edge, 1 - edge)
    joined = year[by].merge(
        share.rename("share"), left_on=by, right_index=True, how="left", validate="many_to_one"
    )
    return joined["share"]


def _pooled(before: pd.DataFrame, year: pd.DataFrame) -> pd.Series:
    fit = pooling.pooled(pooling.counted(before))
    own = fit.table[["make", "model", "pooled_share"]]
    joined = year[["make", "model"]].merge(own, "left", ["make", "model"], validate="many_to_one")
    of_maker = joined["make"].map(fit.by_maker).fillna(fit.of_new)
    return joined["pooled_share"].fillna(of_maker).set_axis(year.index)


def losses(found: pd.DataFrame) -> pd.DataFrame:
    """Return each method's loss, and how much less it is than with all accidents alike.

    Parameters
    ----------
    found
        Of `forecasts`.

    Returns
    -------
    pandas.DataFrame
        ``method, log_loss, brier, gain, low, high, accidents``: ``gain`` is the log loss saved per
        accident, in nats, with a 95% interval that holds accidents of one model for alike (cluster
        robust).
    """
    outcome = found["is_fatal"].astype(float)
    base = log_loss(outcome, found["overall"].astype(float))
    told = []
    for column, name in METHODS.items():
        share = found[column].astype(float)
        loss = log_loss(outcome, share)
        gain, error = _mean(base - loss, found["aircraft"])
        row = {"method": name, "log_loss": loss.mean(), "brier": ((share - outcome) ** 2).mean()}
        bounds = {"low": gain - Z95 * error, "high": gain + Z95 * error, "accidents": len(found)}
        told.append(row | {"gain": gain} | bounds)
    return pd.DataFrame(told)


def log_loss(outcome: pd.Series, share: pd.Series) -> pd.Series:
    """Return the logarithmic loss of each accident, in nats.

    Examples
    --------
    >>> log_loss(pd.Series([1.0, 0.0]), pd.Series([0.5, 0.1])).round(3).tolist()
    [0.693, 0.105]
    """
    return -np.log(share.where(outcome == 1, 1 - share))


def _mean(values: pd.Series, cluster: pd.Series) -> tuple[float, float]:
    if values.empty or not values.any():
        return (0.0 if len(values) else float("nan")), 0.0
    number = pd.factorize(cluster, sort=True)[0]
    fit = OLS(values.to_numpy(), np.ones(len(values)))
    found = fit.fit(cov_type="cluster", cov_kwds={"groups": number})
    return float(found.params[0]), float(found.bse[0])


def gap(found: pd.DataFrame, one: str, other: str) -> dict[str, float]:
    """Return by how much one method's log loss is less than another's, with a 95% interval.

    Parameters
    ----------
    one, other
        Of `METHODS`.
    """
    outcome = found["is_fatal"].astype(float)
    loss = {name: log_loss(outcome, found[name].astype(float)) for name in (one, other)}
    gain, error = _mean(loss[other] - loss[one], found["aircraft"])
    return {"gain": gain, "low": gain - Z95 * error, "high": gain + Z95 * error}


def reliability(found: pd.DataFrame, bins: int = 8) -> pd.DataFrame:
    """Return forecast and observed shares in bins of the forecast, for raw and pooled shares.

    Parameters
    ----------
    found
        Of `forecasts`.
    bins
        Of about equal numbers of accidents.

    Returns
    -------
    pandas.DataFrame
        ``method, forecast, known, fatal`` and Wilson's interval.
    """
    told = []
    for column in ("raw_model", "pooled"):
        rank = found[column].rank(method="first")
        rows = found.assign(bin=pd.cut(rank, bins, labels=False), forecast=found[column])
        each = rows.groupby("bin").agg(
            forecast=("forecast", "mean"), known=("is_fatal", "size"), fatal=("is_fatal", "sum")
        )
        told.append(each.assign(method=METHODS[column]))
    return shares.with_intervals(pd.concat(told, ignore_index=True))
