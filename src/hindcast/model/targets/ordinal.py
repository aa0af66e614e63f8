"""What a forecast in ordered classes is worth: for one sample, or for many resamples of it.

As in `hindcast.model.metrics`, weights of shape (n,) give one number and weights of shape (rounds,
n) one a round. Severity has an order: calling a fatal accident serious is nearer the truth than
calling it unhurt, which accuracy and F1 do not see; quadratic kappa and the ranked probability
score do.
"""

from collections.abc import Mapping

import numpy as np

from hindcast.model import metrics
from hindcast.model.calls import ratio

SMALLEST_PROBABILITY = 1e-15


def confusion(
    outcome: np.ndarray, called: np.ndarray, weights: np.ndarray, classes: int
) -> np.ndarray:
    """Return weighted counts by outcome (row) and call (column), shape (..., classes, classes)."""
    cell = outcome * classes + called
    counts = weights @ np.eye(classes * classes)[cell]
    return counts.reshape(*weights.shape[:-1], classes, classes)


def accuracy(counts: np.ndarray) -> np.ndarray:
    """Return the share of accidents called right."""
    return ratio(np.trace(counts, axis1=-2, axis2=-1), counts.sum(axis=(-2, -1)))


def f1_by_class(counts: np.ndarray) -> np.ndarray:
    """Return F1 of each class, shape (..., classes); 0 where a class is never called right."""
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    return ratio(2 * right, counts.sum(axis=-1) + counts.sum(axis=-2))


def f1_macro(counts: np.ndarray) -> np.ndarray:
    """Return the mean F1 of the classes, rare ones counting as much as common ones."""
    return f1_by_class(counts).mean(axis=-1)


def f1_weighted(counts: np.ndarray) -> np.ndarray:
    """Return the mean F1 of the classes, weighted by how many accidents each has."""
    happened = counts.sum(axis=-1)
    return ratio((happened * f1_by_class(counts)).sum(axis=-1), happened.sum(axis=-1))


def quadratic_kappa(counts: np.ndarray) -> np.ndarray:
    """Return Cohen's kappa with quadratic weights: 1 for all right, 0 for as good as chance.

    Examples
    --------
    >>> float(quadratic_kappa(np.diag([3.0, 2.0, 1.0])))
    1.0
    """
    classes = counts.shape[-1]
    place = np.arange(classes)
    apart = (place[:, None] - place) ** 2 / (classes - 1) ** 2
    n = counts.sum(axis=(-2, -1))
    chance = counts.sum(axis=-1)[..., :, None] * counts.sum(axis=-2)[..., None, :]
    return 1 - ratio((apart * counts).sum(axis=(-2, -1)) * n, (apart * chance).sum(axis=(-2, -1)))


AT_CALL = {
    "accuracy": accuracy,
    "f1_macro": f1_macro,
    "f1_weighted": f1_weighted,
    "quadratic_kappa": quadratic_kappa,
}


def rps(outcome: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return each accident's ranked probability score, 0 (certain and right) to 1, shape (n,).

    The mean squared distance of cumulated forecast and cumulated outcome over the borders between
    classes; for two classes it is the Brier score.

    Examples
    --------
    >>> rps(np.array([0, 3]), np.array([[1.0, 0, 0, 0], [1.0, 0, 0, 0]])).tolist()
    [0.0, 1.0]
    """
    borders = probability.shape[1] - 1
    below = np.cumsum(probability, axis=1)[:, :-1]
    return ((below - (outcome[:, None] <= np.arange(borders))) ** 2).sum(axis=1) / borders


def log_loss(outcome: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return minus the log of the probability of what happened, in nats, shape (n,)."""
    given = probability[np.arange(len(outcome)), outcome]
    return -np.log(np.clip(given, SMALLEST_PROBABILITY, 1))


def overall(
    weights: np.ndarray, outcome: np.ndarray, probability: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the metrics that judge all classes together, by name; the call is the likeliest."""
    called = probability.argmax(axis=1)
    counts = confusion(outcome, called, weights, probability.shape[1])
    n = weights.sum(axis=-1)
    return {name: metric(counts) for name, metric in AT_CALL.items()} | {
        "rps": ratio(weights @ rps(outcome, probability), n),
        "log_loss": ratio(weights @ log_loss(outcome, probability), n),
    }


def one(
    weights: np.ndarray, happened: np.ndarray, probability: np.ndarray
) -> dict[str, np.ndarray]:
    """Return what a single yes-or-no answer is judged by: ranking, Brier score, calibration."""
    return metrics.ranked(happened, probability, weights) | {
        "brier": metrics.brier(happened, probability, weights),
        "ece": metrics.ece(happened, probability, weights),
    }


def several(
    weights: np.ndarray, happened: np.ndarray, probability: np.ndarray
) -> Mapping[str, np.ndarray]:
    """Return micro and macro average precision of several answers an accident.

    Micro ranks all answers of all accidents together, so that common ones decide; macro is the mean
    of the answers' own, so that rare ones count as much. Shapes (n, answers).
    """
    each = [
        metrics.average_precision(happened[:, at], probability[:, at], weights)
        for at in range(happened.shape[1])
    ]
    rounds = np.atleast_2d(weights)
    micro = _micro(rounds, happened, probability)
    return {
        "micro_average_precision": micro.reshape(weights.shape[:-1])[()],
        "macro_average_precision": _mean_known(np.array(each)),
    }


def _micro(rounds: np.ndarray, happened: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return the average precision of all answers in one ranking, a number a round.

    Round by round: all at once, the cumulated sums of every answer would leave the cache.
    """
    order = np.argsort(-probability.ravel(), kind="stable")
    event, y = order // happened.shape[1], happened.ravel()[order]
    ranked = probability.ravel()[order]
    ends = np.flatnonzero(np.r_[ranked[1:] != ranked[:-1], True])
    return np.array([_one_ranking(weights[event], y, ends) for weights in rounds])


def _one_ranking(weights: np.ndarray, y: np.ndarray, ends: np.ndarray) -> float:
    """Return the average precision of answers sorted by probability; ``ends`` of equal ones."""
    called, found = np.cumsum(weights)[ends], np.cumsum(weights * y)[ends]
    precision = np.divide(found, called, out=np.zeros_like(found), where=called > 0)
    return float(ratio((np.diff(found, prepend=0) * precision).sum(), found[-1]))


def _mean_known(each: np.ndarray) -> np.ndarray:
    """Return the mean over answers, shape (answers, ...), without those that never happened."""
    known = ~np.isnan(each)
    return ratio(np.where(known, each, 0).sum(axis=0), known.sum(axis=0))
