"""What changed over the years, apart from a trend, when the coding changed.

The unit is the year: shares of reports that have a code, by year, in a logistic regression on a
trend and a step. Years differ by more than chance, so intervals are widened by the spread that is
left (quasi-binomial, t intervals). A year without rows is a gap: it is not in the regression.
"""

import logging
from collections.abc import Iterator

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.stats import beta as beta_distribution
from scipy.stats import false_discovery_control, t

from hindcast.analysis.causes import codes, events
from hindcast.analysis.causes.flags import STOPPED

log = logging.getLogger(__name__)

KINDS = {"section": "finding", "modifier": "modifier"}
LEAST_YEARS = 6
"""Years with reports that a trend and a step need."""


def of_findings(findings: pd.DataFrame, least: int) -> pd.DataFrame:
    """Return by year how many reports have each section of findings and each modifier.

    Parameters
    ----------
    findings
        Of `hindcast.analysis.causes.codes.findings`.
    least
        Reports that a code needs in all years together.

    Returns
    -------
    pandas.DataFrame
        ``kind, code, name, year, with_code, reports``: of the accidents of a year that have any
        finding with a code. Each code has a row for every year with reports, with 0 where it is
        not found.
    """
    coded = findings[findings["category"].ne(codes.NOT_CODED)]
    reports = coded.groupby("year")["ev_id"].nunique()
    tables = [_counted(codes.told(coded, level), level, reports, least) for level in KINDS]
    return pd.concat(tables, ignore_index=True)


def _counted(once: pd.DataFrame, column: str, reports: pd.Series, least: int) -> pd.DataFrame:
    wide = pd.crosstab(once["year"], once[column]).reindex(reports.index, fill_value=0)
    often = wide.loc[:, wide.sum() >= least].rename_axis(columns="code")
    long = often.melt(ignore_index=False, value_name="with_code").reset_index()
    return long.assign(
        kind=KINDS.get(column, "event"),
        name=long["code"].map(_names(column)).fillna(long["code"]),
        reports=long["year"].map(reports),
    )


def _names(column: str) -> dict[str, str]:
    if column == "section":
        return codes.labels("section")
    if column == "modifier":
        return codes.modifiers()
    return {}


def of_events(accidents: pd.DataFrame, least: int) -> pd.DataFrame:
    """Return by year how many accidents have each defining event, like `of_findings`.

    Only of `hindcast.analysis.causes.events.fair_years`.
    """
    fair = events.fair_years(accidents)
    kept = accidents[accidents["year"].isin(fair) & accidents["occurrence"].notna()]
    log.info("years whose events are coded: %d accidents before, %d", len(accidents), len(kept))
    if kept.empty:
        return pd.DataFrame(columns=["kind", "code", "name", "year", "with_code", "reports"])
    once = kept.assign(occurrence=kept["occurrence"].astype(str))
    return _counted(once, "occurrence", kept.groupby("year").size(), least)


def joined(counts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the counts of findings, modifiers and events as one frame."""
    return pd.concat([own for own in counts if len(own)] or counts[:1], ignore_index=True)


def tested(counts: pd.DataFrame, step: int = STOPPED) -> pd.DataFrame:
    """Return for each code its trend and its step, with 95% intervals and controlled discoveries.

    Parameters
    ----------
    counts
        Of `of_findings` and `of_events`.
    step
        First year after the step.

    Returns
    -------
    pandas.DataFrame
        ``kind, code, name, with_code, trend, trend_low, trend_high`` (odds ratio a year), ``step,
        step_low, step_high`` (odds ratio after over before, beyond the trend), ``spread`` (of the
        years, 1 by chance), ``lag1`` (correlation of neighbouring residuals), ``trend_q, step_q``
        (false discoveries controlled over all codes and both questions). A code whose years do not
        allow both is left out.
    """
    rows = []
    for (kind, code, name), own in counts.groupby(["kind", "code", "name"], sort=True):
        if _enough(own, step):
            told = {"kind": kind, "code": code, "name": name, "with_code": own["with_code"].sum()}
            rows.append(told | _fitted(own, step))
    if not rows:
        return pd.DataFrame(columns=[*_COLUMNS, "trend_q", "step_q"])
    found = pd.DataFrame(rows)
    q = false_discovery_control(found[["trend_p", "step_p"]].to_numpy().ravel()).reshape(-1, 2)
    found = found.assign(trend_q=q[:, 0], step_q=q[:, 1])
    return found[[*_COLUMNS, "trend_q", "step_q"]].reset_index(drop=True)


_COLUMNS = [
    "kind", "code", "name", "with_code", "trend", "trend_low", "trend_high",
    "step", "step_low", "step_high", "spread", "lag1",
]  # fmt: skip


def _enough(own: pd.DataFrame, step: int) -> bool:
    """Say whether reports with and without the code stand on both sides of the step."""
    after = own["year"].ge(step)
    without = own["reports"] - own["with_code"]
    sides = [kind[side].sum() for side in (after, ~after) for kind in (own["with_code"], without)]
    return len(own) >= LEAST_YEARS and (~after).sum() >= 2 and min(sides) > 0


def _fitted(own: pd.DataFrame, step: int) -> dict[str, float]:
    result = _regression(own, _design(own["year"], step))
    left = len(own) - 3
    spread = max(float(result.pearson_chi2) / left, 1.0)
    error = np.asarray(result.bse) * np.sqrt(spread)
    beta = np.asarray(result.params)
    wide = t.ppf(0.975, left) * error
    p = 2 * t.sf(np.abs(beta / error), left)
    told = {"spread": spread, "lag1": _lag1(np.asarray(result.resid_pearson))}
    for at, name in ((1, "trend"), (2, "step")):
        bounds = np.exp([beta[at], beta[at] - wide[at], beta[at] + wide[at]])
        told |= dict(zip((name, f"{name}_low", f"{name}_high"), bounds, strict=True))
        told[f"{name}_p"] = p[at]
    return told


def _design(year: pd.Series, step: int) -> np.ndarray:
    centred = year - year.mean()
    return np.column_stack([np.ones(len(year)), centred, year.ge(step)]).astype(float)


def _regression(own: pd.DataFrame, design: np.ndarray):
    outcome = np.column_stack([own["with_code"], own["reports"] - own["with_code"]])
    return sm.GLM(outcome, design, family=sm.families.Binomial()).fit()


def _lag1(residuals: np.ndarray) -> float:
    return float((residuals[1:] * residuals[:-1]).sum() / (residuals**2).sum())


def _explained(own: pd.DataFrame, steps: list[int]) -> Iterator[tuple[int, float]]:
    """Yield each step with the share of the trend's deviance that it explains."""
    if not steps:
        return
    trend = _regression(own, _design(own["year"], 0)[:, :2]).deviance
    for step in steps:
        left = _regression(own, _design(own["year"], step)).deviance
        yield step, 1 - left / trend if trend > 0 else 0.0


def candidates(counts: pd.DataFrame) -> pd.DataFrame:
    """Return how much a step in each year would explain, over all codes, beyond their trends.

    A coding change that matters stands out among the years in which nothing was announced.

    Parameters
    ----------
    counts
        Of `of_findings`.

    Returns
    -------
    pandas.DataFrame
        ``kind, year, codes, explained, by_chance``: the median over codes of the share of the
        deviance left by a trend which a step from that year on explains, and what it would be in
        pure noise (the median of a beta distribution). Steps need two years before and one after.
    """
    rows = []
    for (kind, code), own in counts.groupby(["kind", "code"], sort=True):
        years = [year for year in sorted(own["year"]) if _enough(own, year)]
        noise = beta_distribution.median(0.5, max(len(own) - 3, 1) / 2)
        rows += [(kind, code, year, share, noise) for year, share in _explained(own, years)]
    told = pd.DataFrame(rows, columns=["kind", "code", "year", "explained", "by_chance"])
    medians = told.groupby(["kind", "year"])[["explained", "by_chance"]].median()
    sizes = told.groupby(["kind", "year"]).size().rename("codes")
    return sizes.to_frame().join(medians, validate="one_to_one").reset_index()
