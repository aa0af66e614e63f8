"""Effect of an exposure on a share: by regression, by weighting, and doubly robust.

All three work on arrays of ``n`` accidents: ``outcome`` of 0.0 and 1.0, ``exposed`` booleans,
``covariates`` of shape (n, k), standardised. Estimates are of the share if all were exposed and if
none was.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from sklearn.linear_model import LogisticRegression
from statsmodels.treatment.treatment_effects import TreatmentEffect

from hindcast.analysis.limits.question import Question
from hindcast.analysis.odds import Z95

PRIOR_SD = 3.0
"""Of the normal prior on coefficients, per standard deviation: keeps separated arms finite."""
PER_COVARIATE = 5
ANSWER = "doubly robust"
METHODS = {
    "crude": "crude",
    "regression": "regression, standardised",
    "weighting": "inverse probability weighting",
    "doubly robust": "doubly robust (AIPW)",
    "overlap": "overlap weighting",
}
COLUMNS = ["method", "label", "with_it", "without", "difference", "low", "high"]
COLUMNS += ["ratio", "ratio_low", "ratio_high"]
Shares = tuple[float, float]


@dataclass(frozen=True)
class Arrays:
    """What estimators see: ``outcome`` (n,), ``exposed`` (n,) booleans, ``covariates`` (n, k)."""

    outcome: np.ndarray
    exposed: np.ndarray
    covariates: np.ndarray

    def at(self, rows: np.ndarray) -> "Arrays":
        """Return some of the accidents, by position."""
        return Arrays(self.outcome[rows], self.exposed[rows], self.covariates[rows])


def arrays(question: Question, without: str | None = None) -> Arrays:
    """Return a question as arrays, one covariate left out where ``without`` names it."""
    return Arrays(question.fatal, question.exposed, question.matrix(without))


def fitted(design: np.ndarray, target: np.ndarray) -> LogisticRegression:
    """Fit a logistic regression with the weak prior."""
    model = LogisticRegression(C=PRIOR_SD**2, solver="newton-cholesky", tol=1e-8)
    return model.fit(design, target)


def propensity(held: Arrays) -> np.ndarray:
    """Return each accident's probability of having been exposed, given its covariates."""
    if not held.covariates.shape[1]:
        return np.full(len(held.exposed), held.exposed.mean())
    return fitted(held.covariates, held.exposed).predict_proba(held.covariates)[:, 1]


def outcomes(held: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """Return each accident's probability of being fatal if exposed and if not."""
    model = fitted(np.column_stack([held.exposed, held.covariates]), held.outcome)
    both = (np.full(len(held.exposed), value) for value in (1.0, 0.0))
    with_it, without = (
        model.predict_proba(np.column_stack([value, held.covariates]))[:, 1] for value in both
    )
    return with_it, without


@dataclass(frozen=True)
class Models:
    """Both models fitted to one set of accidents.

    Attributes
    ----------
    held
        The accidents.
    scores
        Propensity of each, unbounded.
    if_exposed, if_not
        Probability of each being fatal with and without the exposure.
    """

    held: Arrays
    scores: np.ndarray
    if_exposed: np.ndarray
    if_not: np.ndarray

    def bounded(self, bound: float) -> np.ndarray:
        """Return propensities no nearer to 0 and 1 than ``bound``."""
        return np.clip(self.scores, bound, 1 - bound)


def models(held: Arrays) -> Models:
    """Fit the model of exposure and the model of the outcome."""
    return Models(held, propensity(held), *outcomes(held))


def weights(fit: Models, bound: float) -> np.ndarray:
    """Return stabilised inverse-probability weights.

    Parameters
    ----------
    bound
        Propensities below it, or above its complement, are set to it (truncated weights).
    """
    scores, exposed = fit.bounded(bound), fit.held.exposed
    marginal = exposed.mean()
    return np.where(exposed, marginal / scores, (1 - marginal) / (1 - scores))


def overlap_weights(fit: Models) -> np.ndarray:
    """Return weights of the accidents that might have gone either way: no weight is extreme."""
    return np.where(fit.held.exposed, 1 - fit.scores, fit.scores)


def weighted_shares(held: Arrays, weight: np.ndarray) -> Shares:
    """Return the weighted share of fatal accidents with and without the exposure (Hajek)."""
    arms = (held.exposed, ~held.exposed)
    with_it, without = (np.average(held.outcome[arm], weights=weight[arm]) for arm in arms)
    return float(with_it), float(without)


def crude(fit: Models, _bound: float) -> Shares:
    """Return the two arms' shares as they stand."""
    return weighted_shares(fit.held, np.ones(len(fit.scores)))


def regression(fit: Models, _bound: float) -> Shares:
    """Return the shares that the outcome model foresees with and without, for everyone."""
    return float(fit.if_exposed.mean()), float(fit.if_not.mean())


def weighting(fit: Models, bound: float) -> Shares:
    """Return the shares with and without, weighted by inverse probability of exposure."""
    return weighted_shares(fit.held, weights(fit, bound))


def overlap(fit: Models, _bound: float) -> Shares:
    """Return the shares among accidents in which a second pilot was an open question."""
    return weighted_shares(fit.held, overlap_weights(fit))


def doubly_robust(fit: Models, bound: float) -> Shares:
    """Return augmented inverse-probability-weighted shares: right if one of both models is."""
    with_it, without = influence(fit, bound)
    return float(with_it.mean()), float(without.mean())


def influence(fit: Models, bound: float) -> tuple[np.ndarray, np.ndarray]:
    """Return each accident's part in the doubly robust shares; their means are the shares."""
    scores, held = fit.bounded(bound), fit.held
    gain = held.exposed / scores * (held.outcome - fit.if_exposed)
    loss = ~held.exposed / (1 - scores) * (held.outcome - fit.if_not)
    return fit.if_exposed + gain, fit.if_not + loss


def quick(held: Arrays, bound: float) -> dict[str, float]:
    """Return the doubly robust difference with its 95% interval by the influence function."""
    with_it, without = influence(models(held), bound)
    apart = with_it - without
    error = float(apart.std(ddof=1) / np.sqrt(len(apart)))
    middle = float(apart.mean())
    bounds = {"low": middle - Z95 * error, "high": middle + Z95 * error}
    return {"difference": middle} | bounds | {"error": error}


ESTIMATORS: dict[str, Callable[[Models, float], Shares]] = {
    "crude": crude,
    "regression": regression,
    "weighting": weighting,
    "doubly robust": doubly_robust,
    "overlap": overlap,
}


def draws(question: Question, bound: float, rounds: int, seed: int) -> pd.DataFrame:
    """Return bootstrap draws of the estimates, drawn within the arms so that none is empty.

    Returns
    -------
    pandas.DataFrame
        ``method, round, with_it, without``; empty where the question has no answer.
    """
    columns = ["method", "round", "with_it", "without"]
    if not question.is_answerable:
        return pd.DataFrame(columns=columns)
    draw, held = np.random.default_rng(seed), arrays(question)
    arms = [np.flatnonzero(held.exposed), np.flatnonzero(~held.exposed)]
    told = []
    for turn in range(rounds):
        again = held.at(np.concatenate([draw.choice(arm, len(arm)) for arm in arms]))
        if 0 < again.outcome.mean() < 1:
            fit = models(again)
            told += [(name, turn, *run(fit, bound)) for name, run in ESTIMATORS.items()]
    return pd.DataFrame(told, columns=columns)


def effects(question: Question, bound: float, again: pd.DataFrame) -> pd.DataFrame:
    """Estimate the effect by every method, with bootstrap percentile intervals (95%).

    Parameters
    ----------
    again
        Of `draws`.

    Returns
    -------
    pandas.DataFrame
        A row a method: shares ``with_it`` and ``without``, their ``difference`` with ``low, high``
        and their ``ratio`` with ``ratio_low, ratio_high``. Empty where the question has no answer.
    """
    if not question.is_answerable:
        return pd.DataFrame(columns=COLUMNS)
    fit, told = models(arrays(question)), []
    for name, estimate in ESTIMATORS.items():
        row = told_of(*estimate(fit, bound), again[again["method"] == name])
        told.append({"method": name, "label": METHODS[name]} | row)
    return pd.DataFrame(told)[COLUMNS]


def answer(found: pd.DataFrame) -> pd.Series | None:
    """Return the row of `effects` that is taken for the answer (doubly robust), or None."""
    rows = found[found["method"] == ANSWER]
    return rows.iloc[0] if len(rows) else None


def told_of(with_it: float, without: float, again: pd.DataFrame) -> dict[str, float]:
    """Return difference and ratio of two shares, with percentile bounds of bootstrap draws."""
    ends = [2.5, 97.5]
    low, high = np.percentile(again["with_it"] - again["without"], ends)
    ratio_low, ratio_high = np.percentile(again["with_it"] / again["without"], ends)
    shares = {"with_it": with_it, "without": without, "difference": with_it - without}
    ratios = {"ratio": with_it / without, "ratio_low": ratio_low, "ratio_high": ratio_high}
    return shares | {"low": low, "high": high} | ratios


def second_opinion(question: Question) -> pd.DataFrame:
    """Estimate the difference by statsmodels' `TreatmentEffect`, as a check.

    Its outcome models are linear and its propensity has no prior, so it needs several exposed
    accidents a covariate. Its own standard errors come from a search that does not always settle.

    Returns
    -------
    pandas.DataFrame
        ``method, difference``: inverse probability weighting, regression adjustment, AIPW; empty
        where there are too few accidents.
    """
    few = PER_COVARIATE * len(question.covariates)
    if not question.is_answerable or question.exposed.sum() < few:
        return pd.DataFrame(columns=["method", "difference"])
    held = arrays(question)
    design = sm.add_constant(held.covariates)
    treated = held.exposed.astype(int)
    selection = sm.Logit(treated, design).fit(disp=0)
    model = TreatmentEffect(sm.OLS(held.outcome, design), treated, results_select=selection)
    names = {"weighting": "ipw", "regression": "ra", "doubly robust": "aipw"}
    told = {n: getattr(model, call)(return_results=False)[0] for n, call in names.items()}
    return pd.DataFrame({"method": list(told), "difference": [float(v) for v in told.values()]})
