"""Fatal shares of states against what chance alone would show: a funnel plot's numbers.

Limits are those of Spiegelhalter (2005), Statistics in Medicine 24:1185-1202: exact binomial
quantiles around the overall share, interpolated so that they are smooth, and a factor for
over-dispersion taken from winsorised z-scores.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from hindcast import paths
from hindcast.analysis import shares
from hindcast.analysis.places.enough import TooFewError
from hindcast.analysis.records import UNKNOWN

LEVELS = {"95%": 0.05, "99.8%": 0.002}
SEA = "sea area"
STATE = "state"


def table(accidents: pd.DataFrame, outlined: set[str], least: int = 10) -> pd.DataFrame:
    """Return accidents and fatal share of each state; what is no state is counted as what it is.

    Parameters
    ----------
    accidents
        With ``ev_state``.
    outlined
        Postal codes that have an outline.
    least
        Smaller groups have counts only.

    Returns
    -------
    pandas.DataFrame
        ``place`` (name), ``code, kind`` (state, sea area, unknown) and the columns of
        `hindcast.analysis.shares.by`. A code that no table knows is `UNKNOWN`.
    """
    names = _names()
    code = accidents["ev_state"].astype("object")
    code = code.where(code.isin(names.index), UNKNOWN).astype(str)
    found = shares.by(accidents.assign(code=code), "code", least=least)
    place = found["code"].map(names).fillna(UNKNOWN)
    kind = np.where(found["code"].isin(outlined), STATE, SEA)
    kind = np.where(found["code"].eq(UNKNOWN), UNKNOWN, kind)
    return found.assign(place=place, kind=kind)[["place", "kind", *found.columns]]


def _names() -> pd.Series:
    rows = pd.read_csv(paths.reference() / "states.csv", dtype=str)
    return rows.set_index("ev_state")["state"]


@dataclass(frozen=True)
class Funnel:
    """States against the overall share.

    Attributes
    ----------
    states
        Of `table`, states alone, with ``known, z, p_value, q_value, side`` (above, below, inside)
        and ``spread_side``, the same after over-dispersion is allowed for.
    overall
        The share of all of them together.
    dispersion
        Mean of the squared z-scores, winsorised; 1 where states differ by chance alone.
    chi2, p_value
        The test that all states have one share.
    """

    states: pd.DataFrame
    overall: float
    dispersion: float
    chi2: float
    p_value: float


def funnel(found: pd.DataFrame, rate: float = 0.05, least: int = 10) -> Funnel:
    """Test each state's share against the overall one, false discoveries controlled.

    Parameters
    ----------
    found
        Of `table`.
    rate
        False-discovery rate (Benjamini and Hochberg) over the states.
    least
        States with fewer accidents of known severity are not tested.

    Raises
    ------
    TooFewError
        No state has enough accidents.
    """
    rows = found.assign(known=found["accidents"] - found["severity_unknown"])
    rows = rows[rows["kind"].eq(STATE) & rows["known"].ge(least)].reset_index(drop=True)
    if rows.empty:
        raise TooFewError(f"no state has {least} accidents of known severity: no funnel")
    overall = float(rows["fatal"].sum() / rows["known"].sum())
    error = np.sqrt(overall * (1 - overall) / rows["known"])
    z = (rows["fatal"] / rows["known"] - overall) / error
    p_value = mid_p(rows["fatal"], rows["known"], overall)
    factor = dispersion(z)
    spread = 2 * stats.norm.sf(np.abs(z) / np.sqrt(max(factor, 1.0)))
    tested = rows.assign(z=z, p_value=p_value)
    tested["q_value"] = multipletests(p_value, method="fdr_bh")[1]
    tested["side"] = _side(z, tested["q_value"] <= rate)
    tested["spread_side"] = _side(z, multipletests(spread, rate, method="fdr_bh")[0])
    chi2 = float((z**2).sum())
    return Funnel(tested, overall, factor, chi2, float(stats.chi2.sf(chi2, max(len(rows) - 1, 1))))


def _side(z: pd.Series, is_found: pd.Series | np.ndarray) -> np.ndarray:
    return np.where(is_found, np.where(z > 0, "above", "below"), "inside")


def mid_p(fatal: pd.Series, known: pd.Series, overall: float) -> np.ndarray:
    """Return two-sided mid-P values of binomial counts (twice the smaller tail, at most 1).

    Examples
    --------
    >>> mid_p(pd.Series([5]), pd.Series([10]), 0.5).round(3).tolist()
    [1.0]
    """
    at = stats.binom.pmf(fatal, known, overall) / 2
    below = stats.binom.cdf(fatal, known, overall) - at
    return np.minimum(1.0, 2 * np.minimum(below, 1 - below))


def dispersion(z: pd.Series, tail: float = 0.1) -> float:
    """Return the mean square of z-scores whose outer tails are pulled in (winsorised).

    Examples
    --------
    >>> round(dispersion(pd.Series([-1.0, 1.0, -1.0, 1.0])), 3)
    1.0
    """
    low, high = z.quantile(tail), z.quantile(1 - tail)
    return float((z.clip(low, high) ** 2).mean())


def limits(overall: float, largest: int, factor: float = 1.0, points: int = 120) -> pd.DataFrame:
    """Return the funnel's control limits over the number of accidents.

    Parameters
    ----------
    overall
        The share in the middle.
    largest
        Where the curves end.
    factor
        Over-dispersion; limits are widened by its square root (not below 1).

    Returns
    -------
    pandas.DataFrame
        ``accidents, level, low, high``; interpolated binomial quantiles.
    """
    sizes = np.unique(np.geomspace(10, max(largest, 11), points).astype(int))
    parts = []
    for level, alpha in LEVELS.items():
        ends = {
            "low": _quantile(alpha / 2, sizes, overall),
            "high": _quantile(1 - alpha / 2, sizes, overall),
        }
        wide = {k: overall + (v - overall) * np.sqrt(max(factor, 1.0)) for k, v in ends.items()}
        clipped = {k: np.clip(v, 0, 1) for k, v in wide.items()}
        parts.append(pd.DataFrame({"accidents": sizes, "level": level, **clipped}))
    return pd.concat(parts, ignore_index=True)


def _quantile(level: float, sizes: np.ndarray, overall: float) -> np.ndarray:
    """Return the share below which ``level`` of binomial draws lie, smooth in the size."""
    count = stats.binom.ppf(level, sizes, overall)
    above, below = (stats.binom.cdf(n, sizes, overall) for n in (count, count - 1))
    return np.clip((count - (above - level) / (above - below)) / sizes, 0, 1)


def furthest(found: Funnel | None, most: int) -> pd.DataFrame:
    """Return the states furthest from the overall share, in its order, as a table for readers."""
    columns = ["place", "accidents", "fatal", "fatal_share", "low", "high", "z", "p_value"]
    columns += ["q_value", "side", "spread_side"]
    if found is None:
        return pd.DataFrame(columns=columns)
    order = found.states["z"].abs().sort_values(ascending=False, kind="stable").index[:most]
    rows = found.states.loc[order, columns].reset_index(drop=True)
    for name in ("p_value", "q_value"):
        rows[name] = rows[name].map(p_words)
    return rows.round({"fatal_share": 3, "low": 3, "high": 3, "z": 1})


def overview(found: Funnel | None) -> pd.Series:
    """Return what the funnel says of all states together."""
    if found is None:
        return pd.Series({"states": 0}, name="funnel")
    told = {
        "states tested": len(found.states),
        "overall share": round(found.overall, 4),
        "chi-squared that all states have it": round(found.chi2, 1),
        "its P value": p_words(found.p_value),
        "over-dispersion (1: chance alone)": round(found.dispersion, 2),
        "outside, by chance alone": int(found.states["side"].ne("inside").sum()),
        "outside, with over-dispersion": int(found.states["spread_side"].ne("inside").sum()),
    }
    return pd.Series(told, name="funnel", dtype=object)


def p_words(value: float) -> str:
    """Return a P value as readers take it.

    Examples
    --------
    >>> p_words(0.00001), p_words(0.04)
    ('below 0.001', '0.040')
    """
    return "below 0.001" if value < 0.001 else f"{value:.3f}"
