"""Judge many forecasters of the same accidents in one table, each beside a reference.

All meet the same bootstrap draws of events: a difference of two of them is taken draw by draw,
and what they share cancels.
"""

from collections.abc import Mapping
from functools import partial

import numpy as np
import polars as pl

from hindcast.model import bootstrap, metrics
from hindcast.model.evidence import paired

METRICS = ("roc_auc", "average_precision", "brier")
NUMBERS = ("value", "lo", "hi", "difference", "difference_lo", "difference_hi", "p")
SCHEMA = {"name": pl.String, "metric": pl.String} | dict.fromkeys(NUMBERS, pl.Float64)

Rounds = dict[str, np.ndarray]


def numbers(weights: np.ndarray, is_fatal: np.ndarray, probability: np.ndarray) -> Rounds:
    """Return the metrics of `METRICS`, each a number or one number a round of weights."""
    found = metrics.ranked(is_fatal, probability, weights)
    return found | {"brier": metrics.brier(is_fatal, probability, weights)}


def table(
    is_fatal: np.ndarray,
    forecasts: Mapping[str, np.ndarray],
    reference: np.ndarray | None = None,
    *,
    rounds: int,
    seed: int,
) -> pl.DataFrame:
    """Return every forecaster's metrics with intervals, and how each differs from the reference.

    Parameters
    ----------
    is_fatal
        Labels, shape (n,), one row an event.
    forecasts
        By name, P(fatal | an accident happened) of the same events, shape (n,).
    reference
        The forecast that the others are compared with; no differences when not given.
    rounds, seed
        Of the bootstrap by event.

    Returns
    -------
    polars.DataFrame
        ``name, metric, value, lo, hi, difference, difference_lo, difference_hi`` (forecaster minus
        reference) and ``p``, of DeLong's test, for ``roc_auc`` alone. Null where a number does
        not exist.
    """
    y = np.asarray(is_fatal, dtype=float)
    drawn = partial(_drawn, y, rounds=rounds, seed=seed)
    against = None if reference is None else drawn(reference)
    rows = []
    for name, probability in forecasts.items():
        p = None if reference is None else paired.delong(y, probability, reference)["p"]
        for metric, told in _told(drawn(probability), against).items():
            rows.append({"name": name, "metric": metric} | told)
            rows[-1]["p"] = p if metric == "roc_auc" else None
    return pl.DataFrame(rows, schema=SCHEMA)


def _drawn(y: np.ndarray, probability: np.ndarray, *, rounds: int, seed: int) -> Rounds:
    """Return each metric's value on the sample and then on the draws, shape (1 + rounds,)."""
    judge = partial(numbers, is_fatal=y, probability=np.asarray(probability, dtype=float))
    values = bootstrap.replicates(judge, len(y), rounds=rounds, seed=seed)
    return {name: np.r_[point, values[name]] for name, point in judge(np.ones(len(y))).items()}


def _told(own: Rounds, against: Rounds | None) -> dict[str, dict[str, float | None]]:
    told = {name: spread("value", values) for name, values in own.items()}
    if against is not None:
        for name, values in own.items():
            told[name] |= spread("difference", values - against[name])
    return told


def spread(name: str, values: np.ndarray) -> dict[str, float | None]:
    """Return a value and the 95% interval of its draws, named as the tables of this package do.

    Parameters
    ----------
    name
        ``value``, whose ends are ``lo`` and ``hi``; any other name is put before those.
    values
        The value on the sample, then on the draws, shape (1 + rounds,).

    Examples
    --------
    >>> spread("value", np.r_[0.5, np.linspace(0, 1, 101)])
    {'value': 0.5, 'lo': 0.025, 'hi': 0.975}
    """
    before = "" if name == "value" else f"{name}_"
    lo, hi = bootstrap.interval(name, float(values[0]), values[1:]) or (None, None)
    return {name: bootstrap.number(values[0]), f"{before}lo": lo, f"{before}hi": hi}
