"""Age and hours go together, and both with the purpose of the flight: what each adds."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import patsy
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.outliers_influence import variance_inflation_factor

from hindcast.analysis import odds
from hindcast.analysis.crew import people, splines
from hindcast.analysis.crew.splines import Smooth
from hindcast.analysis.odds import Fit

LADDER = ("alone", "given the other", "given the other, purpose, profession and year")
"""Steps of adjusting; "the other" is hours for age, and age for hours."""
SURFACE_KNOTS = 3


@dataclass(frozen=True)
class Surface:
    """A regression on age, hours and their product, and the same without the product."""

    rows: pd.DataFrame
    joint: Fit
    additive: Fit


def ladder(accidents: pd.DataFrame, column: str, other: str, count: int = 4) -> dict[str, Smooth]:
    """Fit a column alone, with the other, and with purpose, profession and year besides.

    All on the same accidents, those in which both are told.

    Returns
    -------
    dict
        Step of `LADDER` -> fit; empty where too few accidents are complete.
    """
    rows = accidents.dropna(subset=[column, other, "is_fatal"])
    rows = people.plain(rows, "purpose", "professional")
    alone = splines.smooth(rows, column, count=count)
    if alone is None:
        return {}
    beside = [splines.term(other, splines.knots(rows[other], count))]
    full = [*beside, "C(purpose)", "C(professional)", "C(year)"]
    joint = (splines.smooth(rows, column, terms, count=count) for terms in (beside, full))
    made = zip(LADDER, (alone, *joint), strict=True)
    return {name: one for name, one in made if one is not None}


def first(steps: dict[str, Smooth]) -> Smooth | None:
    """Return the crude fit of a `ladder`, or None of an empty one."""
    return steps.get(LADDER[0])


def ends(steps: dict[str, Smooth]) -> dict[str, Smooth]:
    """Return the crude and the most adjusted fit of a `ladder`."""
    if not steps:
        return {}
    return {"crude": steps[LADDER[0]], "adjusted": list(steps.values())[-1]}


def collinearity(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return how far age and log hours tell the same: rank correlation and variance inflation.

    Returns
    -------
    pandas.DataFrame
        One row: ``accidents, spearman, low, high`` (Fisher's interval) and ``inflation``, the
        factor by which the variance of age's slope grows with hours, purpose and profession in the
        model; empty where fewer than 30 accidents tell both.
    """
    rows = accidents.dropna(subset=["age", "log_hours"])
    if len(rows) < 30:
        return pd.DataFrame(columns=["accidents", "spearman", "low", "high", "inflation"])
    found = float(stats.spearmanr(rows["age"], rows["log_hours"]).statistic)
    # Standard error of Fisher's z for a rank correlation: Fieller, Hartley and Pearson (1957).
    width = odds.Z95 * 1.03 / np.sqrt(len(rows) - 3)
    low, high = np.tanh(np.arctanh(found) + np.array([-width, width]))
    design = patsy.dmatrix(
        "age + log_hours + C(purpose) + C(professional)",
        people.plain(rows, "purpose", "professional"),
    )
    told = {"spearman": found, "low": low, "high": high}
    inflation = variance_inflation_factor(np.asarray(design), list(_names(design)).index("age"))
    return pd.DataFrame([{"accidents": len(rows), **told, "inflation": float(inflation)}])


def _names(design: patsy.DesignMatrix) -> list[str]:
    return list(design.design_info.column_names)


def surface(accidents: pd.DataFrame) -> Surface | None:
    """Fit age and hours with and without their interaction; None where too few are complete."""
    rows = accidents.dropna(subset=["age", "log_hours", "is_fatal"])
    if splines.smooth(rows, "age", count=SURFACE_KNOTS + 2) is None:
        return None
    at = {name: splines.knots(rows[name], SURFACE_KNOTS) for name in ("log_hours", "age")}
    hours, age = (splines.term(name, found) for name, found in at.items())
    joint = odds.logistic(rows, f"is_fatal ~ {hours} * {age}")
    return Surface(rows, joint, odds.logistic(rows, f"is_fatal ~ {hours} + {age}"))


def cells(found: Surface | None, ages: list[int], hours: list[int], least: int) -> pd.DataFrame:
    """Return the fitted fatal share by band of age and hours.

    Parameters
    ----------
    ages, hours
        Edges of the bands.
    least
        Bands with fewer accidents have no share.

    Returns
    -------
    pandas.DataFrame
        ``age, hours`` (bands in words), ``accidents, fatal_share`` (mean of the fitted shares of
        the band's accidents).
    """
    if found is None:
        return pd.DataFrame(columns=["age", "hours", "accidents", "fatal_share"])
    fitted = found.rows.assign(fitted=np.asarray(found.joint.result.fittedvalues))
    fitted["age"] = pd.cut(fitted["age"], ages, right=False, labels=_bands(ages))
    fitted["hours"] = pd.cut(
        np.expm1(fitted["log_hours"]), hours, right=False, labels=_bands(hours)
    )
    grouped = fitted.groupby(["age", "hours"], observed=False)["fitted"]
    table = grouped.agg(accidents="size", fatal_share="mean").reset_index()
    return table.assign(fatal_share=table["fatal_share"].where(table["accidents"].ge(least)))


def _bands(edges: list[int]) -> list[str]:
    inner = [f"{low:,}-{high - 1:,}" for low, high in pairwise(edges[:-1])]
    return [f"under {edges[1]:,}", *inner[1:], f"{edges[-2]:,} and more"]


def tests(found: Surface | None, steps: dict[str, dict[str, Smooth]]) -> pd.DataFrame:
    """Return what each adds: the other's spline, purpose and the rest, the interaction.

    Parameters
    ----------
    steps
        ``hours`` and ``age`` -> its `ladder`.

    Returns
    -------
    pandas.DataFrame
        ``what, accidents, chi2, df, p_value, p_adjusted`` (Benjamini-Hochberg over the rows).
    """
    rows = [
        (f"{name} {step.replace('the other', other)}", _without(made[step]))
        for (name, made), other in zip(steps.items(), reversed(list(steps)), strict=True)
        for step in LADDER[1:]
        if step in made
    ]
    if found is not None:
        test = splines.likelihood_ratio(found.joint, found.additive)
        rows.append(("interaction of age and hours", (*test, found.joint.rows)))
    table = pd.DataFrame([t for _, t in rows], columns=["chi2", "df", "p_value", "accidents"])
    adjusted = multipletests(table["p_value"], method="fdr_bh")[1] if rows else []
    told = table.assign(what=[name for name, _ in rows], p_adjusted=adjusted)
    return told[["what", "accidents", "chi2", "df", "p_value", "p_adjusted"]]


def _without(one: Smooth) -> tuple[float, int, float, int]:
    """Test all of a column's spline: the same regression without it."""
    formula = one.bent.result.model.formula
    own = splines.term(one.column, one.knots)
    rest = odds.logistic(one.rows, formula.replace(f"{own} + ", ""))
    return (*splines.likelihood_ratio(one.bent, rest), one.bent.rows)
