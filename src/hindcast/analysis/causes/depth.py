"""How many findings a report has: investigations of deaths go deeper, so they find more."""

import numpy as np
import pandas as pd
from scipy.stats import t

from hindcast.analysis.odds import Z95

MOST = 8
"""Reports of so many findings or more are told together."""
SEVERITY = {True: "fatal", False: "not fatal"}


def counted(accidents: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Return the accidents of known severity with their number of different findings.

    Parameters
    ----------
    accidents
        With ``ev_id, year, is_fatal``.
    findings
        Of `hindcast.analysis.causes.codes.findings`; a path told twice counts once, whatever its
        modifier. Findings without a code, which cannot be told apart, count once.

    Returns
    -------
    pandas.DataFrame
        ``ev_id, year, severity, findings``; 0 for an accident without any. No row where these
        records have no findings at all.
    """
    known = accidents[accidents["is_fatal"].notna()]
    if findings.empty:
        known = known.head(0)
    number = findings.groupby("ev_id")["subsection"].nunique()
    told = known["ev_id"].map(number).fillna(0).astype("int64")
    severity = known["is_fatal"].astype(bool).map(SEVERITY)
    columns = {"year": known["year"], "severity": severity, "findings": told}
    return pd.DataFrame({"ev_id": known["ev_id"], **columns}).reset_index(drop=True)


def spread(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the share of reports with each number of findings, by severity.

    Returns
    -------
    pandas.DataFrame
        ``severity, findings, accidents, share``; the last number stands for more as well.
    """
    capped = counts.assign(findings=counts["findings"].clip(upper=MOST))
    told = capped.groupby(["severity", "findings"]).size().rename("accidents").reset_index()
    of = told.groupby("severity")["accidents"].transform("sum")
    return told.assign(share=told["accidents"] / of)


def means(counts: pd.DataFrame, *by: str) -> pd.DataFrame:
    """Return the mean number of findings by group, with t intervals (95%).

    Returns
    -------
    pandas.DataFrame
        ``*by, accidents, mean, low, high``; a group of one accident has no interval.
    """
    told = counts.groupby(list(by))["findings"].agg(["size", "mean", "sem"]).reset_index()
    wide = told["sem"] * t.ppf(0.975, told["size"].sub(1).clip(lower=1))
    bounds = {"low": told["mean"] - wide, "high": told["mean"] + wide}
    return told.assign(**bounds).rename(columns={"size": "accidents"}).drop(columns="sem")


def ratio(counts: pd.DataFrame) -> tuple[float, float, float]:
    """Return findings per fatal accident over findings per other accident, with a 95% interval.

    The interval is that of a Poisson regression with robust errors, which here is the delta method
    on the logarithm of two means. NaN where either severity is lacking.
    """
    told = counts.groupby("severity")["findings"].agg(["size", "mean", "sem"])
    told = told.reindex(list(SEVERITY.values()))
    if not told["mean"].gt(0).all():
        return (np.nan, np.nan, np.nan)
    value = told["mean"]["fatal"] / told["mean"]["not fatal"]
    error = np.sqrt((told["sem"] / told["mean"]).pow(2).sum())
    return (value, value * np.exp(-Z95 * error), value * np.exp(Z95 * error))
