"""Base rates that are read backwards, and comparisons that turn round within strata."""

import logging
from itertools import product

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.multitest import multipletests

from hindcast.analysis import shares
from hindcast.analysis.odds import Z95

log = logging.getLogger(__name__)

LEAST = 10
"""Accidents that each side of a stratum needs."""
EXPOSURES = {
    "has_second_pilot": "a second pilot",
    "has_instructor": "an instructor aboard",
    "is_multi_engine": "several engines",
    "is_turbine": "a turbine",
    "is_night": "night",
    "is_homebuilt": "homebuilt",
    "is_helicopter": "helicopter",
    "is_retractable": "retractable gear",
    "is_professional_pilot": "a professional pilot",
}
STRATA = {
    "purpose_group": "purpose",
    "wx_cond_basic": "weather",
    "far_part": "regulation",
    "acft_category": "category",
    "faa_region": "region",
    "phase_group": "phase",
}
COLUMNS = ["exposure", "within", "accidents", "crude", "crude_low", "crude_high"]
COLUMNS += ["pooled", "pooled_low", "pooled_high", "p_crude", "p_pooled"]


def backwards(accidents: pd.DataFrame, flags: dict[str, str]) -> pd.DataFrame:
    """Return P(flag | fatal) beside P(fatal | flag), for each flag.

    Parameters
    ----------
    flags
        Boolean column -> label.

    Returns
    -------
    pandas.DataFrame
        ``what, of_fatal`` (share of fatal accidents with it), ``fatal_share`` (of accidents with
        it), ``low, high`` of the latter and ``accidents`` with it; flags never seen are left out.
    """
    told = []
    for flag, label in flags.items():
        rows = accidents.dropna(subset=[flag, "is_fatal"])
        with_it = shares.by(rows[rows[flag].astype(bool)].assign(what=label), "what")
        if len(with_it) and rows["is_fatal"].astype(bool).any():
            of_fatal = float(rows.loc[rows["is_fatal"].astype(bool), flag].astype(bool).mean())
            told.append(with_it.iloc[0].to_dict() | {"of_fatal": of_fatal})
    return pd.DataFrame(
        told, columns=["what", "of_fatal", "fatal_share", "low", "high", "accidents"]
    )


def reversals(accidents: pd.DataFrame, level: float = 0.05) -> pd.DataFrame:
    """Compare each exposure's crude odds ratio with the one pooled within strata.

    Parameters
    ----------
    accidents
        Those of `EXPOSURES` and `STRATA` that it has are all looked at.
    level
        Of false discoveries (Benjamini-Hochberg), over both odds ratios of all pairs together.

    Returns
    -------
    pandas.DataFrame
        A row a pair: crude and Mantel-Haenszel odds ratios with 95% intervals, ``is_reversed``
        where they point in opposite directions, ``is_sure`` where both differ from 1.
    """
    pairs = product(EXPOSURES.items(), STRATA.items())
    held = [(e, s) for e, s in pairs if {e[0], s[0]} <= set(accidents.columns)]
    told = [row for e, s in held if (row := _pair(accidents, e, s)) is not None]
    found = pd.DataFrame(told, columns=COLUMNS)
    if found.empty:
        return found.assign(is_reversed=False, is_sure=False)
    tests = found[["p_crude", "p_pooled"]].to_numpy()
    is_other = multipletests(tests.ravel(), level, method="fdr_bh")[0].reshape(tests.shape)
    turned = (found["crude"] - 1) * (found["pooled"] - 1) < 0
    return found.assign(is_reversed=turned, is_sure=turned & is_other.all(axis=1))


def _pair(
    accidents: pd.DataFrame, exposure: tuple[str, str], stratum: tuple[str, str]
) -> dict[str, object] | None:
    tables = [table for _, table in stratum_tables(accidents, exposure[0], stratum[0])]
    if len(tables) < 2:
        return None
    total = sum(tables)
    crude, error = log_odds(total)
    pooled = StratifiedTable(tables)
    row = {"exposure": exposure[1], "within": stratum[1], "accidents": int(total.sum())}
    row |= _told("crude", crude, error)
    return row | _told("pooled", pooled.logodds_pooled, pooled.logodds_pooled_se)


def stratum_tables(
    accidents: pd.DataFrame, exposure: str, stratum: str
) -> list[tuple[str, np.ndarray]]:
    """Return the 2 x 2 tables (exposed, not; fatal, not) of the strata large enough, by name."""
    rows = accidents.dropna(subset=[exposure, stratum, "is_fatal"])
    kept = []
    for name, own in rows.groupby(stratum, observed=True):
        exposed, fatal = (own[c].astype(bool).to_numpy() for c in (exposure, "is_fatal"))
        cells = [[(e & f).sum(), (e & ~f).sum()] for e in (exposed, ~exposed) for f in (fatal,)]
        table = np.array(cells, dtype=float)
        if table.sum(axis=1).min() >= LEAST and table.sum(axis=0).min() > 0:
            kept.append((str(name), table))
    return kept


def log_odds(table: np.ndarray) -> tuple[float, float]:
    """Return the log odds ratio of a 2 x 2 table and its standard error; half is added to zeros."""
    (a, b), (c, d) = table + (0.5 if (table == 0).any() else 0)
    return float(np.log(a * d / (b * c))), float(np.sqrt(1 / a + 1 / b + 1 / c + 1 / d))


def _told(name: str, beta: float, error: float) -> dict[str, float]:
    bounds = np.exp([beta, beta - Z95 * error, beta + Z95 * error])
    values = dict(zip((name, f"{name}_low", f"{name}_high"), bounds.tolist(), strict=True))
    return values | {f"p_{name}": float(2 * stats.norm.sf(abs(beta) / error))}


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """Return how many comparisons were made, how many turn round, and how many surely so."""
    counts = {"comparisons": len(found), "turned_round": int(found["is_reversed"].sum())}
    return pd.DataFrame([counts | {"surely": int(found["is_sure"].sum())}])
