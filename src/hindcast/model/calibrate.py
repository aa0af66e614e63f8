"""From a margin to a probability that can be taken at its word, learned on the validation part.

A calibration is plain JSON: ``{"method": "platt", "slope": 1.1, "intercept": -0.1}``; applying it
needs NumPy alone. Which method fits is chosen on the validation part, see `choose`.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from hindcast.model import metrics, venn_abers
from hindcast.model.calibrators import LEARNERS, log_odds_apart

METHODS = tuple(LEARNERS)
"""In order of how freely they bend the margins; ``auto`` takes the first that will do."""
AUTO = "auto"
BLOCKS = 4
"""Blocks of the validation part, in order of time; each but the first is judged by those before."""


def apply(calibration: dict[str, Any], margin: np.ndarray) -> np.ndarray:
    """Return P(fatal | an accident happened) for margins (log odds), shape (n,).

    Examples
    --------
    >>> apply({"method": "none"}, np.array([0.0]))
    array([0.5])
    >>> apply({"method": "beta", "a": 1.0, "b": 1.0, "intercept": 0.0}, np.array([0.0]))
    array([0.5])
    >>> apply({"method": "isotonic", "margins": [-1, 1], "shares": [0.1, 0.5]}, np.array([0.0]))
    array([0.3])
    """
    margin = np.asarray(margin, dtype=float)
    match calibration["method"]:
        case "isotonic":
            return np.interp(margin, calibration["margins"], calibration["shares"])
        case "venn_abers":
            return venn_abers.merged(*venn_abers.pair(calibration, margin))
        case "platt" | "shrunk":
            margin = calibration["slope"] * margin + calibration["intercept"]
        case "beta":
            weights = np.array([calibration["a"], calibration["b"]])
            margin = log_odds_apart(margin) @ weights + calibration["intercept"]
    return 1 / (1 + np.exp(-margin))


def interval(steps: dict[str, Any], margin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the Venn-Abers interval, from p0 to p1, of each margin; two arrays of shape (n,).

    What the calibration events say if the case turned out not fatal, and if it turned out fatal:
    one of the two is right on average. It tells how well the probability is known, not whether
    the case is fatal.

    Parameters
    ----------
    steps
        A calibration by ``venn_abers``, whether or not it is the one that gives the probability.
    margin
        Log odds, shape (n,).

    Examples
    --------
    >>> steps = {"margins0": [0.0], "p0": [0.4], "margins1": [1.0], "p1": [0.6]}
    >>> [end.tolist() for end in interval(steps, np.array([0.5]))]
    [[0.4], [0.6]]
    """
    return venn_abers.pair(steps, np.asarray(margin, dtype=float))


def learn(method: str, margin: np.ndarray, is_fatal: np.ndarray) -> dict[str, Any]:
    """Learn a calibration from the margins and outcomes of the validation part.

    Parameters
    ----------
    method
        ``none``; ``platt``, a logistic curve with a slope and an intercept; ``shrunk``, such a
        curve held near the margins as they are; ``beta``, with a slope
        of its own for low and for high margins; ``venn_abers``, the mean of two isotonic fits for
        the case at hand; ``isotonic``, steps that never fall, which needs many deaths; ``auto``,
        the one that `choose` takes, with its reason under ``chosen``.
    margin, is_fatal
        Log odds and outcomes, shape (n,); for ``auto`` in order of time.

    Raises
    ------
    ValueError
        The method is unknown, or no event of the validation part is fatal, or all are.
    """
    if method not in (*METHODS, AUTO):
        raise ValueError(f"calibration {method!r}: expected one of {', '.join((*METHODS, AUTO))}")
    if not 0 < is_fatal.sum() < len(is_fatal):
        raise ValueError(
            f"{int(is_fatal.sum())} of {len(is_fatal)} validation events are fatal: a calibration "
            "needs both outcomes; set train.validation_until in params.yaml later"
        )
    if method == AUTO:
        found, why = choose(compare(margin, is_fatal))
        return learn(found, margin, is_fatal) | {"chosen": why}
    return {"method": method} | LEARNERS[method](margin, is_fatal)


def compare(margin: np.ndarray, is_fatal: np.ndarray, folds: int = 5) -> pl.DataFrame:
    """Return how well each method does on validation events that it did not learn from.

    Parameters
    ----------
    margin, is_fatal
        Log odds and outcomes of the validation part, shape (n,), in order of time.
    folds
        Number of interleaved folds: a fold is every fifth event.

    Returns
    -------
    polars.DataFrame
        ``method``; ``ece, log_loss``, each fold judged by the others; ``later_ece,
        later_log_loss``, each block of time judged by the blocks before it, which is how a
        calibration is used; ``behind, behind_se``, how much log loss the method loses there to
        the best one, with the standard error of that difference (paired by event), in nats.
    """
    crossed = {method: _crossed(method, margin, is_fatal, folds) for method in METHODS}
    known = is_fatal[len(margin) // BLOCKS :]
    later = {method: _later(method, margin, is_fatal) for method in METHODS}
    losses = {method: _losses(known, probability) for method, probability in later.items()}
    best = losses[min(losses, key=lambda method: losses[method].mean())]
    return pl.DataFrame(
        {
            "method": method,
            "ece": float(metrics.ece(is_fatal, crossed[method])),
            "log_loss": float(metrics.log_loss(is_fatal, crossed[method])),
            "later_ece": float(metrics.ece(known, later[method])),
            "later_log_loss": float(losses[method].mean()),
            "behind": float((losses[method] - best).mean()),
            "behind_se": float((losses[method] - best).std(ddof=1) / np.sqrt(len(known))),
        }
        for method in METHODS
    )


def choose(compared: pl.DataFrame) -> tuple[str, dict[str, Any]]:
    """Return the method to use, and why.

    The rule, which was set before any result: of the methods whose log loss on later blocks is
    within one standard error of the best one's, the one that bends the margins least. A freer
    curve has to earn its freedom on events that came after those it learned from.

    Parameters
    ----------
    compared
        What `compare` returned.

    Examples
    --------
    >>> compared = pl.DataFrame({"method": ["none", "platt"], "later_log_loss": [0.40, 0.30],
    ...     "later_ece": [0.05, 0.01], "behind": [0.10, 0.0], "behind_se": [0.02, 0.0]})
    >>> choose(compared)[0]
    'platt'
    """
    near = compared.filter(pl.col("behind") <= pl.col("behind_se"))
    best = compared.filter(pl.col("later_log_loss") == pl.col("later_log_loss").min())
    method = near["method"][0]
    return method, {
        "method": method,
        "rule": "the simplest within one standard error of the best log loss on later blocks of "
        "the validation part",
        "best": best["method"][0],
        "compared": compared.to_dicts(),
    }


def _crossed(method: str, margin: np.ndarray, is_fatal: np.ndarray, folds: int) -> np.ndarray:
    fold = np.arange(len(margin)) % folds
    probability = np.empty(len(margin))
    for held in range(folds):
        learned = learn(method, margin[fold != held], is_fatal[fold != held])
        probability[fold == held] = apply(learned, margin[fold == held])
    return probability


def _later(method: str, margin: np.ndarray, is_fatal: np.ndarray) -> np.ndarray:
    """Return the probabilities of all blocks but the first, each learned on those before it."""
    starts = np.arange(1, BLOCKS + 1) * len(margin) // BLOCKS
    return np.concatenate(
        [
            apply(learn(method, margin[:start], is_fatal[:start]), margin[start:end])
            for start, end in pairwise(starts)
        ]
    )


def _losses(is_fatal: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return the log loss of each event, in nats; kept finite as in `hindcast.model.metrics`."""
    given = np.where(is_fatal > 0, probability, 1 - probability)
    return -np.log(given.clip(metrics.SMALLEST_PROBABILITY))
