"""How many outcomes are needed before calibration can be judged."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from scipy import optimize, special, stats

from hindcast.monitor.performance import CERTAIN
from hindcast.monitor.recalibration import logits


def shift_of(probability: np.ndarray, ratio: float) -> float:
    """Return what has to be added to the log odds so that ``ratio`` times as many die.

    Examples
    --------
    >>> round(shift_of(np.array([0.5]), 1.5), 3)
    1.099
    """
    at = logits(probability)
    wanted = ratio * probability.mean()
    return float(optimize.brentq(lambda d: special.expit(at + d).mean() - wanted, -15, 15))


def power(probability: np.ndarray, n: np.ndarray, shift: float, slope: float = 1.0) -> np.ndarray:
    """Return how likely the likelihood-ratio test of intercept and slope finds what is off.

    By the usual approximation: the test's statistic is noncentral chi-square with 2 degrees of
    freedom, its noncentrality n times the information between what is and what was said.

    Parameters
    ----------
    probability
        Forecasts as they are made, shape (rows,): their spread is what decides.
    n
        Numbers of outcomes, shape (any,).
    shift, slope
        What is added to the log odds, and what they are multiplied with.

    Examples
    --------
    >>> power(np.full(9, 0.2), np.array([0, 100_000]), 0.5).round(2).tolist()
    [0.01, 1.0]
    """
    at = logits(probability)
    truth = special.expit(shift + slope * at)
    # twice the mean divergence of what is from what was said is the noncentrality per outcome
    divergence = special.rel_entr(truth, special.expit(at))
    divergence += special.rel_entr(1 - truth, special.expit(-at))
    noncentral = np.maximum(2 * float(divergence.mean()) * np.asarray(n, float), 1e-9)
    return stats.ncx2.sf(stats.chi2.ppf(1 - CERTAIN, 2), 2, noncentral)


def curves(
    forecasts: dict[str, np.ndarray],
    ratios: Sequence[float],
    slopes: Sequence[float],
    most: int = 3000,
) -> pl.DataFrame:
    """Return the power over the number of outcomes, for each way of being off.

    Returns
    -------
    polars.DataFrame
        ``horizon, off`` (in words), ``n, power``.
    """
    n = np.unique(np.geomspace(25, most, 60).astype(int))
    rows = []
    for horizon, p in forecasts.items():
        ways = {f"{ratio:g} times as many fatal": (shift_of(p, ratio), 1.0) for ratio in ratios}
        ways |= {f"log odds times {slope:g}": (0.0, slope) for slope in slopes}
        for off, (shift, slope) in ways.items():
            told = {"horizon": horizon, "off": off, "n": n, "power": power(p, n, shift, slope)}
            rows.append(pl.DataFrame(told))
    return pl.concat(rows)


def needed(found: pl.DataFrame, wanted: float = 0.8) -> pl.DataFrame:
    """Return the fewest outcomes with which ``wanted`` power is reached; null where none is.

    Returns
    -------
    polars.DataFrame
        ``off`` and one column a horizon.
    """
    enough = pl.col("n").filter(pl.col("power") >= wanted).min().alias("n")
    told = found.group_by("off", "horizon", maintain_order=True).agg(enough)
    return told.pivot("horizon", index="off", values="n", maintain_order=True)
