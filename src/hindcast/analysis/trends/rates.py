"""How accidents change from year to year once the months are taken out: count regressions.

Counts, not rates: how much was flown is not in these records. A ratio compares the accidents of a
year with those of the year before, whatever was flown in either.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import optimize, stats

from hindcast.analysis.odds import Z95
from hindcast.analysis.trends.series import BREAK

LEAST_MONTHS = 36
LAGS = 12
"""Months over which residuals may be correlated (Newey-West errors)."""

FORMULA = "n ~ year + C(month_no)"
PANDEMIC = ("2020-03-01", "2020-12-01")
"""First and last month whose counts the pandemic's spring and the rest of that year shape."""


@dataclass(frozen=True)
class Fitted:
    """Poisson and negative-binomial regression of the same monthly counts.

    Attributes
    ----------
    poisson, negative_binomial
        Results of statsmodels; errors allow for correlation over `LAGS` months.
    alpha
        Overdispersion: the variance is ``mean + alpha * mean ** 2``.
    dispersion
        Pearson's chi-square over its degrees of freedom, of the Poisson regression; 1 is Poisson.
    p_overdispersed
        Of Cameron and Trivedi's test against variance growing as ``mean ** 2``, one-sided.
    months
        How many.
    """

    poisson: Any
    negative_binomial: Any
    alpha: float
    dispersion: float
    p_overdispersed: float
    months: int


def prepared(months: pd.DataFrame, what: str = "accidents") -> pd.DataFrame:
    """Return rows for the regressions: ``n, year`` (years since the middle), ``month_no, days``."""
    rows = months.dropna(subset=["accidents"])
    middle = rows["month"].min() + (rows["month"].max() - rows["month"].min()) / 2
    counts = rows["accidents"] - rows["fatal"] if what == "not fatal" else rows[what]
    return pd.DataFrame(
        {
            "month": rows["month"],
            "n": counts.astype(float),
            "year": (rows["month"] - middle).dt.days / 365.25,
            "month_no": rows["month"].dt.month,
            "days": np.log(rows["month"].dt.days_in_month),
            "is_from_2008": rows["month"].ge(BREAK).astype(float),
            "is_2020": rows["month"].between(*PANDEMIC).astype(float),
        }
    )


def fit(rows: pd.DataFrame, formula: str = FORMULA) -> Fitted | None:
    """Fit both regressions with the months' lengths as offset; None for fewer than three years."""
    if len(rows) < LEAST_MONTHS or rows["n"].sum() == 0:
        return None
    robust = {"cov_type": "HAC", "cov_kwds": {"maxlags": LAGS}}
    model = smf.glm(formula, rows, family=sm.families.Poisson(), offset=rows["days"])
    poisson = model.fit(**robust)
    mean = poisson.fittedvalues
    alpha = _alpha(rows["n"], mean, int(poisson.df_resid))
    family = sm.families.NegativeBinomial(alpha=max(alpha, 1e-8))
    negative = smf.glm(formula, rows, family=family, offset=rows["days"]).fit(**robust)
    dispersion = float(poisson.pearson_chi2 / poisson.df_resid)
    return Fitted(poisson, negative, alpha, dispersion, _overdispersed(rows["n"], mean), len(rows))


def _alpha(n: pd.Series, mean: pd.Series, df: int) -> float:
    """Solve ``sum((n - mean)^2 / (mean + alpha mean^2)) = df`` for alpha; 0 where none is above."""
    squares = ((n - mean) ** 2).to_numpy()

    def excess(alpha: float) -> float:
        return float((squares / (mean + alpha * mean**2)).sum()) - df

    return float(optimize.brentq(excess, 0.0, 100.0)) if excess(0.0) > 0 else 0.0


def _overdispersed(n: pd.Series, mean: pd.Series) -> float:
    """Return the one-sided p-value of Cameron and Trivedi's regression-based test."""
    extra = ((n - mean) ** 2 - n) / mean
    test = sm.OLS(extra.to_numpy(), mean.to_numpy()).fit()
    return float(stats.norm.sf(test.tvalues[0]))


def trends(months: pd.DataFrame) -> pd.DataFrame:
    """Return the change a year of accidents, fatal ones and the others, with and without 2020.

    Returns
    -------
    pandas.DataFrame
        ``what, months, ratio, low, high, p_value`` (a ratio of 0.98: 2% fewer each year; 95%
        intervals of the negative binomial), ``dispersion, alpha, p_overdispersed``. No rows where
        there are fewer than three years.
    """
    told = []
    for what in ("accidents", "fatal", "not fatal"):
        rows = prepared(months, what)
        for formula, name in ((FORMULA, what), (f"{FORMULA} + is_2020", f"{what}, 2020 apart")):
            if name == what or 0 < rows["is_2020"].sum() < len(rows):
                fitted = fit(rows, formula)
                told += [] if fitted is None else [{"what": name, **slope(fitted)}]
    return pd.DataFrame(told, columns=["what", *_SLOPE])


_SLOPE = ["months", "ratio", "low", "high", "p_value", "dispersion", "alpha", "p_overdispersed"]


def slope(fitted: Fitted, term: str = "year") -> dict[str, float]:
    """Return the ratio of a term with its 95% interval, and the dispersion."""
    result = fitted.negative_binomial
    beta, error = float(result.params[term]), float(result.bse[term])
    ends = {"low": np.exp(beta - Z95 * error), "high": np.exp(beta + Z95 * error)}
    return {
        "months": fitted.months,
        "ratio": float(np.exp(beta)),
        **{name: float(end) for name, end in ends.items()},
        "p_value": float(result.pvalues[term]),
        "dispersion": fitted.dispersion,
        "alpha": fitted.alpha,
        "p_overdispersed": fitted.p_overdispersed,
    }


def models(fitted: Fitted | None) -> pd.DataFrame:
    """Compare Poisson and negative binomial: AIC, dispersion, width of the trend's interval."""
    told = []
    for name in ("poisson", "negative_binomial") if fitted else ():
        result = getattr(fitted, name)
        extra = int(name == "negative_binomial")
        ratio, error = np.exp(result.params["year"]), result.bse["year"]
        told.append(
            {
                "regression": name.replace("_", " "),
                "AIC": round(float(result.aic) + 2 * extra, 1),
                "Pearson chi2 / df": round(float(result.pearson_chi2 / result.df_resid), 2),
                "ratio a year": round(float(ratio), 4),
                "low": round(float(np.exp(result.params["year"] - Z95 * error)), 4),
                "high": round(float(np.exp(result.params["year"] + Z95 * error)), 4),
            }
        )
    return pd.DataFrame(told)


def months_of_year(fitted: Fitted) -> pd.DataFrame:
    """Return accidents per day by month of the year over January's, with 95% intervals.

    Returns
    -------
    pandas.DataFrame
        ``month_no, ratio, low, high``; January is 1 without an interval.
    """
    result = fitted.negative_binomial
    told = [{"month_no": 1, "ratio": 1.0, "low": 1.0, "high": 1.0}]
    for month in range(2, 13):
        term = f"C(month_no)[T.{month}]"
        if term in result.params:
            beta, error = result.params[term], result.bse[term]
            ends = np.exp([beta, beta - Z95 * error, beta + Z95 * error])
            told.append(
                dict(zip(("month_no", "ratio", "low", "high"), (month, *ends), strict=True))
            )
    return pd.DataFrame(told)


def eras(months: pd.DataFrame) -> pd.DataFrame:
    """Return the yearly ratio before 2008 and from 2008 on, and the step between the two.

    Returns
    -------
    pandas.DataFrame
        ``what, ratio, low, high``; no rows where one side has fewer than three years.
    """
    rows = prepared(months)
    sides = [rows[rows["is_from_2008"].eq(side)] for side in (0.0, 1.0)]
    fits = [fit(side) for side in sides]
    if None in fits:
        return pd.DataFrame(columns=["what", "ratio", "low", "high"])
    since = (rows["month"] - BREAK).dt.days / 365.25
    both = rows.assign(year=since, later=since.clip(lower=0))
    step = fit(both, f"{FORMULA} + later + is_from_2008")
    told = [("a year, 1982-2007", slope(fits[0])), ("a year, from 2008", slope(fits[1]))]
    told.append(("the step at 2008", slope(step, "is_from_2008")))
    table = pd.DataFrame([{"what": what, **found} for what, found in told])
    return table[["what", "ratio", "low", "high"]]
