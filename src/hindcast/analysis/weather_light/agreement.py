"""How far two records of the same thing agree: light and sun, weather and station."""

import itertools

import numpy as np
import pandas as pd
from statsmodels.stats.inter_rater import cohens_kappa

from hindcast.analysis import shares
from hindcast.analysis.records import UNKNOWN, named
from hindcast.analysis.weather_light.accidents import LIGHTS, RULES

LIGHT_NAMES = {
    "DAYL": "day",
    "DAWN": "dawn",
    "DUSK": "dusk",
    "NITE": "night",
    "NDRK": "night, dark",
    "NBRT": "night, bright",
    "NR": UNKNOWN,
}
"""Code of ``light_cond`` -> its name; not reported is unknown."""

DISTANCES = [0, 1, 5, 10, 25, 300]


def light(accidents: pd.DataFrame) -> pd.Series:
    """Return the light as recorded, in words; codes that are in no list keep their letters."""
    codes = accidents["light_cond"]
    return named(codes.map(LIGHT_NAMES).where(codes.isin(LIGHT_NAMES), codes),
                 [n for n in LIGHT_NAMES.values() if n != UNKNOWN])  # fmt: skip


def by_sun(accidents: pd.DataFrame, width: float = 2.0) -> pd.DataFrame:
    """Return how accidents were recorded by light, in bands of the sun's elevation.

    Returns
    -------
    pandas.DataFrame
        One row a band (index: its middle in degrees), a column a recorded light, counts.
    """
    edges = np.arange(-30.0, 30.0 + width, width)
    elevation = accidents["sun_elevation_deg"].astype(float).clip(-29.99, 29.99)
    band = pd.cut(elevation, edges, labels=(edges[:-1] + edges[1:]) / 2)
    return pd.crosstab(band, light(accidents))


def light_and_sun(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return the light as recorded by the light that the sun gives, counts."""
    sun = pd.Categorical(accidents["sun"], [*LIGHTS, UNKNOWN])
    found = pd.crosstab(light(accidents), pd.Series(sun, accidents.index, name="sun"))
    return found.rename_axis("recorded as").rename_axis(None, axis=1).reset_index()


def weather_and_station(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return the weather as recorded by what the station's ceiling and visibility make it, counts.

    Returns
    -------
    pandas.DataFrame
        Rows VMC, IMC, unknown; columns VFR, MVFR, IFR, LIFR, unknown.
    """
    weather = named(accidents["wx_cond_basic"].replace("UNK", None), ["VMC", "IMC"])
    station = named(accidents["flight_rules_category"], RULES)
    found = pd.crosstab(weather, station)
    return found.reindex(columns=[*RULES, UNKNOWN], fill_value=0)


def kappa(one: pd.Series, other: pd.Series) -> dict[str, float]:
    """Return Cohen's kappa of two nullable flags with its interval, and how often they agree.

    Returns
    -------
    dict
        ``accidents`` (both known), ``agree``, ``kappa, low, high``; the last four are missing where
        either flag does not vary.
    """
    both = pd.DataFrame({"one": one, "other": other}).dropna().astype(bool)
    counts = pd.crosstab(both["one"], both["other"])
    if counts.shape != (2, 2):
        return {"accidents": len(both), **dict.fromkeys(("agree", "kappa", "low", "high"), np.nan)}
    found = cohens_kappa(counts.to_numpy())
    return {
        "accidents": len(both),
        "agree": float((both["one"] == both["other"]).mean()),
        "kappa": float(found.kappa),
        "low": max(float(found.kappa_low), -1.0),
        "high": min(float(found.kappa_upp), 1.0),
    }


def pairs(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return how far pairs of records agree: by night and in cloud."""
    sun = accidents["sun"].mask(accidents["sun"].eq(UNKNOWN))
    asked = {
        "night: recorded, and by the sun": ("is_dark", "is_night"),
        "IMC: recorded, and IFR or LIFR at the station": ("is_imc", "station_ifr"),
    }
    rows = [
        {"pair": name, **kappa(accidents[one], accidents[other])}
        for name, (one, other) in asked.items()
    ]
    clear = accidents[sun.ne("twilight") & sun.notna()]
    rows.insert(
        1, {"pair": "the same without twilight", **kappa(clear["is_dark"], clear["is_night"])}
    )
    return pd.DataFrame(rows)


def by_distance(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return how far weather and station agree by the station's distance; empty without distances.

    Returns
    -------
    pandas.DataFrame
        ``distance`` (statute miles), ``accidents, agree, kappa, low, high``.
    """
    distance = accidents["weather_station_distance_sm"].astype(float)
    names = [f"{a} to {b}" for a, b in itertools.pairwise(DISTANCES)]
    band = pd.cut(distance, DISTANCES, labels=names, include_lowest=True, right=False)
    rows = [
        {"distance": name, **kappa(part["is_imc"], part["station_ifr"])}
        for name, part in accidents.groupby(band, observed=True)
    ]
    return pd.DataFrame(rows, columns=["distance", "accidents", "agree", "kappa", "low", "high"])


def by_hour(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return the share of fatal accidents by hour on the local clock and by the sun.

    Hours with fewer than 20 accidents of known severity under one light have no share.
    """
    told = accidents[accidents["sun"].ne(UNKNOWN) & accidents["hour"].notna()]
    return shares.by(told, "sun", "hour", least=20)
