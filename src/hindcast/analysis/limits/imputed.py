"""Missing hours filled in many times over, instead of once by their median."""

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats

from hindcast.analysis.limits import estimators
from hindcast.analysis.limits.question import EXPOSURE, OUTCOME, Question

HOURS, MISSING = "pilot_hours_log", "hours_missing"
TIMES = 10


def effect(question: Question, bound: float, seed: int) -> dict[str, float]:
    """Return the doubly robust difference with hours imputed by regression, pooled over ten sets.

    Hours are drawn from a normal regression of their logarithm on the other covariates, the
    exposure and the outcome, with the coefficients drawn too (Rubin's rules, t intervals): right if
    hours are missing at random given those.

    Returns
    -------
    dict
        ``difference, low, high``; missing where the question has no answer or no hours lack.
    """
    gaps = question.rows[MISSING].to_numpy() == 1 if MISSING in question.covariates else None
    if gaps is None or HOURS not in question.covariates or not question.is_answerable:
        return dict.fromkeys(("difference", "low", "high"), float("nan"))
    draw, found = np.random.default_rng(seed), []
    for _ in range(TIMES):
        rows = question.rows.assign(**{HOURS: _filled(question, gaps, draw)})
        held = [name for name in question.covariates if name != MISSING]
        filled = Question(rows, held, question.steps, question.left_out)
        found.append(estimators.quick(estimators.arrays(filled), bound))
    return pooled(pd.DataFrame(found))


def _filled(question: Question, gaps: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    others = [name for name in question.covariates if name not in (HOURS, MISSING)]
    design = sm.add_constant(question.rows[[*others, EXPOSURE, OUTCOME]].to_numpy(dtype=float))
    hours = question.rows[HOURS].to_numpy(dtype=float).copy()
    fit = sm.OLS(hours[~gaps], design[~gaps]).fit()
    free = max(fit.df_resid, 1)
    spread = np.sqrt(fit.ssr / draw.chisquare(free))
    scaled = fit.cov_params() / fit.scale
    beta = draw.multivariate_normal(fit.params, spread**2 * scaled, method="eigh")
    hours[gaps] = design[gaps] @ beta + spread * draw.standard_normal(gaps.sum())
    return hours


def pooled(found: pd.DataFrame) -> dict[str, float]:
    """Pool estimates over imputed sets by Rubin's rules.

    Parameters
    ----------
    found
        ``difference, error``, a row a set.

    Examples
    --------
    >>> same = pd.DataFrame({"difference": [0.1, 0.1], "error": [0.05, 0.05]})
    >>> {name: round(value, 3) for name, value in pooled(same).items()}
    {'difference': 0.1, 'low': 0.002, 'high': 0.198}
    """
    middle, within = float(found["difference"].mean()), float((found["error"] ** 2).mean())
    between = float(found["difference"].var(ddof=1)) * (1 + 1 / len(found))
    free = (len(found) - 1) * (1 + within / between) ** 2 if between > 0 else np.inf
    width = float(stats.t.ppf(0.975, free) * np.sqrt(within + between))
    return {"difference": middle, "low": middle - width, "high": middle + width}
