"""How many outcomes are in, of how old predictions, and whether those in are like the others.

Outcomes come months late, and not at random: a fatal accident is investigated for longer. What is
found on predictions whose outcome is in holds for these, not for all. A verdict is given on months
alone in which nearly all outcomes are in.
"""

from datetime import datetime

import numpy as np
import polars as pl

from hindcast.model import bootstrap, two_samples

AGES = {"under 3 months": 91, "3 to 6 months": 183, "6 to 12 months": 365, "1 to 2 years": 730}
OLDEST = "over 2 years"


def age_class(now: datetime) -> pl.Expr:
    """Return how long ago ``at`` was, in words."""
    days = (pl.lit(now) - pl.col("at")).dt.total_days()
    named = pl.lit(OLDEST)
    for name, limit in reversed(AGES.items()):
        named = pl.when(days < limit).then(pl.lit(name)).otherwise(named)
    return named.alias("age")


def by_age(rows: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Return how many outcomes are in by the age of the predictions.

    Parameters
    ----------
    rows
        Of `hindcast.monitor.log.prepared`; shadows among them count as predictions of their own.
    now
        When it is asked.

    Returns
    -------
    polars.DataFrame
        ``age, predictions, outcomes, share_in``, and the mean forecast of those with and without an
        outcome: where they differ, those with outcomes are not a random part.
    """
    is_in = pl.col("is_fatal").is_not_null()
    counted = rows.group_by(age_class(now)).agg(
        pl.len().cast(pl.Int64).alias("predictions"),
        is_in.sum().cast(pl.Int64).alias("outcomes"),
        is_in.mean().alias("share_in"),
        pl.col("probability").filter(is_in).mean().alias("mean_forecast_in"),
        pl.col("probability").filter(~is_in).mean().alias("mean_forecast_open"),
    )
    order = pl.DataFrame({"age": [*AGES, OLDEST]})
    return order.join(counted, "age", "inner", maintain_order="left", validate="1:1")


def selection(rows: pl.DataFrame, now: datetime) -> dict[str, float | int | None]:
    """Return how many outcomes are in, how old the rest is, and how unlike the two parts are.

    Returns
    -------
    dict
        ``predictions, outcomes, share_in``; ``open_median_days`` and ``open_oldest_days`` of those
        without; ``mean_forecast_in``, ``mean_forecast_open`` and ``unlike_p``, the p-value of a
        Kolmogorov-Smirnov test that both parts were forecast alike.
    """
    known = rows.filter(pl.col("is_fatal").is_not_null())
    rest = rows.filter(pl.col("is_fatal").is_null())
    days = rest.select((pl.lit(now) - pl.col("at")).dt.total_days()).to_series()
    means = [_mean(one["probability"]) for one in (known, rest)]
    return {
        "predictions": rows.height,
        "outcomes": known.height,
        "share_in": bootstrap.number(known.height / max(rows.height, 1)),
        "open_median_days": _whole(days.median()),
        "open_oldest_days": _whole(days.max()),
        "mean_forecast_in": means[0],
        "mean_forecast_open": means[1],
        "unlike_p": _unlike(known["probability"].to_numpy(), rest["probability"].to_numpy()),
    }


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _mean(values: pl.Series) -> float | None:
    return None if values.is_empty() else bootstrap.number(values.mean())


def _unlike(one: np.ndarray, other: np.ndarray) -> float | None:
    if not len(one) or not len(other):
        return None
    edges = np.unique(np.r_[one, other])
    counted = [
        np.bincount(np.searchsorted(edges, part), minlength=len(edges)) for part in (one, other)
    ]
    return bootstrap.number(two_samples.kolmogorov_smirnov(*counted)[1])


def complete(rows: pl.DataFrame, least_share: float) -> pl.DataFrame:
    """Return the predictions of those months in which nearly all have an outcome.

    The few that are still open are among them: they say how far the rest can be wrong.
    """
    is_in = pl.col("is_fatal").is_not_null()
    return rows.filter(is_in.mean().over(pl.col("at").dt.truncate("1mo")) >= least_share)


def bounds(rows: pl.DataFrame) -> dict[str, float | None]:
    """Return the least and the most that observed over foreseen deaths can become.

    As if none of the open predictions, or every one, turned out fatal: what is off at both ends is
    off however the open ones turn out.

    Returns
    -------
    dict
        ``ratio_least, ratio_most``; None where there are no predictions.
    """
    expected = float(rows["probability"].sum())
    deaths, still_open = int(rows["is_fatal"].sum() or 0), rows["is_fatal"].null_count()
    if not expected:
        return {"ratio_least": None, "ratio_most": None}
    ends = (deaths / expected, (deaths + still_open) / expected)
    return dict(zip(("ratio_least", "ratio_most"), map(bootstrap.number, ends), strict=True))
