"""Odds of an accident's being fatal with a trait against without it: crude and adjusted.

Each trait is compared in a population in which both kinds fly, and adjusted for what the diagram
of `hindcast.analysis.aircraft.reasons` asks for. Where imputed columns are needed, the regressions
over the completed sets are pooled by Rubin's rules.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student
from statsmodels.discrete.discrete_model import Logit
from statsmodels.stats.multitest import multipletests

from hindcast.analysis.aircraft.comparisons import (
    COMPARISONS,
    IMPUTED,
    STEPS,
    Comparison,
    columns,
    design,
    population,
)

COMPLETE = "complete rows only"
NOTHING = dict.fromkeys(["odds_ratio", "low", "high", "p_value"], np.nan)


def compared(
    fleet: pd.DataFrame,
    completed: list[pd.DataFrame],
    comparison: Comparison,
    nodes: Iterable[str],
) -> dict[str, float]:
    """Return one trait's odds ratio, adjusted for some nodes of the diagram.

    Parameters
    ----------
    fleet
        Of `hindcast.analysis.aircraft.fleet.fleet`.
    completed
        Of `hindcast.analysis.aircraft.imputing.completed`; empty to use complete rows only.
    nodes
        Of the diagram; none for the crude ratio.

    Returns
    -------
    dict
        ``odds_ratio, low, high, p_value, rows, given``; missing where the trait does not vary.
    """
    terms = [comparison.column, *columns(comparison, nodes)]
    given = population(fleet, comparison.population)
    filled = [term for term in terms if term in IMPUTED and completed]
    rows = given.dropna(subset=[term for term in terms if term not in filled])
    counts = {"rows": len(rows), "given": len(given)}
    fixed = design(rows, [term for term in terms if term not in filled])
    sets = [fixed.join(one.loc[rows.index, filled]) for one in completed] if filled else [fixed]
    outcome = rows["is_fatal"].astype(float)
    if not _varies(sets[0], outcome, comparison.column):
        return NOTHING | counts
    return _pooled([_coefficient(one, outcome, comparison.column) for one in sets]) | counts


def _varies(terms: pd.DataFrame, outcome: pd.Series, column: str) -> bool:
    """Say whether fatal and other accidents each occur with several values of a trait."""
    if column not in terms or outcome.min() == outcome.max():
        return False
    return all(np.ptp(terms.loc[outcome == side, column]) > 0 for side in (0, 1))


def _coefficient(terms: pd.DataFrame, outcome: pd.Series, column: str) -> tuple[float, float]:
    fit = logit(terms, outcome)
    return float(fit.params[column]), float(fit.bse[column])


def logit(terms: pd.DataFrame, outcome: pd.Series) -> Any:
    """Return statsmodels' logistic regression with robust (HC1) errors."""
    return Logit(outcome, terms).fit(method="newton", disp=False, cov_type="HC1")


def _pooled(fits: list[tuple[float, float]]) -> dict[str, float]:
    """Pool a coefficient over imputations: variance within and between them (Rubin 1987)."""
    betas, errors = np.array(fits).T
    many, beta, within = len(betas), float(betas.mean()), float(np.square(errors).mean())
    more = (1 + 1 / many) * float(betas.var(ddof=1)) if many > 1 else 0.0
    freedom = (many - 1) * (1 + within / more) ** 2 if more > 0 else np.inf
    error = np.sqrt(within + more)
    reach = student.ppf(0.975, freedom) * error
    bounds = {"low": float(np.exp(beta - reach)), "high": float(np.exp(beta + reach))}
    p_value = float(2 * student.sf(abs(beta) / error, freedom))
    return {"odds_ratio": float(np.exp(beta)), **bounds, "p_value": p_value}


def steps(fleet: pd.DataFrame, completed: list[pd.DataFrame]) -> pd.DataFrame:
    """Return every trait's odds ratio, from crude to adjusted for all that the diagram asks for.

    The last step asks the same of rows that lack nothing: what imputation does to the answer.

    Returns
    -------
    pandas.DataFrame
        ``exposure, population, step, odds_ratio, low, high, p_value, rows, given``.
    """
    last = list(STEPS.values())[-1]
    asked = [(name, nodes, completed) for name, nodes in STEPS.items()] + [(COMPLETE, last, [])]
    told = []
    for one in COMPARISONS:
        for name, nodes, sets in asked:
            row = {"exposure": one.label, "population": one.population, "step": name}
            told.append(row | compared(fleet, sets, one, nodes))
    return pd.DataFrame(told)


def crude_and_adjusted(found: pd.DataFrame) -> pd.DataFrame:
    """Return the first and the fullest of `steps` as ``kind`` crude and adjusted."""
    kinds = {"crude": "crude", list(STEPS)[-1]: "adjusted"}
    rows = found[found["step"].isin(kinds)]
    return rows.assign(kind=rows["step"].map(kinds)).dropna(subset="odds_ratio")


def adjusted(found: pd.DataFrame) -> pd.DataFrame:
    """Return the fullest of `steps`, with p-values for having asked of several traits at once.

    Returns
    -------
    pandas.DataFrame
        Without ``step``, with ``p_holm`` (Holm's correction over the traits that have a ratio).
    """
    rows = found[found["step"] == list(STEPS)[-1]].drop(columns="step").reset_index(drop=True)
    has = rows["p_value"].notna()
    corrected = multipletests(rows.loc[has, "p_value"], method="holm")[1] if has.any() else []
    return rows.assign(p_holm=pd.Series(corrected, rows.index[has], dtype="float64"))
