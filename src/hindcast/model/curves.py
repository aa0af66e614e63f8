"""Curves behind the figures of the evaluation: frames, that a figure draws and DVC plots."""

import numpy as np
import polars as pl
from sklearn.metrics import precision_recall_curve, roc_curve
from statsmodels.stats.proportion import proportion_confint

from hindcast.model import calls, evaluate, metrics

N_BINS = 10
WORTH = np.arange(2, 81) / 100
"""Thresholds at which the net benefit is shown; there are few accidents above."""


def roc(predictions: pl.DataFrame) -> pl.DataFrame:
    """Return ``horizon, false_positive_rate, true_positive_rate`` of the model on the test part.

    Parameters
    ----------
    predictions
        As `hindcast.model.evaluate.assemble` takes them.
    """

    def points(is_fatal: np.ndarray, probability: np.ndarray) -> pl.DataFrame:
        false_positives, true_positives, _ = roc_curve(is_fatal, probability)
        return pl.DataFrame(
            {"false_positive_rate": false_positives, "true_positive_rate": true_positives}
        )

    return _by_horizon(predictions, points)


def precision_recall(predictions: pl.DataFrame) -> pl.DataFrame:
    """Return ``horizon, recall, precision`` of the model on the test part."""

    def points(is_fatal: np.ndarray, probability: np.ndarray) -> pl.DataFrame:
        precision, recall, _ = precision_recall_curve(is_fatal, probability)
        return pl.DataFrame({"recall": recall, "precision": precision})

    return _by_horizon(predictions, points)


def reliability(predictions: pl.DataFrame) -> pl.DataFrame:
    """Return forecast and outcome in ten bins of equal mass: whether .3 means three in ten.

    Returns
    -------
    polars.DataFrame
        ``horizon, bin, n, mean_probability, fatal_share, lo, hi``, the last two the 95% Wilson
        interval of the share.
    """
    return _by_horizon(predictions, reliability_bins)


def reliability_bins(is_fatal: np.ndarray, probability: np.ndarray) -> pl.DataFrame:
    """Return the bins of one forecaster.

    Examples
    --------
    >>> bins = reliability_bins(np.array([0, 0, 1, 1]), np.array([0.1, 0.1, 0.9, 0.9]))
    >>> bins.select("n", "mean_probability", "fatal_share").rows()
    [(2, 0.1, 0.0), (2, 0.9, 1.0)]
    """
    rows = pl.DataFrame(
        {
            "bin": metrics.equal_mass_bins(probability, N_BINS),
            "is_fatal": np.asarray(is_fatal, dtype=float),
            "probability": probability,
        }
    )
    bins = rows.group_by("bin", maintain_order=True).agg(
        pl.len().alias("n"),
        pl.col("probability").mean().alias("mean_probability"),
        pl.col("is_fatal").mean().alias("fatal_share"),
        pl.col("is_fatal").sum().alias("n_fatal"),
    )
    lo, hi = proportion_confint(bins["n_fatal"].to_numpy(), bins["n"].to_numpy(), method="wilson")
    return bins.drop("n_fatal").with_columns(lo=pl.Series(lo), hi=pl.Series(hi)).sort("bin")


def trade_off(predictions: pl.DataFrame) -> pl.DataFrame:
    """Return what each threshold asks and finds on the test part.

    Returns
    -------
    polars.DataFrame
        ``horizon, threshold, alarms_per_100, recall``: alarms per 100 accidents, and the share of
        fatal accidents among them.
    """

    def points(is_fatal: np.ndarray, probability: np.ndarray) -> pl.DataFrame:
        fatal, other = metrics.ranking(is_fatal, probability)
        found = np.cumsum(fatal)
        return pl.DataFrame(
            {
                "threshold": np.unique(probability)[::-1],
                "alarms_per_100": 100 * np.cumsum(fatal + other) / len(probability),
                "recall": found / found[-1],
            }
        )

    return _by_horizon(predictions, points)


def net_benefit(predictions: pl.DataFrame) -> pl.DataFrame:
    """Return what acting on the forecast is worth beside acting always, and beside never.

    A threshold t says that a death found is worth (1 - t) / t false alarms; the net benefit (A.
    Vickers and E. Elkin, 2006) is deaths found less false alarms at that rate, here per 100
    accidents. Never to act is worth 0.

    Returns
    -------
    polars.DataFrame
        ``horizon, threshold, net_benefit, always``.
    """
    return _by_horizon(predictions, net_benefit_points)


def net_benefit_points(is_fatal: np.ndarray, probability: np.ndarray) -> pl.DataFrame:
    """Return the net benefit of one forecaster.

    Examples
    --------
    >>> points = net_benefit_points(np.array([1, 0, 0, 0]), np.array([0.9, 0.1, 0.1, 0.1]))
    >>> points.filter(pl.col("threshold") == 0.5).row(0)
    (0.5, 25.0, -50.0)
    """
    n = len(is_fatal) / 100
    rows = []
    for threshold in WORTH:
        price = threshold / (1 - threshold)
        counts = calls.confusion(is_fatal, probability, threshold=threshold)
        always = (counts.tp + counts.fn - price * (counts.fp + counts.tn)) / n
        rows.append((threshold, (counts.tp - price * counts.fp) / n, always))
    return pl.DataFrame(rows, schema=["threshold", "net_benefit", "always"], orient="row")


def _by_horizon(predictions: pl.DataFrame, points) -> pl.DataFrame:
    parts = []
    for horizon in evaluate.HORIZONS:
        rows = evaluate.tested(predictions, horizon)
        if rows.height:
            made = points(rows["is_fatal"].to_numpy(), rows["probability"].to_numpy())
            parts.append(made.select(pl.lit(horizon).alias("horizon"), pl.all()))
    return pl.concat(parts)
