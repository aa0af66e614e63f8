"""Crude and adjusted: odds ratios beside ratios and differences of shares, exposure by exposure."""

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from hindcast.analysis import odds
from hindcast.analysis.odds import Fit
from hindcast.analysis.weather_light import causes, standard
from hindcast.analysis.weather_light.standard import Estimate, Levels

log = logging.getLogger(__name__)

LEAST = 5
"""Fewest fatal and fewest other accidents that a level of what is adjusted for may have."""

Nodes = tuple[str, ...] | list[str]
_AFTER_BOTH = [*causes.parents(causes.IMC), "imc"]


@dataclass(frozen=True)
class Exposure:
    """What is compared: a flag, in words, and what it is adjusted for."""

    label: str
    column: str
    nodes: tuple[str, ...]


def _exposures() -> list[Exposure]:
    weather, light = tuple(causes.parents(causes.IMC)), tuple(causes.parents(causes.NIGHT))
    other = tuple(_AFTER_BOTH)
    return [
        Exposure("instrument weather (IMC)", "is_imc", weather),
        Exposure("station: IFR or LIFR", "station_ifr", weather),
        Exposure("visibility under 3 sm", "low_visibility", weather),
        Exposure("ceiling under 1000 ft", "low_ceiling", weather),
        Exposure("night by the sun", "is_night", light),
        Exposure("night as recorded", "is_dark", light),
        Exposure("sun up, but under 10 deg", "is_sun_low", light),
        Exposure("wind of 15 kts or more", "strong_wind", other),
        Exposure("gusts", "gusty", other),
        Exposure("crosswind of 10 kts or more", "strong_crosswind", other),
        Exposure("dew point within 3 deg C", "moist", other),
        Exposure("freezing", "freezing", other),
        Exposure("density altitude over 5000 ft", "thin_air", other),
    ]


EXPOSURES = _exposures()


def prepared(known: pd.DataFrame) -> pd.DataFrame:
    """Return the accidents of known severity with ``imc_told``, sorted by nothing but date."""
    imc = known["is_imc"].astype("object").map({True: "IMC", False: "VMC"})
    return known.assign(imc_told=imc.where(imc.notna(), "unknown").astype(str))


def lumped(values: pd.Series, fatal: pd.Series, least: int = LEAST) -> pd.Series:
    """Return levels, those with too few fatal or other accidents put together as ``few``.

    A level in which all or none were fatal has no finite coefficient. If ``few`` itself is too
    small it joins the most frequent level.

    Examples
    --------
    >>> values = pd.Series(["a"] * 4 + ["b"])
    >>> lumped(values, pd.Series([True, False, True, False, True]), least=2).to_list()
    ['a', 'a', 'a', 'a', 'a']
    """
    counts = fatal.astype(int).groupby(values).agg(["size", "sum"])
    counts["other"] = counts["size"] - counts["sum"]
    rare = counts.index[counts[["sum", "other"]].min(axis=1) < least]
    if rare.empty:
        return values
    together = counts.loc[rare, ["sum", "other"]].sum().min() >= least or len(rare) == len(counts)
    into = "few" if together else counts.drop(rare)["size"].idxmax()
    return values.where(~values.isin(rare), into)


def complete(
    known: pd.DataFrame, *exposures: str, nodes: Nodes = (), also: Nodes = ()
) -> pd.DataFrame:
    """Return the accidents in which exposures are known, with what they are adjusted for.

    Parameters
    ----------
    nodes
        Of the diagram.
    also
        Further columns to adjust for.

    Returns
    -------
    pandas.DataFrame
        ``is_fatal``, the exposures, and numbers and 0/1 columns named ``adj_...`` for the nodes
        (the most frequent level has none; neither has what does not vary).
    """
    rows = known.dropna(subset=list(exposures))
    log.info("%s: %d accidents, known in %d", ", ".join(exposures), len(known), len(rows))
    parts = [_coded(rows[c], rows["is_fatal"]) for c in [*causes.columns(list(nodes)), *also]]
    return pd.concat([rows[["is_fatal", *exposures]], *parts], axis=1)


def _coded(values: pd.Series, fatal: pd.Series) -> pd.DataFrame:
    name = f"adj_{values.name}"
    if pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.astype(float)
        return numbers.to_frame(name) if numbers.min() < numbers.max() else pd.DataFrame()
    levels = lumped(values, fatal)
    ordered = levels.value_counts().sort_index().sort_values(ascending=False, kind="stable").index
    flags = {f"{name}_{at}": levels.eq(level).astype(float) for at, level in enumerate(ordered)}
    return pd.DataFrame(flags, values.index).iloc[:, 1:]


def adjust(rows: pd.DataFrame, *terms: str) -> Fit:
    """Fit severity on terms and on all columns of `complete` that are adjusted for."""
    others = [column for column in rows if column.startswith("adj_")]
    return odds.logistic(rows, f"is_fatal ~ {' + '.join([*terms, *others])}")


def contrast(known: pd.DataFrame, exposure: Exposure) -> list[dict]:
    """Return an exposure's crude and adjusted odds ratio, ratio and difference of shares.

    Returns
    -------
    list of dict
        Crude first; empty where the exposure or the outcome does not vary.
    """
    rows = complete(known, exposure.column, nodes=exposure.nodes)
    if too_few(rows, exposure.column):
        return []
    flag = rows[exposure.column].astype(bool)
    fits = {"crude": adjust(rows[["is_fatal", exposure.column]], exposure.column)}
    fits["adjusted"] = adjust(rows, exposure.column)
    found = {"crude": standard.observed(rows, [flag, ~flag])}
    settings = [{exposure.column: 1.0}, {exposure.column: 0.0}]
    found["adjusted"] = standard.levels(fits["adjusted"], rows, settings)
    size = {"exposed": int(flag.sum()), "rows": len(rows), "given": len(known)}
    return [
        {"exposure": exposure.label, "kind": kind, **_odds(fits[kind], exposure.column)}
        | _shares(found[kind])
        | size
        for kind in ("crude", "adjusted")
    ]


def too_few(rows: pd.DataFrame, column: str) -> bool:
    """Say whether either side has fewer than `LEAST` fatal or other accidents to compare."""
    if rows.empty:
        return True
    counts = pd.crosstab(rows[column].astype(bool), rows["is_fatal"].astype(bool))
    return counts.shape != (2, 2) or counts.to_numpy().min() < LEAST


def _odds(fit: Fit, column: str) -> dict[str, float]:
    row = odds.ratios(fit).set_index("term").loc[column]
    return row.to_dict()


def _shares(found: Levels) -> dict[str, float]:
    with_it, without = standard.share(found, 0), standard.share(found, 1)
    return {
        "share_with": with_it.value,
        "share_without": without.value,
        **_named("risk_ratio", standard.ratio(found, 0, 1)),
        **_named("difference", standard.difference(found, 0, 1)),
    }


def _named(name: str, told: Estimate) -> dict[str, float]:
    return {name: told.value, f"{name}_low": told.low, f"{name}_high": told.high}


def contrasts(known: pd.DataFrame, exposures: list[Exposure] = EXPOSURES) -> pd.DataFrame:
    """Return all exposures' contrasts; false discoveries among the adjusted are controlled.

    Returns
    -------
    pandas.DataFrame
        Two rows an exposure, crude and adjusted: ``odds_ratio`` with ``low, high``,
        ``risk_ratio`` and ``difference`` of shares with theirs, ``share_with, share_without``,
        ``exposed, rows, given`` and ``q_value`` (Benjamini and Hochberg, over the adjusted).
    """
    rows = [row for exposure in exposures for row in contrast(known, exposure)]
    found = pd.DataFrame(rows, columns=None if rows else ["exposure", "kind"])
    if not rows:
        return found
    adjusted = found["kind"].eq("adjusted")
    found["q_value"] = np.nan
    found.loc[adjusted, "q_value"] = multipletests(found.loc[adjusted, "p_value"], method="fdr_bh")[
        1
    ]
    return found


def table(found: pd.DataFrame) -> pd.DataFrame:
    """Return the adjusted contrasts as a table to be read, rounded."""
    if found.empty:
        return found
    own = found[found["kind"].eq("adjusted")]
    crude = found[found["kind"].eq("crude")].set_index("exposure")["risk_ratio"]
    return pd.DataFrame(
        {
            "compared": own["exposure"],
            "accidents with it": own["exposed"],
            "crude ratio": own["exposure"].map(crude).round(2),
            "adjusted ratio": own["risk_ratio"].round(2),
            "95% interval": _interval(own, "risk_ratio", 1, "{:.2f}"),
            "difference, points": (100 * own["difference"]).round(1),
            "its interval": _interval(own, "difference", 100, "{:.1f}"),
            "q": own["q_value"].map(_small),
        }
    ).reset_index(drop=True)


def _small(q: float) -> str:
    return "under 0.001" if q < 0.001 else f"{q:.3f}"


def _interval(own: pd.DataFrame, name: str, scale: float, how: str) -> list[str]:
    ends = zip(own[f"{name}_low"] * scale, own[f"{name}_high"] * scale, strict=True)
    return [f"{how.format(low)} to {how.format(high)}" for low, high in ends]
