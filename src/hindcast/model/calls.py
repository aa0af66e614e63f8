"""Judge calls at a threshold: the counts of right and wrong ones, and what is made of them.

Every function takes numbers or one number a bootstrap round, as `hindcast.model.metrics` explains.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Confusion(NamedTuple):
    """Weighted counts of fatal accidents called so, others called fatal, missed, and others."""

    tp: np.ndarray
    fp: np.ndarray
    fn: np.ndarray
    tn: np.ndarray


def confusion(is_fatal, probability, weights=None, threshold=0.5) -> Confusion:
    """Count right and wrong calls when ``probability >= threshold`` is called fatal.

    Parameters
    ----------
    is_fatal
        Labels, shape (n,).
    probability
        P(fatal | an accident happened), shape (n,).
    weights
        How often each accident is drawn, shape (n,) or (rounds, n); once each when not given.
    threshold
        From which probability on an accident is called fatal.

    Examples
    --------
    >>> [float(n) for n in confusion([1, 1, 0, 0], [0.9, 0.2, 0.6, 0.1])]
    [1.0, 1.0, 1.0, 1.0]
    """
    y, p, w = arrays(is_fatal, probability, weights)
    called = p >= threshold
    return Confusion(
        w @ (y * called), w @ ((1 - y) * called), w @ (y * ~called), w @ ((1 - y) * ~called)
    )


def accuracy(c: Confusion) -> np.ndarray:
    """Share of accidents called right."""
    return ratio(c.tp + c.tn, sum(c))


def precision(c: Confusion) -> np.ndarray:
    """Share of fatal accidents among those called fatal; NaN where none is."""
    return ratio(c.tp, c.tp + c.fp)


def recall(c: Confusion) -> np.ndarray:
    """Share of fatal accidents that are called fatal; NaN where there is none."""
    return ratio(c.tp, c.tp + c.fn)


def f1(c: Confusion) -> np.ndarray:
    """Harmonic mean of precision and recall of the fatal class.

    Examples
    --------
    >>> round(float(f1(Confusion(*map(np.float64, (2, 1, 3, 4))))), 3)
    0.5
    """
    return ratio(2 * c.tp, 2 * c.tp + c.fp + c.fn)


def f1_survived(c: Confusion) -> np.ndarray:
    """F1 of the other class, the accidents without a death."""
    return f1(Confusion(c.tn, c.fn, c.fp, c.tp))


def f1_macro(c: Confusion) -> np.ndarray:
    """Mean F1 of the two classes, the rare one counting as much as the common one."""
    return (f1(c) + f1_survived(c)) / 2


def f1_weighted(c: Confusion) -> np.ndarray:
    """F1 of the two classes, weighted by how many accidents each has."""
    fatal = ratio(c.tp + c.fn, sum(c))
    return fatal * f1(c) + (1 - fatal) * f1_survived(c)


AT_THRESHOLD: dict[str, Callable[[Confusion], np.ndarray]] = {
    "accuracy": accuracy,
    "f1": f1,
    "f1_macro": f1_macro,
    "f1_weighted": f1_weighted,
    "precision": precision,
    "recall": recall,
}


def calls(is_fatal, probability, weights=None, threshold=0.5) -> dict[str, np.ndarray]:
    """Return the metrics that judge calls at a threshold, by name."""
    return of(confusion(is_fatal, probability, weights, threshold))


def of(c: Confusion) -> dict[str, np.ndarray]:
    """Return the same metrics from counts that are already there."""
    return {name: metric(c) for name, metric in AT_THRESHOLD.items()}


def arrays(is_fatal, probability, weights) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return labels, probabilities and weights as arrays, or say why they are no sample.

    Raises
    ------
    ValueError
        Labels and probabilities differ in length, are none, or a probability is none.
    """
    y, p = np.asarray(is_fatal, dtype=float), np.asarray(probability, dtype=float)
    if y.shape != p.shape or y.ndim != 1 or not len(y):
        raise ValueError(
            f"labels of shape {y.shape} and probabilities of shape {p.shape}: "
            "expected two equally long rows of at least one accident"
        )
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError(f"{int((~((p >= 0) & (p <= 1))).sum())} probabilities outside 0 to 1")
    return y, p, np.ones(len(y)) if weights is None else np.asarray(weights, dtype=float)


def ratio(above, below) -> np.ndarray:
    """Return a quotient, NaN where it does not exist."""
    above, below = np.broadcast_arrays(np.asarray(above, float), np.asarray(below, float))
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)[()]
