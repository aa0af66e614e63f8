"""One comparison that turns round within strata, told stratum by stratum."""

import numpy as np
import pandas as pd
from IPython.display import Markdown

from hindcast.analysis.findings import ratio
from hindcast.analysis.limits.traps import EXPOSURES, STRATA, log_odds, stratum_tables
from hindcast.analysis.odds import Z95

COLUMNS = ["what", "kind", "accidents", "odds_ratio", "low", "high"]


def strongest(found: pd.DataFrame) -> pd.Series | None:
    """Return the sure reversal whose two odds ratios lie furthest apart, or None.

    Parameters
    ----------
    found
        Of `hindcast.analysis.limits.traps.reversals`.
    """
    sure = found[found["is_sure"].astype(bool)]
    if sure.empty:
        return None
    apart = np.log(sure["pooled"].astype(float) / sure["crude"].astype(float)).abs()
    return sure.loc[apart.idxmax()]


def by_stratum(accidents: pd.DataFrame, reversal: pd.Series | None) -> pd.DataFrame:
    """Return a reversal's odds ratios: of all, within each stratum, pooled within strata.

    Returns
    -------
    pandas.DataFrame
        ``what, kind`` (crude, stratum, pooled), ``accidents, odds_ratio, low, high``; empty where
        there is no reversal.
    """
    if reversal is None:
        return pd.DataFrame(columns=COLUMNS)
    exposure = _column(EXPOSURES, reversal["exposure"])
    stratum = _column(STRATA, reversal["within"])
    rows = [_whole(reversal, "crude", "all together")]
    for name, table in stratum_tables(accidents, exposure, stratum):
        beta, error = log_odds(table)
        ends = np.exp([beta, beta - Z95 * error, beta + Z95 * error])
        rows.append((name.replace("_", " "), "stratum", int(table.sum()), *ends))
    rows.append(_whole(reversal, "pooled", f"pooled within {reversal['within']}"))
    return pd.DataFrame(rows, columns=COLUMNS)


def _column(labels: dict[str, str], label: str) -> str:
    return next(name for name, told in labels.items() if told == label)


def _whole(reversal: pd.Series, kind: str, what: str) -> tuple[object, ...]:
    ends = (reversal[kind], reversal[f"{kind}_low"], reversal[f"{kind}_high"])
    return what, kind, reversal["accidents"], *ends


def in_words(reversal: pd.Series | None) -> Markdown:
    """Say which comparison turns round, and by how much; nothing where none does."""
    if reversal is None:
        return Markdown("No comparison turns round beyond chance.\n")
    crude, pooled = (
        ratio(reversal[name], reversal[f"{name}_low"], reversal[f"{name}_high"])
        for name in ("crude", "pooled")
    )
    return Markdown(
        f"The surest: accidents with {reversal['exposure']}. Their odds of being fatal, over those "
        f"of the others, are {crude} as a whole and {pooled} within {reversal['within']}.\n"
    )
