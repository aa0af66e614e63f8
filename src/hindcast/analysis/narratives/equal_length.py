"""Terms between texts of about the same length: long texts hold more of every word."""

import numpy as np
import pandas as pd
from statsmodels.stats.contingency_tables import StratifiedTable

from hindcast.analysis.narratives.matrix import Terms


def at_equal_length(terms: Terms, names: list[str], strata: int = 10) -> pd.DataFrame:
    """Return terms' odds ratios between texts of about the same length (Mantel and Haenszel).

    Parameters
    ----------
    strata
        Classes of length, of about as many texts each.

    Returns
    -------
    pandas.DataFrame
        ``term, equal_length, equal_low, equal_high`` (95% intervals); missing where no class of
        length has texts of both kinds with and without the term.
    """
    known = np.flatnonzero(terms.accidents["is_fatal"].notna().to_numpy())
    mine = terms.of(known)
    fatal = mine.accidents["is_fatal"].to_numpy(dtype=bool)
    ranks = mine.accidents["words"].str.count(r"\S+").rank(method="average", pct=True)
    classes = np.ceil(ranks.to_numpy() * strata).astype(int)
    at = {name: place for place, name in enumerate(mine.names)}
    present = mine.present.tocsc()
    told = []
    for name in names:
        has = present[:, [at[name]]].toarray().ravel() > 0
        tables = [_fourfold(fatal[classes == one], has[classes == one]) for one in set(classes)]
        told.append({"term": name} | _pooled(tables))
    return pd.DataFrame(told, columns=["term", "equal_length", "equal_low", "equal_high"])


def _fourfold(fatal: np.ndarray, has: np.ndarray) -> np.ndarray:
    return np.bincount(2 * ~fatal + ~has, minlength=4).reshape(2, 2).astype(float)


def _pooled(tables: list[np.ndarray]) -> dict[str, float]:
    useful = [table for table in tables if table.sum(0).all() and table.sum(1).all()]
    keys = ("equal_length", "equal_low", "equal_high")
    if not useful or not (sum(t[0, 0] * t[1, 1] for t in useful) and sum(t[0, 1] for t in useful)):
        return dict.fromkeys(keys, float("nan"))
    pooled = StratifiedTable(useful)
    bounds = pooled.oddsratio_pooled_confint()
    return dict(zip(keys, map(float, (pooled.oddsratio_pooled, *bounds)), strict=True))
