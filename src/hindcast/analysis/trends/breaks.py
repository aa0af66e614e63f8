"""Where the level of a series changes, and how sure one can be of the month.

Levels are found by PELT with squared error (`ruptures`). A further level has to save more than a
penalty; it is ``2 * variance * log(n)``, Schwarz's for a mean and a place, with the long-run
variance of what one level per year leaves, so that correlation in time is not taken for levels.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import ruptures
from numpy.typing import NDArray

LEAST_MONTHS = 6
"""Shortest level, in months."""

NONE = pd.DataFrame(columns=["month", "before", "after", "low", "high", "found_again"])
"""What `sureness` tells of no change."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Levels:
    """A series as a staircase.

    Attributes
    ----------
    series
        By month; ``level`` beside it.
    at
        Positions at which a new level begins.
    penalty
        What a further level has to save, in squared units of the values.
    """

    series: pd.Series
    at: list[int]
    penalty: float

    @property
    def level(self) -> pd.Series:
        """The mean of each month's level."""
        return pd.Series(_staircase(self.series.to_numpy(), self.at), self.series.index)

    @property
    def months(self) -> list[pd.Timestamp]:
        """The first month of every level but the first."""
        return [self.series.index[at] for at in self.at]


def found(values: pd.Series) -> Levels:
    """Find the levels of a monthly series without gaps."""
    array = values.to_numpy(dtype=float)
    penalty = penalty_of(array)
    return Levels(values, _search(array, penalty), penalty)


def fatal_shares(months: pd.DataFrame) -> pd.Series:
    """Return the fatal share by month on the angular scale, where its variance is even.

    A month is drawn towards the overall share by one accident, so that an empty one says nothing.
    `as_shares` goes back.
    """
    overall = months["fatal"].sum() / max(float(months["known"].sum()), 1.0)
    share = (months["fatal"] + overall) / (months["known"] + 1)
    angle = 2 * np.arcsin(np.sqrt(share.to_numpy(dtype=float)))
    return pd.Series(angle, pd.DatetimeIndex(months["month"]))


def as_shares(angles: pd.Series) -> pd.Series:
    """Return the shares behind angles."""
    return np.sin(angles / 2) ** 2


def penalty_of(array: Array) -> float:
    """Return the penalty for a further level: ``2 * long-run variance * log(n)``."""
    return 2 * long_run_variance(array) * float(np.log(len(array)))


def long_run_variance(array: Array) -> float:
    """Return the variance a mean of the noise has, times its length (Bartlett, two months' lag).

    The noise is what moving levels of two years leave, so that a step in the middle counts little.
    """
    width = 24
    level = pd.Series(array).rolling(width, center=True, min_periods=width // 2).median()
    noise = array - level.to_numpy()
    noise = noise - noise.mean()
    lags = [float(noise[k:] @ noise[: len(noise) - k]) / len(noise) for k in range(3)]
    return max(lags[0] + 2 * sum((1 - k / 3) * lags[k] for k in (1, 2)), 0.25 * lags[0])


def _search(array: Array, penalty: float) -> list[int]:
    if penalty <= 0 or len(array) < 2 * LEAST_MONTHS:
        return []
    algorithm = ruptures.KernelCPD(kernel="linear", min_size=LEAST_MONTHS).fit(array)
    return list(algorithm.predict(pen=penalty))[:-1]


def _staircase(array: Array, at: list[int]) -> Array:
    ends = [0, *at, len(array)]
    sizes = np.diff(ends)
    means = [array[a:b].mean() for a, b in pairwise(ends)]
    return np.repeat(means, sizes)


def sureness(levels: Levels, rounds: int, seed: int, block: int = 6) -> pd.DataFrame:
    """Draw the noise anew around the staircase and see where the levels are found again.

    Parameters
    ----------
    levels
        Of `found`.
    rounds
        How often; blocks of ``block`` months of noise are drawn with replacement.

    Returns
    -------
    pandas.DataFrame
        A row a change: ``month, before, after`` (levels), ``low, high`` (months that hold 95% of
        the changes found within a year of it), ``found_again`` (share of rounds).
    """
    again = _redrawn(levels, levels.level.to_numpy(), rounds, seed, block)
    index, level = levels.series.index, levels.level.to_numpy()
    rows = []
    for at in levels.at:
        near = np.array([place for own in again for place in _nearest(own, at, levels.at)])
        low, high = np.quantile(near, [0.025, 0.975]) if len(near) else (np.nan, np.nan)
        row = {"month": index[at], "before": level[at - 1], "after": level[at]}
        row |= {"low": _month(index, low), "high": _month(index, high)}
        rows.append(row | {"found_again": len(near) / rounds})
    return pd.DataFrame(rows, columns=list(NONE))


def _nearest(places: list[int], at: int, others: list[int]) -> list[int]:
    """Return the place nearest to a change, if within a year of it and not nearer to another."""
    own = [p for p in places if min(others, key=lambda o: abs(o - p)) == at and abs(p - at) <= 12]
    return [min(own, key=lambda place: abs(place - at))] if own else []


def _month(index: pd.Index, place: float) -> pd.Timestamp:
    return pd.NaT if np.isnan(place) else index[round(place)]


def false_alarms(levels: Levels, rounds: int, seed: int, block: int = 6) -> float:
    """Return how often a change is found in a series that has one level only and the same noise."""
    flat = np.full(len(levels.series), levels.series.mean())
    return float(np.mean([bool(own) for own in _redrawn(levels, flat, rounds, seed, block)]))


def _redrawn(levels: Levels, level: Array, rounds: int, seed: int, block: int) -> list[list[int]]:
    draw = np.random.default_rng(seed)
    noise = levels.series.to_numpy() - levels.level.to_numpy()
    n = len(noise)
    if n < 2 * block:
        return [[] for _ in range(rounds)]
    starts = draw.integers(0, n - block + 1, size=(rounds, -(-n // block)))
    rows = (starts[:, :, None] + np.arange(block)).reshape(rounds, -1)[:, :n]
    return [_search(level + noise[own], levels.penalty) for own in rows]


def steps(sure: pd.DataFrame) -> pd.DataFrame:
    """Return the table of `sureness` for readers: level after over before, months as text."""
    text = {end: sure[end].map(_month_name) for end in ("month", "low", "high")}
    ratio = np.exp((sure["after"] - sure["before"]).astype(float)).round(3)
    again = sure["found_again"].astype(float).round(3)
    return pd.DataFrame({"new level from": text["month"], "after / before": ratio,
                         "earliest": text["low"], "latest": text["high"],
                         "found again": again})  # fmt: skip


def _month_name(month: pd.Timestamp) -> str:
    return "" if pd.isna(month) else f"{month:%b %Y}"


def alarms(found_in: dict[str, Levels | None], rounds: int, seed: int) -> pd.DataFrame:
    """Return, by series, the steps found and how often flat noise would have shown any."""
    rows = [
        {
            "series": name,
            "months": len(levels.series),
            "steps found": len(levels.at),
            "found in flat noise": round(false_alarms(levels, rounds, seed), 3),
        }
        for name, levels in found_in.items()
        if levels is not None
    ]
    return pd.DataFrame(rows, columns=["series", "months", "steps found", "found in flat noise"])
