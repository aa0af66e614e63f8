"""Whether the fatal share differs between years, months, weekdays, hours more than by chance."""

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.multitest import multipletests

from hindcast.analysis import odds, records

DARK = [f"{hour:02d}" for hour in (20, 21, 22, 23, 0, 1, 2, 3, 4, 5)]
MIDDAY = [f"{hour:02d}" for hour in range(10, 16)]


def tests(accidents: pd.DataFrame, groups: dict[str, str]) -> pd.DataFrame:
    """Test each grouping's fatal share by chi-square, with Holm's correction over the groupings.

    Parameters
    ----------
    accidents
        With nullable ``is_fatal`` and the columns named.
    groups
        Label -> column. Accidents of unknown severity or group are left out, and counted.

    Returns
    -------
    pandas.DataFrame
        ``by, accidents, left_out, cramers_v`` (0: the same share everywhere; 1: the group decides),
        ``df, p_value`` (Holm, as text). A grouping that does not vary has no row.
    """
    told = [_test(accidents, label, column) for label, column in groups.items()]
    columns = ["by", "accidents", "left_out", "cramers_v", "df", "p_value"]
    table = pd.DataFrame([row for row in told if row], columns=columns)
    if len(table):
        corrected = multipletests(table["p_value"].astype(float), method="holm")[1]
        table["p_value"] = [told_p(p_value) for p_value in corrected]
    return table


def _test(accidents: pd.DataFrame, label: str, column: str) -> dict[str, object]:
    rows = accidents[accidents["is_fatal"].notna() & accidents[column].notna()]
    rows = rows[rows[column].astype(str).ne(records.UNKNOWN)]
    table = pd.crosstab(rows[column].astype(str), rows["is_fatal"].astype(bool))
    if min(table.shape, default=0) < 2:
        return {}
    found = stats.chi2_contingency(table, correction=False)
    size = float(np.sqrt(found.statistic / len(rows)))
    counts = {"accidents": len(rows), "left_out": len(accidents) - len(rows)}
    return {"by": label, **counts, "cramers_v": size, "df": found.dof, "p_value": found.pvalue}


def dark_against_midday(accidents: pd.DataFrame) -> dict[str, float] | None:
    """Return the odds ratio of an accident's being fatal late (20 to 6 h) against 10 to 16 h.

    Returns
    -------
    dict
        ``dark, midday`` (shares), ``n_dark, n_midday``, ``ratio, low, high``; None where a cell of
        the two by two is empty.
    """
    known = accidents[accidents["is_fatal"].notna()]
    hour, fatal = known["hour"].astype(str), known["is_fatal"].astype(bool)
    sides = {"dark": fatal[hour.isin(DARK)], "midday": fatal[hour.isin(MIDDAY)]}
    table = np.array([[int(own.sum()), int((~own).sum())] for own in sides.values()])
    if (table == 0).any():
        return None
    ratio = Table2x2(table)
    low, high = ratio.oddsratio_confint()
    shares = {name: float(own.mean()) for name, own in sides.items()}
    sizes = {f"n_{name}": len(own) for name, own in sides.items()}
    ends = {"ratio": float(ratio.oddsratio), "low": float(low), "high": float(high)}
    return shares | sizes | ends


def share_trend(accidents: pd.DataFrame) -> dict[str, float] | None:
    """Return the odds ratio, per ten years, of an accident's being fatal (robust intervals).

    Returns
    -------
    dict
        ``ratio, low, high, p_value, accidents``; None where severity or year does not vary.
    """
    rows = accidents.dropna(subset=["is_fatal", "ev_date"])
    rows = rows.assign(decades=(rows["ev_date"].dt.year - 2008) / 10)
    if rows["is_fatal"].nunique() < 2 or rows["decades"].nunique() < 3:
        return None
    fit = odds.logistic(rows[["is_fatal", "decades"]], "is_fatal ~ decades")
    found = odds.ratios(fit).iloc[0]
    names = {"odds_ratio": "ratio", "low": "low", "high": "high", "p_value": "p_value"}
    return {new: float(found[old]) for old, new in names.items()} | {"accidents": fit.rows}


def told_p(p_value: float) -> str:
    """Return a p-value as a reader wants it.

    Examples
    --------
    >>> told_p(0.03456), told_p(1e-9)
    ('0.0346', '< 0.0001')
    """
    return f"{p_value:.4f}" if p_value >= 1e-4 else "< 0.0001"
