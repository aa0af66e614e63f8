"""Are the two arms alike once weighted: standardised differences, overlap, effective sizes."""

import numpy as np
import pandas as pd

from hindcast.analysis.limits import estimators
from hindcast.analysis.limits.estimators import Arrays
from hindcast.analysis.limits.question import LABELS, Question

LIMIT = 0.1
"""From which absolute standardised difference on two arms are usually called unlike."""
KINDS = ("before", "inverse probability weights", "overlap weights")


def standardised(question: Question, bound: float) -> pd.DataFrame:
    """Return each covariate's standardised mean difference before and after weighting.

    Returns
    -------
    pandas.DataFrame
        ``covariate, kind`` (one of `KINDS`), ``difference`` in pooled standard deviations of the
        unweighted arms; the most unlike before come first.
    """
    if not question.is_answerable:
        return pd.DataFrame(columns=["covariate", "kind", "difference"])
    held = estimators.arrays(question)
    sets = zip(KINDS, _weights(held, bound), strict=True)
    parts = [_differences(held, question.covariates, weight, kind) for kind, weight in sets]
    order = parts[0].set_index("covariate")["difference"].abs().sort_values(ascending=False).index
    found = pd.concat(parts, ignore_index=True)
    found["covariate"] = pd.Categorical(found["covariate"], order)
    found = found.sort_values(["covariate", "kind"], ignore_index=True)
    return found.astype({"covariate": "str"})


def _weights(held: Arrays, bound: float) -> list[np.ndarray]:
    fit, ones = estimators.models(held), np.ones(len(held.outcome))
    return [ones, estimators.weights(fit, bound), estimators.overlap_weights(fit)]


def _differences(held: Arrays, names: list[str], weight: np.ndarray, kind: str) -> pd.DataFrame:
    arms = (held.exposed, ~held.exposed)
    means = [np.average(held.covariates[arm], axis=0, weights=weight[arm]) for arm in arms]
    spread = np.sqrt(sum(held.covariates[arm].var(axis=0, ddof=1) for arm in arms) / 2)
    difference = np.divide(means[0] - means[1], spread, out=np.zeros(len(spread)), where=spread > 0)
    labels = [LABELS.get(name, name) for name in names]
    return pd.DataFrame({"covariate": labels, "kind": kind, "difference": difference})


def effective_size(weight: np.ndarray) -> float:
    """Return how many equally weighted accidents carry as much (Kish).

    Examples
    --------
    >>> effective_size(np.array([1.0, 1.0, 1.0])), effective_size(np.array([1.0, 0.0]))
    (3.0, 1.0)
    """
    return float(weight.sum() ** 2 / (weight**2).sum())


def sizes(question: Question, bound: float) -> pd.DataFrame:
    """Return by arm and weighting how many accidents there are, and how many they are worth.

    Returns
    -------
    pandas.DataFrame
        ``arm, weights, accidents, effective, largest_share`` (of the arm's weight in one accident).
    """
    if not question.is_answerable:
        return pd.DataFrame(columns=["arm", "weights", "accidents", "effective", "largest_share"])
    held = estimators.arrays(question)
    told = []
    for kind, weight in zip(KINDS, _weights(held, bound), strict=True):
        for name, arm in (("second pilot aboard", held.exposed), ("one pilot", ~held.exposed)):
            own = weight[arm]
            counts = {"accidents": len(own), "effective": effective_size(own)}
            told.append(
                {"arm": name, "weights": kind} | counts | {"largest_share": own.max() / own.sum()}
            )
    return pd.DataFrame(told)


def scores(question: Question) -> pd.DataFrame:
    """Return each accident's propensity and arm, in order of propensity.

    Returns
    -------
    pandas.DataFrame
        ``arm, propensity``.
    """
    if not question.is_answerable:
        return pd.DataFrame(columns=["arm", "propensity"])
    held = estimators.arrays(question)
    names = np.where(held.exposed, "second pilot aboard", "one pilot")
    found = pd.DataFrame({"arm": names, "propensity": estimators.propensity(held)})
    return found.sort_values(["propensity", "arm"], ignore_index=True)


def who(question: Question) -> pd.DataFrame:
    """Return how the arms differ before anything is adjusted, and what goes with death.

    Returns
    -------
    pandas.DataFrame
        ``covariate``, its mean ``with_second_pilot`` and ``one_pilot`` (shares for flags), and the
        fatal share of lone pilots' accidents where it is high (``fatal_if_high``) or not
        (``fatal_if_low``): a flag that is set, a number above its median.
    """
    columns = ["covariate", "with_second_pilot", "one_pilot", "fatal_if_high", "fatal_if_low"]
    if not question.is_answerable:
        return pd.DataFrame(columns=columns)
    exposed, fatal, told = question.exposed, question.fatal, []
    for name in question.covariates:
        values = question.rows[name].to_numpy(dtype=float)
        high = values > (np.median(values) if len(np.unique(values)) > 2 else 0.5)
        means = values[exposed].mean(), values[~exposed].mean()
        told.append((LABELS.get(name, name), *means, *_shares(fatal, ~exposed, high)))
    return pd.DataFrame(told, columns=columns)


def _shares(fatal: np.ndarray, alone: np.ndarray, high: np.ndarray) -> list[float]:
    sides = (fatal[alone & side] for side in (high, ~high))
    return [float(side.mean()) if len(side) else float("nan") for side in sides]
