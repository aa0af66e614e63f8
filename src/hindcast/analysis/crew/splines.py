"""Natural cubic splines in a logistic regression: how the odds bend along hours, age and days.

Knots lie at fixed quantiles (Harrell, Regression Modeling Strategies, 2nd ed. 2015, table 2.3) and
were chosen before looking: the curve is cubic between the outer knots and straight beyond them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import patsy
from scipy import stats
from scipy.special import expit, logit
from statsmodels.stats.multitest import multipletests

from hindcast.analysis import odds
from hindcast.analysis.odds import Z95, Fit

QUANTILES = {
    3: (0.1, 0.5, 0.9),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.5, 0.725, 0.95),
}
PER_PARAMETER = 10
"""Fewest accidents of the rarer outcome for each coefficient of a regression."""


@dataclass(frozen=True)
class Smooth:
    """A logistic regression with a spline of one column, and the same with a straight line.

    Attributes
    ----------
    rows
        The complete accidents, the same in both.
    knots
        Of the column, outer ones included.
    """

    column: str
    knots: tuple[float, ...]
    rows: pd.DataFrame
    bent: Fit
    straight: Fit


def knots(values: pd.Series, count: int) -> tuple[float, ...]:
    """Return knots at Harrell's quantiles.

    Raises
    ------
    ValueError
        ``count`` has no quantiles, or values are so few or alike that knots coincide.

    Examples
    --------
    >>> knots(pd.Series(range(101)), 3)
    (10.0, 50.0, 90.0)
    """
    if count not in QUANTILES:
        raise ValueError(f"{count} knots asked for, expected one of {sorted(QUANTILES)}")
    found = tuple(float(k) for k in values.dropna().quantile(list(QUANTILES[count])))
    if len(set(found)) < count or not np.isfinite(found).all():
        raise ValueError(f"{values.name}: knots {found} coincide; use fewer of them")
    return found


def term(column: str, at: Sequence[float]) -> str:
    """Return the formula's term of a natural cubic spline with these knots."""
    inner = ", ".join(repr(float(knot)) for knot in at[1:-1])
    ends = f"lower_bound={float(at[0])!r}, upper_bound={float(at[-1])!r}"
    return f"cr({column}, knots=({inner},), {ends}, constraints='center')"


def smooth(
    accidents: pd.DataFrame,
    column: str,
    beside: Sequence[str] = (),
    needs: Sequence[str] = (),
    count: int = 4,
    outcome: str = "is_fatal",
) -> Smooth | None:
    """Fit an outcome along a column, with a spline and with a straight line.

    Parameters
    ----------
    beside
        Further terms of the formula, such as ``C(purpose)``.
    needs
        The columns in them, which have to be told.

    Returns
    -------
    Smooth or None
        None where too few accidents are complete: fewer than ten of the rarer outcome for each
        coefficient, or knots that coincide.
    """
    rows = accidents.dropna(subset=[outcome, column, *needs]).astype({outcome: float})
    rarer = min(rows[outcome].sum(), (1 - rows[outcome]).sum())
    if rarer < PER_PARAMETER * (count + len(beside)):
        return None
    at = knots(rows[column], count)
    formulas = [" + ".join([f"{outcome} ~ {own}", *beside]) for own in (term(column, at), column)]
    bent, straight = (odds.logistic(rows, formula) for formula in formulas)
    return Smooth(column, at, rows, bent, straight)


def grid(values: pd.Series, points: int = 80) -> np.ndarray:
    """Return even steps between the 1st and the 99th percentile: the ends are left to no one."""
    low, high = values.quantile([0.01, 0.99])
    return np.linspace(low, high, points)


def _design(fit: Fit, rows: pd.DataFrame) -> np.ndarray:
    spec = fit.result.model.data.model_spec
    return np.asarray(patsy.build_design_matrices([spec], rows)[0])


def _along(found: Smooth, at: np.ndarray) -> np.ndarray:
    """Return design rows that differ in the column alone."""
    rows = found.rows.iloc[[0] * len(at)].assign(**{found.column: at})
    return _design(found.bent, rows)


def shares_along(lines: Mapping[str, Smooth | None], points: int = 60) -> pd.DataFrame:
    """Return the average fatal share along a column, the accidents being what they are otherwise.

    Parameters
    ----------
    lines
        Name -> fit; None is left out.

    Returns
    -------
    pandas.DataFrame
        ``line, at, share, low, high``: predictions averaged over the accidents (marginal
        standardisation; without further terms, the prediction itself), 95% intervals by the delta
        method on the logit scale.
    """
    tables = [_averages(one, points).assign(line=name) for name, one in lines.items() if one]
    return _joined(tables, ["line", "at", "share", "low", "high"])


def _joined(tables: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return (
        pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)
    )


def _averages(found: Smooth, points: int) -> pd.DataFrame:
    at = grid(found.rows[found.column], points)
    along, beta = _along(found, at), np.asarray(found.bent.result.params)
    covariance = np.asarray(found.bent.result.cov_params())
    first = _design(found.bent, found.rows.assign(**{found.column: at[0]}))
    rows = [_average(first, step, beta, covariance) for step in along - along[0]]
    return pd.DataFrame(rows, columns=["share", "low", "high"]).assign(at=at)


def _average(
    first: np.ndarray, step: np.ndarray, beta: np.ndarray, covariance: np.ndarray
) -> tuple[float, float, float]:
    """Average the predictions of the rows ``first``, each moved by ``step``."""
    each = expit(first @ beta + step @ beta)
    share, weight = each.mean(), each * (1 - each)
    slope = (weight @ first / len(first) + weight.mean() * step) / (share * (1 - share))
    wide = Z95 * np.sqrt(slope @ covariance @ slope)
    low, high = expit(logit(share) - wide), expit(logit(share) + wide)
    return float(share), float(low), float(high)


def ratios_along(lines: Mapping[str, Smooth], reference: float, points: int = 60) -> pd.DataFrame:
    """Return the odds along a column over those at ``reference``, with 95% intervals.

    Returns
    -------
    pandas.DataFrame
        ``line, at, odds_ratio, low, high``; at the reference the ratio is 1 and has no width.
    """
    tables = [
        contrasts(one, grid(one.rows[one.column], points), reference).assign(line=name)
        for name, one in lines.items()
    ]
    return _joined(tables, ["line", "at", "odds_ratio", "low", "high"])


def contrasts(found: Smooth, at: Sequence[float] | np.ndarray, reference: float) -> pd.DataFrame:
    """Return odds ratios of some values of the column against a reference, with 95% intervals."""
    step = _along(found, np.asarray(at, float)) - _along(found, np.array([reference], float))
    effect = step @ np.asarray(found.bent.result.params)
    covariance = np.asarray(found.bent.result.cov_params())
    error = np.sqrt(np.einsum("ij,jk,ik->i", step, covariance, step).clip(min=0))
    ends = {"low": np.exp(effect - Z95 * error), "high": np.exp(effect + Z95 * error)}
    return pd.DataFrame({"at": at, "odds_ratio": np.exp(effect), **ends})


def likelihood_ratio(larger: Fit, smaller: Fit) -> tuple[float, int, float]:
    """Return statistic, degrees of freedom and p of a test between nested fits on the same rows."""
    extra = int(larger.result.df_model - smaller.result.df_model)
    statistic = max(2 * float(larger.result.llf - smaller.result.llf), 0.0)
    return statistic, extra, float(stats.chi2.sf(statistic, extra))


def against_linear(found: dict[str, Smooth | None]) -> pd.DataFrame:
    """Test each spline against its straight line, false discoveries controlled over all of them.

    Parameters
    ----------
    found
        Name -> what `smooth` gave.

    Returns
    -------
    pandas.DataFrame
        ``what, accidents, chi2, df, p_value, p_adjusted`` (Benjamini-Hochberg) and ``aic_gain``,
        by how much the spline lowers AIC. Columns that could not be fitted are left out.
    """
    rows = []
    for name, one in found.items():
        if one is not None:
            chi2, df, p = likelihood_ratio(one.bent, one.straight)
            gain = {"p_value": p, "aic_gain": chi2 - 2 * df}
            rows.append({"what": name, "accidents": one.bent.rows, "chi2": chi2, "df": df, **gain})
    table = pd.DataFrame(rows, columns=["what", "accidents", "chi2", "df", "p_value", "aic_gain"])
    adjusted = multipletests(table["p_value"], method="fdr_bh")[1] if rows else []
    return table.assign(p_adjusted=adjusted)
