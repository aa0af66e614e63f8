"""Fatal shares by what an aircraft is and has, and which models chance alone does not explain."""

import numpy as np
import pandas as pd
from scipy.stats import binomtest, norm
from statsmodels.stats.multitest import multipletests

from hindcast.analysis import shares

TRAITS = {
    "amateur-built": "is_homebuilt",
    "retractable gear": "is_retractable",
    "tailwheel": "is_tailwheel",
    "two or more engines": "is_multi_engine",
    "turbine": "is_turbine",
}
LEVELS = {True: "yes", False: "no"}


def ranked(fleet: pd.DataFrame, *groups: str, top: int = 20, least: int = 10) -> pd.DataFrame:
    """Return the groups with the most accidents, most first, with their fatal shares.

    Parameters
    ----------
    groups, least
        As for `hindcast.analysis.shares.by`.
    top
        How many groups.
    """
    found = shares.by(fleet, *groups, least=least)
    order = found.sort_values(["accidents", *groups], ascending=[False] + [True] * len(groups))
    return order.head(top).reset_index(drop=True)


def traits(fleet: pd.DataFrame, least: int = 10) -> pd.DataFrame:
    """Return the fatal share with and without each of `TRAITS`, and where it is unknown.

    Returns
    -------
    pandas.DataFrame
        ``group`` (such as ``amateur-built: yes``), then as `hindcast.analysis.shares.by`.
    """
    told = []
    for name, column in TRAITS.items():
        words = fleet[column].astype("object").map(LEVELS).fillna("unknown")
        found = shares.by(fleet.assign(level=words), "level", least=least)
        order = found.set_index("level").reindex(["yes", "no", "unknown"]).dropna(how="all")
        rows = order.reset_index().assign(group=lambda f, name=name: name + ": " + f["level"])
        told.append(rows[["group", *shares.COLUMNS]])
    counts = dict.fromkeys(["accidents", "severity_unknown", "fatal"], "int64")
    return pd.concat(told, ignore_index=True).astype(counts)


def standing_out(found: pd.DataFrame, overall: float, rate: float = 0.05) -> pd.DataFrame:
    """Return which groups' fatal share chance alone does not explain.

    Each group's count is tested against the overall share (exact binomial test); false discoveries
    are controlled over all groups that have a share (Benjamini and Hochberg).

    Parameters
    ----------
    found
        Of `hindcast.analysis.shares.by`.
    rate
        Share of false ones among the groups that are said to stand out.

    Returns
    -------
    pandas.DataFrame
        The groups that have a share, with ``p_value, q_value`` and ``stands_out``: ``above``,
        ``below`` or ``not``.
    """
    rows = found[found["fatal_share"].notna()].reset_index(drop=True)
    if rows.empty:
        return rows.assign(p_value=None, q_value=None, stands_out=None)
    known = rows["accidents"] - rows["severity_unknown"]
    pairs = zip(rows["fatal"], known, strict=True)
    p_value = [binomtest(int(fatal), int(of), overall).pvalue for fatal, of in pairs]
    is_out, q_value, *_ = multipletests(p_value, alpha=rate, method="fdr_bh")
    side = rows["fatal_share"].gt(overall).map({True: "above", False: "below"})
    return rows.assign(p_value=p_value, q_value=q_value, stands_out=side.where(is_out, "not"))


def funnel(largest: int, least: int, overall: float, level: float = 0.95) -> pd.DataFrame:
    """Return within which shares chance keeps groups of so many accidents (normal approximation).

    Parameters
    ----------
    largest, least
        Accidents of known severity of the largest and the smallest group.
    level
        Share of groups that chance keeps within.

    Returns
    -------
    pandas.DataFrame
        ``known, low, high``, by size.
    """
    known = np.geomspace(least, largest, 120)
    away = norm.ppf((1 + level) / 2) * np.sqrt(overall * (1 - overall) / known)
    low, high = np.clip([overall - away, overall + away], 0, 1)
    return pd.DataFrame({"known": known, "low": low, "high": high})
