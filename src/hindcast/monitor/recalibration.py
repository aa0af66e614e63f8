"""Calibration as two numbers with a test: intercept and slope of a logistic recalibration."""

from typing import Any

import numpy as np
from scipy import special

from hindcast.model import bootstrap
from hindcast.model.evidence.level import Z

MOST_STEPS = 30
CLOSE = 1e-9
TIGHTEST = 1e-6


def logits(probability: np.ndarray) -> np.ndarray:
    """Return log odds; probabilities are kept a millionth away from 0 and 1."""
    return special.logit(np.clip(probability, TIGHTEST, 1 - TIGHTEST))


def of(is_fatal: np.ndarray, probability: np.ndarray) -> dict[str, Any]:
    """Return intercept and slope with 95% intervals, and the p-value of "nothing to mend".

    The *intercept* is what has to be added to the log odds, the slope kept: below 0 fewer died than
    foreseen. The *slope* is what the log odds have to be multiplied with (intercept free): below 1
    the forecasts are too extreme. ``p`` is the likelihood-ratio test of both at once.

    Parameters
    ----------
    is_fatal, probability
        Outcomes and P(fatal | an accident happened), shape (n,).

    Returns
    -------
    dict
        ``intercept, intercept_ci, slope, slope_ci, p``; all None where one outcome is missing or
        the forecasts are constant or part the outcomes without error.

    Examples
    --------
    >>> told = of(np.array([1, 0, 0, 0] * 50), np.full(200, 0.5))
    >>> round(told["intercept"], 2), told["slope"]
    (-1.1, None)
    """
    y, at = np.asarray(is_fatal, float), logits(np.asarray(probability, float))
    alone = _fitted(y, np.ones((len(y), 1)), at)
    both = _fitted(y, np.column_stack([np.ones(len(y)), at]), np.zeros(len(y)))
    chosen = both or alone
    if chosen is None:
        return dict.fromkeys(("intercept", "intercept_ci", "slope", "slope_ci", "p"))
    gained = 2 * (_likelihood(y, chosen[2]) - _likelihood(y, at))
    p = bootstrap.number(special.chdtrc(2 if both else 1, max(gained, 0.0)))
    return _ends("intercept", alone, 0) | _ends("slope", both, 1) | {"p": p}


Fit = tuple[np.ndarray, np.ndarray, np.ndarray]


def _ends(name: str, fitted: Fit | None, place: int) -> dict[str, Any]:
    if fitted is None:
        return {name: None, f"{name}_ci": None}
    value, error = fitted[0][place], np.sqrt(fitted[1][place, place])
    ends = [bootstrap.number(value - Z * error), bootstrap.number(value + Z * error)]
    return {name: bootstrap.number(value), f"{name}_ci": ends}


def _fitted(y: np.ndarray, design: np.ndarray, offset: np.ndarray) -> Fit | None:
    """Return coefficients, their covariance and the margin; None where there is no maximum."""
    found = np.zeros(design.shape[1])
    for _ in range(MOST_STEPS):
        margin = offset + design @ found
        p = special.expit(margin)
        information = (design * (p * (1 - p))[:, None]).T @ design
        if np.linalg.cond(information) > 1 / CLOSE:
            return None
        step = np.linalg.solve(information, design.T @ (y - p))
        found = found + np.clip(step, -2, 2)
        if np.abs(step).max() < CLOSE:
            return found, np.linalg.inv(information), offset + design @ found
    return None


def _likelihood(y: np.ndarray, margin: np.ndarray) -> float:
    return float((y * margin - np.logaddexp(0, margin)).sum())
