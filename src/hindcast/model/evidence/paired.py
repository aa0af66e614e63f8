"""Compare two forecasters on the same accidents: what they share cancels in the difference.

Two separate intervals say little of a difference: both models meet the same hard accidents, so
their errors go up and down together. Here every test and every interval is of the difference.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np
from scipy import stats

from hindcast.errors import HindcastError
from hindcast.model import bootstrap, metrics
from hindcast.model.evidence.calls import mcnemar

ONE_CLASS = "fewer than two accidents of one outcome"


class PairError(HindcastError, ValueError):
    """Two forecasts cannot be compared; the message says what was found of each."""


def compare(
    is_fatal,
    p_new,
    p_old,
    *,
    threshold: float = 0.5,
    threshold_old: float | None = None,
    rounds: int = 1000,
    seed: int = 7,
    names: Iterable[str] = metrics.NAMES,
) -> dict[str, Any]:
    """Return how a new forecaster differs from an old one on the same accidents, ready for JSON.

    ``compare(is_fatal, p_new, p_old, *, threshold=0.5, threshold_old=None, rounds=1000, seed=7,
    names=metrics.NAMES) -> dict``

    Parameters
    ----------
    is_fatal
        Labels, shape (n,), one row an event.
    p_new, p_old
        Each forecaster's P(fatal | an accident happened) for the same rows, shape (n,).
    threshold, threshold_old
        From which probability on the new and the old forecaster call fatal; one for both when
        ``threshold_old`` is not given.
    rounds, seed
        Of the bootstrap by event.
    names
        Which of `hindcast.model.metrics.NAMES` to compare.

    Returns
    -------
    dict
        ``n``, ``n_fatal``; ``delong``, as `delong` returns it; ``mcnemar``, as `mcnemar` returns
        it; ``differences``: by metric ``new``, ``old``, ``difference`` (new minus old) and its
        95% bootstrap interval ``ci``. For ``brier``, ``ece`` and ``log_loss`` less is better.

    Raises
    ------
    PairError
        Labels and forecasts differ in length, or are no labels and no probabilities.

    Examples
    --------
    >>> found = compare([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], [0.5] * 4, rounds=50)
    >>> found["delong"]["difference"], found["differences"]["brier"]["difference"]
    (0.25, -0.091875)
    """
    y, new, old = _checked(is_fatal, p_new, p_old)
    at_old = threshold if threshold_old is None else threshold_old
    return {
        "n": len(y),
        "n_fatal": int(y.sum()),
        "delong": delong(y, new, old),
        "mcnemar": mcnemar(y, new >= threshold, old >= at_old),
        "differences": differences(
            y, new, old, thresholds=(threshold, at_old), rounds=rounds, seed=seed, names=names
        ),
    }


def differences(
    is_fatal,
    p_new,
    p_old,
    *,
    thresholds: tuple[float, float] = (0.5, 0.5),
    rounds: int = 1000,
    seed: int = 7,
    names: Iterable[str] = metrics.NAMES,
) -> dict[str, dict[str, Any]]:
    """Return, by metric, both values, their difference and its paired bootstrap interval.

    Both forecasters are judged on the same draws of events. A metric that does not exist for one
    of them is ``None``, and so is the difference.

    Parameters
    ----------
    thresholds
        The new and the old forecaster's; the other parameters are those of `compare`.
    """
    y, new, old = _checked(is_fatal, p_new, p_old)
    judges = [
        partial(_named, y, p, threshold=at, names=tuple(names))
        for p, at in zip((new, old), thresholds, strict=True)
    ]

    def judge(weights: np.ndarray) -> dict[str, np.ndarray]:
        now, before = (one(weights) for one in judges)
        return {name: np.stack([now[name], before[name]], axis=-1) for name in now}

    values = bootstrap.replicates(judge, len(y), rounds=rounds, seed=seed)
    return {name: _told(pair, values[name]) for name, pair in judge(np.ones(len(y))).items()}


def _named(y, p, weights, *, threshold: float, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return the metrics of ``names`` alone; the costly ones only where they are asked for."""
    found: dict[str, np.ndarray] = {}
    if set(names) & set(metrics.AT_THRESHOLD):
        found |= metrics.calls(y, p, weights, threshold)
    if {"roc_auc", "average_precision"} & set(names):
        found |= metrics.ranked(y, p, weights)
    for name in ("brier", "ece", "log_loss"):
        if name in names:
            found[name] = getattr(metrics, name)(y, p, weights)
    return {name: found[name] for name in names}


def _told(pair: np.ndarray, values: np.ndarray) -> dict[str, Any]:
    new, old = pair
    told = {"new": new, "old": old, "difference": new - old}
    spread = bootstrap.interval("difference", float(new - old), values[:, 0] - values[:, 1])
    return {name: bootstrap.number(value) for name, value in told.items()} | {"ci": spread}


def delong(is_fatal, p_new, p_old) -> dict[str, Any]:
    """Test whether two correlated ROC AUCs are the same: DeLong's test, by midranks.

    Each fatal accident is placed among the others by both forecasters, and the other way round;
    the placements' covariance is that of the two AUCs. Ranks give them in n log n instead of in
    all pairs.

    Returns
    -------
    dict
        ``auc_new``, ``auc_old``, ``difference`` (new minus old), its 95% interval ``ci``, ``z``
        and two-sided ``p``; ``None`` with the reason under ``undefined`` where there are fewer
        than two accidents of one outcome.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837; Sun and Xu (2014), IEEE Signal
    Processing Letters 21, 1389.

    Examples
    --------
    >>> found = delong([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], [0.5, 0.5, 0.5, 0.5])
    >>> found["difference"], found["z"], found["p"]
    (0.25, 0.707107, 0.4795)
    """
    y, new, old = _checked(is_fatal, p_new, p_old)
    if min(y.sum(), (1 - y).sum()) < 2:
        empty = dict.fromkeys(("auc_new", "auc_old", "difference", "ci", "z", "p"))
        return empty | {"undefined": ONE_CLASS}
    of_fatal, of_others = placements(y == 1, np.stack([new, old]))
    auc_new, auc_old = of_fatal.mean(axis=1)
    difference = auc_new - auc_old
    error = _standard_error(of_fatal[0] - of_fatal[1], of_others[0] - of_others[1])
    z, p = _two_sided(difference, error)
    reach = stats.norm.ppf((1 + bootstrap.LEVEL) / 2) * error
    numbers = {"auc_new": auc_new, "auc_old": auc_old, "difference": difference, "z": z, "p": p}
    ends = [bootstrap.number(difference - reach), bootstrap.number(difference + reach)]
    return {name: bootstrap.number(value) for name, value in numbers.items()} | {"ci": ends}


def placements(is_fatal: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each accident's share of accidents of the other outcome that it is ranked right with.

    Parameters
    ----------
    is_fatal
        Shape (n,), boolean.
    scores
        Shape (forecasters, n); ties count half.

    Returns
    -------
    tuple of numpy.ndarray
        Of the fatal ones, shape (forecasters, fatal), and of the others; each has the AUC as mean.
    """
    fatal, others = scores[:, is_fatal], scores[:, ~is_fatal]
    among_all = stats.rankdata(np.concatenate([fatal, others], axis=1), axis=1)
    n_fatal, n_others = fatal.shape[1], others.shape[1]
    below = among_all[:, :n_fatal] - stats.rankdata(fatal, axis=1)
    above = among_all[:, n_fatal:] - stats.rankdata(others, axis=1)
    return below / n_others, 1 - above / n_fatal


def _standard_error(of_fatal: np.ndarray, of_others: np.ndarray) -> float:
    """Return the standard error of a difference of AUCs from the differences of placements."""
    parts = (np.var(values, ddof=1) / len(values) for values in (of_fatal, of_others))
    return float(np.sqrt(sum(parts)))


def _two_sided(difference: float, error: float) -> tuple[float, float]:
    """Return z and p; forecasters that rank all accidents alike differ by nothing, surely."""
    if error < 1e-12:
        return (np.nan, 1.0 if abs(difference) < 1e-12 else 0.0)
    return difference / error, float(2 * stats.norm.sf(abs(difference / error)))


def _checked(is_fatal, p_new, p_old) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    y, new, old = (np.asarray(values, dtype=float) for values in (is_fatal, p_new, p_old))
    if not (y.ndim == 1 and len(y) and y.shape == new.shape == old.shape):
        raise PairError(
            f"labels of shape {y.shape}, forecasts of shapes {new.shape} (new) and {old.shape} "
            "(old): expected three equally long rows over the same accidents"
        )
    if not np.isin(y, (0, 1)).all():
        raise PairError(f"labels other than 0 and 1: {sorted(set(y.tolist()) - {0.0, 1.0})[:5]}")
    for name, p in (("new", new), ("old", old)):
        if wrong := int((~((p >= 0) & (p <= 1))).sum()):
            raise PairError(f"{wrong} of {len(p)} forecasts ({name}) are no probability, 0 to 1")
    return y, new, old
