"""Shares of accidents that were fatal, standardised over the accidents of the records.

A logistic regression says what share of *all* accidents would be fatal under the model if each had
a given weather or light and kept everything else (marginal standardisation, the g-formula). Ratios
and differences of such shares can be read as they are; odds ratios of an outcome as common as this
lie further from 1 than the ratio of shares. Errors come from the influence functions of the
estimates (M-estimation), which count both the coefficients and the make-up of the accidents as
estimated.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from patsy import build_design_matrices
from scipy.special import expit
from scipy.stats import norm

from hindcast.analysis import odds
from hindcast.analysis.odds import Z95, Fit

Array = np.ndarray


@dataclass(frozen=True)
class Levels:
    """Standardised shares under several settings.

    Attributes
    ----------
    means : numpy.ndarray, shape (k,)
    covariance : numpy.ndarray, shape (k, k)
    rows
        Accidents they are standardised over.
    """

    means: Array
    covariance: Array
    rows: int


@dataclass(frozen=True)
class Estimate:
    """A number with its 95% interval and the p-value of its being what no effect would give."""

    value: float
    low: float
    high: float
    p_value: float


def levels(
    fit: Fit,
    accidents: pd.DataFrame,
    settings: list[dict[str, Any]],
    over: pd.Series | None = None,
) -> Levels:
    """Return the share that would be fatal if all accidents had each setting, under a regression.

    Parameters
    ----------
    fit
        Of `hindcast.analysis.odds.logistic`.
    accidents
        The accidents it was fitted on, complete in its variables.
    settings
        Each a column -> value, such as ``{"is_imc": 1.0}``.
    over
        A mask of the accidents to standardise over, such as those in IMC; all where not given.

    Raises
    ------
    ValueError
        The accidents are not those of the regression.
    """
    if len(accidents) != fit.rows:
        raise ValueError(f"{len(accidents)} accidents, but the regression saw {fit.rows}")
    frame, model = odds.numeric(accidents), fit.result.model
    x, p = np.asarray(model.exog), np.asarray(fit.result.fittedvalues)
    scores = x * (np.asarray(model.endog) - p)[:, None]
    bread = np.linalg.pinv((x * (p * (1 - p))[:, None]).T @ x) * len(p)
    of_beta = scores @ bread
    within = np.ones(len(p)) if over is None else over.to_numpy(dtype=float)
    weights = within / within.mean()
    told = [_level(_design(fit, frame, s), fit, of_beta, weights) for s in settings]
    influence = np.column_stack([own for _, own in told])
    covariance = influence.T @ influence / len(p) ** 2
    return Levels(np.array([mean for mean, _ in told]), covariance, int(within.sum()))


def _level(x: Array, fit: Fit, of_beta: Array, weights: Array) -> tuple[float, Array]:
    """Return the weighted mean prediction and each accident's influence on it."""
    p = expit(x @ np.asarray(fit.result.params))
    mean = float((weights * p).mean())
    gradient = (x * (weights * p * (1 - p))[:, None]).mean(axis=0)
    return mean, weights * (p - mean) + of_beta @ gradient


def _design(fit: Fit, frame: pd.DataFrame, setting: dict[str, Any]) -> Array:
    """Return the regression's design with a setting; only the terms that it enters are rebuilt."""
    model = fit.result.model
    spec, x = model.data.model_spec, np.array(model.exog)
    entered = [term for term in spec.terms if _enters(term, setting)]
    part = spec.subset(entered)
    (built,) = build_design_matrices([part], frame.assign(**setting))
    for term in entered:
        x[:, spec.term_slices[term]] = np.asarray(built)[:, part.term_slices[term]]
    return x


def _enters(term: Any, setting: dict[str, Any]) -> bool:
    words = {word for factor in term.factors for word in re.findall(r"\w+", factor.name())}
    return bool(words & set(setting))


def observed(accidents: pd.DataFrame, masks: list[pd.Series]) -> Levels:
    """Return the plain shares of groups that do not overlap, as `Levels`."""
    counts = [(int(mask.sum()), accidents.loc[mask, "is_fatal"].mean()) for mask in masks]
    means = np.array([share for _, share in counts], dtype=float)
    variances = [share * (1 - share) / n if n else np.nan for n, share in counts]
    return Levels(means, np.diag(variances), sum(n for n, _ in counts))


def share(found: Levels, at: int) -> Estimate:
    """Return one share; its interval is made on the scale of the log odds, so it stays in 0 to 1.

    The p-value belongs to no question and is missing.
    """
    p, error = found.means[at], np.sqrt(found.covariance[at, at])
    if not 0 < p < 1:
        return Estimate(float(p), np.nan, np.nan, np.nan)
    wide = Z95 * error / (p * (1 - p))
    middle = np.log(p / (1 - p))
    return Estimate(float(p), float(expit(middle - wide)), float(expit(middle + wide)), np.nan)


def ratio(found: Levels, at: int, base: int) -> Estimate:
    """Return the ratio of two shares; the interval is made on the log scale."""
    return log_ratio(found, {at: 1, base: -1})


def log_ratio(found: Levels, powers: dict[int, int]) -> Estimate:
    """Return a product of shares to the given powers, such as a ratio of ratios."""
    logs = np.log(found.means)
    weights = np.zeros(len(logs))
    weights[list(powers)] = list(powers.values())
    gradient = weights / found.means
    error = np.sqrt(gradient @ found.covariance @ gradient)
    told = float(weights @ logs)
    bounds = (float(np.exp(told - Z95 * error)), float(np.exp(told + Z95 * error)))
    return Estimate(float(np.exp(told)), *bounds, _p_value(told, error))


def difference(found: Levels, at: int, base: int) -> Estimate:
    """Return the difference of two shares."""

    def gap(means: Array) -> float:
        return float(means[at] - means[base])

    return delta(found, gap)


def delta(found: Levels, function: Callable[[Array], float], null: float = 0.0) -> Estimate:
    """Return a smooth function of the shares with its interval by the delta method.

    Parameters
    ----------
    null
        Its value where there is no effect, which the p-value is held against.
    """
    value, gradient = function(found.means), _gradient(function, found.means)
    error = float(np.sqrt(gradient @ found.covariance @ gradient))
    return Estimate(value, value - Z95 * error, value + Z95 * error, _p_value(value - null, error))


def _gradient(function: Callable[[Array], float], at: Array, step: float = 1e-6) -> Array:
    steps = np.eye(len(at)) * step
    return np.array([(function(at + h) - function(at - h)) / (2 * step) for h in steps])


def _p_value(distance: float, error: float) -> float:
    return float(2 * norm.sf(abs(distance) / error)) if error > 0 else np.nan
