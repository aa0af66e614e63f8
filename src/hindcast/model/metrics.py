"""What a forecast of a fatal outcome is worth, in numbers, for one sample or for many resamples.

Every function takes the labels, the probabilities and, if wanted, weights. Weights of shape
``(n,)`` give one number, weights of shape ``(rounds, n)`` give one number a round: that is how a
bootstrap is a handful of matrix products here, and not a loop. A number that does not exist (the
precision of a forecaster who calls nothing fatal) is NaN here and becomes ``None`` with its reason
in :mod:`hindcast.model.bootstrap`; it is never passed off as 0.

About 83% of accidents are not fatal, so accuracy alone says little: it always stands beside the
majority class, and beside numbers made from the probabilities.
"""

from typing import NamedTuple

import numpy as np

from hindcast.model.calls import AT_THRESHOLD, arrays, calls, ratio

N_BINS = 15
SMALLEST_PROBABILITY = 1e-15


class Ranking(NamedTuple):
    """Weights of fatal and of other accidents by probability, highest first, ties together."""

    fatal: np.ndarray
    other: np.ndarray


def ranking(is_fatal, probability, weights=None) -> Ranking:
    """Sort the accidents by probability; what ROC AUC and average precision both start from."""
    y, p, w = arrays(is_fatal, probability, weights)
    order = np.argsort(-p, kind="stable")
    y, p, w = y[order], p[order], w[..., order]
    starts = np.flatnonzero(np.r_[True, p[1:] != p[:-1]])
    fatal = np.add.reduceat(w * y, starts, axis=-1)
    return Ranking(fatal, np.add.reduceat(w, starts, axis=-1) - fatal)


def roc_auc(is_fatal, probability, weights=None) -> np.ndarray:
    """Share of (fatal, not fatal) pairs in which the fatal one was given the higher probability.

    Ties count half. NaN where one class is missing.

    Examples
    --------
    >>> float(roc_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]))
    0.75
    """
    return _auc(ranking(is_fatal, probability, weights))


def average_precision(is_fatal, probability, weights=None) -> np.ndarray:
    """Mean precision over the fatal accidents, from the highest probability down.

    Accidents of equal probability are taken together, as scikit-learn does. A forecaster without
    skill gets the share of fatal accidents. NaN where none is fatal.

    Examples
    --------
    >>> round(float(average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])), 4)
    0.8333
    """
    return _average_precision(ranking(is_fatal, probability, weights))


def brier(is_fatal, probability, weights=None) -> np.ndarray:
    """Mean squared distance between probability and outcome.

    Examples
    --------
    >>> float(brier([1, 0], [0.5, 0.5]))
    0.25
    """
    y, p, w = arrays(is_fatal, probability, weights)
    return ratio(w @ (p - y) ** 2, w.sum(axis=-1))


def log_loss(is_fatal, probability, weights=None) -> np.ndarray:
    """Mean of minus the log of the probability given to what happened, in nats.

    Probabilities are kept 1e-15 away from 0 and 1: one certain and wrong forecast would otherwise
    make the mean infinite, which JSON cannot hold.
    """
    y, p, w = arrays(is_fatal, probability, weights)
    p = np.clip(p, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return ratio(w @ -(y * np.log(p) + (1 - y) * np.log1p(-p)), w.sum(axis=-1))


def ece(is_fatal, probability, weights=None, n_bins=N_BINS) -> np.ndarray:
    """Return the expected calibration error over 15 bins of equal mass (quantiles).

    The mean over accidents of how far the mean probability of the accident's bin lies from the
    share of fatal accidents in it. Equal mass, because most probabilities are small and bins of
    equal width would be nearly empty at the top. Accidents of equal probability share a bin, so
    there can be fewer bins; the bins are those of the sample, also in its resamples.

    Examples
    --------
    >>> round(float(ece([0, 0, 0, 1], [0.5, 0.5, 0.5, 0.5])), 2)
    0.25
    """
    y, p, w = arrays(is_fatal, probability, weights)
    inside = np.eye(n_bins)[equal_mass_bins(p, n_bins)]
    return ratio(np.abs(w @ (inside * (p - y)[:, None])).sum(axis=-1), w.sum(axis=-1))


def equal_mass_bins(probability: np.ndarray, n_bins: int = N_BINS) -> np.ndarray:
    """Return each probability's bin, 0 to ``n_bins - 1``, of about equal numbers.

    Examples
    --------
    >>> equal_mass_bins(np.array([0.4, 0.1, 0.2, 0.3]), 2).tolist()
    [1, 0, 0, 1]
    """
    inner = np.quantile(probability, np.linspace(0, 1, n_bins + 1)[1:-1], method="lower")
    return np.searchsorted(np.unique(inner), probability, side="left")


def best_f1_threshold(is_fatal, probability) -> float:
    """Return the probability from which calling fatal gives the highest F1.

    To be asked of the validation part, never of the test: a threshold chosen where it is judged
    flatters itself.

    Raises
    ------
    ValueError
        No accident is fatal, so that every threshold is as good.

    Examples
    --------
    >>> best_f1_threshold([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.8])
    0.3
    """
    fatal, other = ranking(is_fatal, probability)
    if not fatal.any():
        raise ValueError("no fatal accident among those given: no threshold has an F1")
    scores = 2 * np.cumsum(fatal) / (np.cumsum(fatal + other) + fatal.sum())
    return float(np.unique(probability)[::-1][np.argmax(scores)])


NAMES = (*AT_THRESHOLD, "roc_auc", "average_precision", "brier", "ece", "log_loss")


def ranked(is_fatal, probability, weights=None) -> dict[str, np.ndarray]:
    """Return the metrics that judge the order of the probabilities alone, by name."""
    order = ranking(is_fatal, probability, weights)
    return {"roc_auc": _auc(order), "average_precision": _average_precision(order)}


def all_of(is_fatal, probability, weights=None, threshold=0.5) -> dict[str, np.ndarray]:
    """Return every metric by name, each a number or one number a round; one sorting serves all."""
    return {
        **calls(is_fatal, probability, weights, threshold),
        **ranked(is_fatal, probability, weights),
        "brier": brier(is_fatal, probability, weights),
        "ece": ece(is_fatal, probability, weights),
        "log_loss": log_loss(is_fatal, probability, weights),
    }


def _auc(order: Ranking) -> np.ndarray:
    fatal, other = order
    n_other = other.sum(axis=-1, keepdims=True)
    below = n_other - np.cumsum(other, axis=-1) + other / 2
    return ratio((fatal * below).sum(axis=-1), fatal.sum(axis=-1) * n_other[..., 0])


def _average_precision(order: Ranking) -> np.ndarray:
    found = np.cumsum(order.fatal, axis=-1)
    called = found + np.cumsum(order.other, axis=-1)
    precisions = np.divide(found, called, out=np.zeros_like(found), where=called > 0)
    return ratio((order.fatal * precisions).sum(axis=-1), found[..., -1])
