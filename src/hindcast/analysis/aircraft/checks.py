"""Can the adjusted regressions be believed: separation, collinearity, calibration, shape of age."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import patsy
from scipy.stats import chi2
from statsmodels.stats.outliers_influence import variance_inflation_factor

from hindcast.analysis import shares
from hindcast.analysis.aircraft import comparisons, effects
from hindcast.analysis.aircraft.comparisons import AIRPLANES, COMPARISONS, IMPUTED, STEPS
from hindcast.analysis.aircraft.pooling import Z95

AGE = COMPARISONS[-1]
KNOTS = (0.05, 0.275, 0.5, 0.725, 0.95)
"""Quantiles of the ages (Harrell, Regression Modeling Strategies, 2015, table 2.3)."""
REFERENCE_YEARS = 20.0
ENOUGH = 200
"""Fewer accidents of known age, or fatal ones under a quarter of that, have no curve."""


@dataclass(frozen=True)
class Model:
    """The fullest regression over airplanes outside the airlines, on one completed set."""

    terms: pd.DataFrame
    outcome: pd.Series
    fit: Any


def fullest(fleet: pd.DataFrame, completed: list[pd.DataFrame]) -> Model | None:
    """Return the regression that has all traits and all that the diagram asks for.

    Parameters
    ----------
    completed
        Of `hindcast.analysis.aircraft.imputing.completed`; the first set is used.

    Returns
    -------
    Model or None
        None where fatal and other accidents are not both there.
    """
    asked = [AGE.column, *comparisons.columns(AGE, list(STEPS.values())[-1])]
    filled = completed[0][[c for c in IMPUTED if completed[0][c].notna().any()]]
    rows = comparisons.population(fleet, AIRPLANES).drop(columns=list(IMPUTED)).join(filled)
    terms = [term for term in asked if term in rows]
    rows = rows.dropna(subset=terms)
    outcome = rows["is_fatal"].astype(float)
    if outcome.nunique() < 2:
        return None
    made = comparisons.design(rows, terms)
    return Model(made, outcome, effects.logit(made, outcome))


def inflation(model: Model | None) -> pd.DataFrame:
    """Return how much each trait's variance is inflated by the other terms (VIF).

    Returns
    -------
    pandas.DataFrame
        ``term, vif``, largest first; above five to ten, terms can hardly be told apart.
    """
    if model is None:
        return pd.DataFrame({"term": [], "vif": []})
    levels = tuple(f"{name}_" for name in comparisons.LEVELS)
    names = [c for c in model.terms if c != "constant" and not c.startswith(levels)]
    matrix = model.terms.to_numpy(float)
    at = [model.terms.columns.get_loc(name) for name in names]
    found = pd.DataFrame({"term": names, "vif": [variance_inflation_factor(matrix, i) for i in at]})
    return found.sort_values("vif", ascending=False, ignore_index=True)


def cells(fleet: pd.DataFrame) -> pd.DataFrame:
    """Return how many fatal and other accidents each comparison of a flag rests on.

    Returns
    -------
    pandas.DataFrame
        ``exposure, population``, then ``with_fatal, with_other, without_fatal, without_other``.
    """
    told = []
    for one in COMPARISONS[:-1]:
        rows = comparisons.population(fleet, one.population).dropna(subset=one.column)
        flag, fatal = rows[one.column].astype(bool), rows["is_fatal"].astype(bool)
        counts = {
            f"{side}_{kind}": int((has & which).sum())
            for side, has in (("with", flag), ("without", ~flag))
            for kind, which in (("fatal", fatal), ("other", ~fatal))
        }
        told.append({"exposure": one.label, "population": one.population} | counts)
    return pd.DataFrame(told)


def calibration(model: Model | None, bins: int = 10) -> pd.DataFrame:
    """Return expected and observed fatal shares in bins of equally many accidents.

    Returns
    -------
    pandas.DataFrame
        ``expected`` (share), ``known, fatal`` and Wilson's interval.
    """
    if model is None:
        return pd.DataFrame(columns=["expected", "known", "fatal", "fatal_share", "low", "high"])
    chance = model.fit.predict(model.terms)
    place = pd.cut(chance.rank(method="first"), bins, labels=False)
    rows = pd.DataFrame({"bin": place, "expected": chance, "fatal": model.outcome})
    told = rows.groupby("bin").agg(
        expected=("expected", "mean"), known=("fatal", "size"), fatal=("fatal", "sum")
    )
    return shares.with_intervals(told.reset_index(drop=True))


def hosmer_lemeshow(found: pd.DataFrame) -> pd.DataFrame:
    """Return Hosmer and Lemeshow's statistic over the bins of `calibration`.

    Returns
    -------
    pandas.DataFrame
        One row: ``statistic, freedom, p_value`` and ``largest_gap``, the largest difference of
        expected and observed shares; none where there are no bins.
    """
    if found.empty:
        return pd.DataFrame(columns=["statistic", "freedom", "p_value", "largest_gap"])
    expected = found["expected"] * found["known"]
    variance = expected * (1 - found["expected"])
    statistic = float(((found["fatal"] - expected) ** 2 / variance).sum())
    freedom = max(len(found) - 2, 1)
    told = {"statistic": statistic, "freedom": freedom, "p_value": chi2.sf(statistic, freedom)}
    gap = (found["fatal_share"] - found["expected"]).abs().max()
    return pd.DataFrame([told | {"largest_gap": gap}])


@dataclass(frozen=True)
class AgeShape:
    """How the odds go with age, without a line being assumed.

    Attributes
    ----------
    curve
        ``age_years, kind`` (crude or adjusted), ``odds_ratio, low, high``, against
        `REFERENCE_YEARS` years.
    straight
        Likelihood-ratio test of the curve against a straight line, adjusted: ``statistic, freedom,
        p_value, rows``.
    """

    curve: pd.DataFrame
    straight: dict[str, float]


def told(shape: AgeShape | None) -> pd.DataFrame:
    """Return the test of a shape against a straight line as one row; none where there is none."""
    if shape is None:
        return pd.DataFrame(columns=["statistic", "freedom", "p_value", "rows"])
    return pd.DataFrame([shape.straight]).round({"statistic": 2, "p_value": 3})


def age_shape(fleet: pd.DataFrame) -> AgeShape | None:
    """Fit age by a cubic spline, crude and adjusted for what needs no imputation.

    Parameters
    ----------
    fleet
        Of `hindcast.analysis.aircraft.fleet.fleet`; accidents of airplanes outside the airlines
        whose year built is known.

    Returns
    -------
    AgeShape or None
        None where too few are known.
    """
    terms = comparisons.columns(AGE, STEPS["+ other traits"])
    rows = comparisons.population(fleet, AIRPLANES).dropna(subset=["age_years", *terms])
    outcome = rows["is_fatal"].astype(float)
    if len(rows) < ENOUGH or outcome.sum() < ENOUGH / 4:
        return None
    basis, design = _spline(rows["age_years"])
    sides = {"crude": comparisons.design(rows, []), "adjusted": comparisons.design(rows, terms)}
    fits = {kind: effects.logit(fixed.join(basis), outcome) for kind, fixed in sides.items()}
    curves = [_curve(fit, design, rows["age_years"]).assign(kind=k) for k, fit in fits.items()]
    line = effects.logit(sides["adjusted"].assign(age=rows["age_years"]), outcome)
    gain, freedom = float(2 * (fits["adjusted"].llf - line.llf)), basis.shape[1] - 1
    straight = {"statistic": gain, "freedom": freedom, "p_value": float(chi2.sf(gain, freedom))}
    return AgeShape(pd.concat(curves, ignore_index=True), straight | {"rows": len(rows)})


def _spline(ages: pd.Series) -> tuple[pd.DataFrame, Any]:
    """Return a natural cubic spline's basis, straight beyond the outer knots, and its design."""
    low, *inner, high = (float(knot) for knot in ages.quantile(list(KNOTS)))
    ends = f"lower_bound={low!r}, upper_bound={high!r}, constraints='center'"
    made = patsy.dmatrix(f"cr(age, knots={inner!r}, {ends}) - 1", {"age": ages.to_numpy()})
    columns = [f"age{i}" for i in range(made.shape[1])]
    return pd.DataFrame(np.asarray(made), ages.index, columns), made.design_info


def _curve(fit: Any, design: Any, ages: pd.Series) -> pd.DataFrame:
    """Return the odds ratio over the age against `REFERENCE_YEARS`, up to the oldest hundredth."""
    grid = np.linspace(ages.min(), ages.quantile(0.99), 60)
    points = {"age": np.append(grid, REFERENCE_YEARS)}
    at = np.asarray(patsy.build_design_matrices([design], points)[0])
    away, names = at[:-1] - at[-1], [f"age{i}" for i in range(at.shape[1])]
    log = away @ fit.params[names].to_numpy()
    cov = fit.cov_params().loc[names, names].to_numpy()
    error = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", away, cov, away), 0))
    bounds = {"low": np.exp(log - Z95 * error), "high": np.exp(log + Z95 * error)}
    return pd.DataFrame({"age_years": grid, "odds_ratio": np.exp(log), **bounds})
