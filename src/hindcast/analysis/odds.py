"""Odds ratios from logistic regressions: crude, adjusted, with robust intervals.

A regression sees only complete rows; each result says how many accidents that were. An odds ratio
of an accident's being fatal compares accidents, not flights.
"""

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf

log = logging.getLogger(__name__)

Z95 = 1.959963984540054
"""The 97.5% quantile of the normal distribution."""


@dataclass(frozen=True)
class Fit:
    """A logistic regression.

    Attributes
    ----------
    result
        Of statsmodels' GLM, with HC1 errors.
    rows, given
        Accidents in the regression, and those it was given (the rest lack a value).
    """

    result: Any
    rows: int
    given: int


def logistic(accidents: pd.DataFrame, formula: str) -> Fit:
    """Fit a formula such as ``is_fatal ~ is_imc + C(faa_region)`` with robust (HC1) errors.

    Parameters
    ----------
    accidents
        One row each; booleans count as 0 and 1. Rows that lack any value of the formula are left
        out, and counted.

    Raises
    ------
    ValueError
        The outcome does not vary over the complete rows.
    """
    model = smf.glm(formula, numeric(accidents), family=sm.families.Binomial(), missing="drop")
    outcome = np.asarray(model.endog)
    if not len(outcome) or not 0 < outcome.mean() < 1:
        raise ValueError(f"{formula}: the outcome does not vary over {len(outcome)} complete rows")
    log.info("%s: %d rows before, %d complete", formula, len(accidents), len(outcome))
    return Fit(model.fit(cov_type="HC1"), len(outcome), len(accidents))


def numeric(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with booleans, nullable or not, as 0.0, 1.0 and NaN."""
    flags = [c for c in accidents if pd.api.types.is_bool_dtype(accidents[c].dtype)]
    return accidents.astype(dict.fromkeys(flags, "float64"))


def ratios(fit: Fit) -> pd.DataFrame:
    """Return the odds ratio of every term but the intercept, with 95% intervals.

    Returns
    -------
    pandas.DataFrame
        ``term, odds_ratio, low, high, p_value``, in the order of the formula.
    """
    terms = [name for name in fit.result.params.index if name != "Intercept"]
    beta, error = fit.result.params[terms], fit.result.bse[terms]
    columns = {
        "term": terms,
        "odds_ratio": np.exp(beta).to_numpy(),
        "low": np.exp(beta - Z95 * error).to_numpy(),
        "high": np.exp(beta + Z95 * error).to_numpy(),
        "p_value": fit.result.pvalues[terms].to_numpy(),
    }
    return pd.DataFrame(columns)


def formula(accidents: pd.DataFrame, outcome: str, terms: list[str]) -> str:
    """Return ``outcome ~ terms``; columns of text or categories become ``C(column)``.

    Examples
    --------
    >>> formula(pd.DataFrame({"y": [0.0], "hours": [1.0], "make": ["A"]}), "y", ["hours", "make"])
    'y ~ hours + C(make)'
    """
    numbers = numeric(accidents[terms])
    parts = [t if pd.api.types.is_numeric_dtype(numbers[t].dtype) else f"C({t})" for t in terms]
    return f"{outcome} ~ {' + '.join(parts)}"


def crude_and_adjusted(
    accidents: pd.DataFrame,
    exposures: dict[str, str],
    adjusted_for: dict[str, list[str]],
    outcome: str = "is_fatal",
) -> pd.DataFrame:
    """Return each exposure's odds ratio alone and adjusted, on the same complete rows.

    Parameters
    ----------
    exposures
        Label -> column of 0 and 1 (or booleans).
    adjusted_for
        Column of the exposure -> columns that it is adjusted for.

    Returns
    -------
    pandas.DataFrame
        ``exposure, kind`` (crude or adjusted), ``odds_ratio, low, high, p_value, rows, given``. An
        exposure for which no row is complete, or that does not vary, is left out.
    """
    told = []
    for label, column in exposures.items():
        others = adjusted_for[column]
        complete = accidents.dropna(subset=[outcome, column, *others])
        if complete[column].nunique() < 2 or complete[outcome].nunique() < 2:
            log.warning("%s: %d complete accidents do not vary", label, len(complete))
            continue
        for kind, terms in (("crude", [column]), ("adjusted", [column, *others])):
            fit = logistic(complete, formula(complete, outcome, terms))
            row = ratios(fit).set_index("term").loc[column]
            counts = {"rows": fit.rows, "given": len(accidents)}
            told.append({"exposure": label, "kind": kind, **row.to_dict(), **counts})
    return pd.DataFrame(told)
