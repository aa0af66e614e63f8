"""The accidents of this page: weather and light as recorded, and what they are adjusted for.

A value that is missing is a level of its own wherever it is only adjusted for, so that no accident
is lost; where it is what is compared, the accident cannot be placed and is counted out.
"""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd

from hindcast.analysis import records
from hindcast.analysis.records import UNKNOWN, Records, named

FEATURES = (
    "is_imc", "is_dark", "is_night", "is_sun_low", "sun_elevation_deg", "hour_sin", "hour_cos",
    "visibility_sm", "ceiling_ft", "flight_rules_category", "wind_speed_kts", "gust_kts",
    "crosswind_kts", "temperature_c", "dew_point_spread_c", "density_altitude_ft",
    "weather_station_distance_sm", "weather_briefing", "flight_plan", "season", "purpose_group",
    "is_helicopter", "is_homebuilt", "is_retractable", "is_turbine", "engines_count",
    "pilot_age_years", "is_professional_pilot", "has_second_pilot",
)  # fmt: skip
NEEDED = {
    "events": [
        "wx_cond_basic", "light_cond", "vis_sm", "sky_ceil_ht", "wind_vel_kts", "gust_kts",
        "wx_temp", "wx_brief_comp", "wx_obs_dist",
    ],
    "aircraft": ["flt_plan_filed", "rwy_num"],
    "Flight_Crew": [],
    "Events_Sequence": [],
    "Findings": [],
}  # fmt: skip
"""Table -> columns whose absence the page tells at its top."""

NO_CEILING_FT = 30_000.0
RULES = ["VFR", "MVFR", "IFR", "LIFR"]
LIGHTS = {"day": (-0.833, 90.0), "twilight": (-6.0, -0.833), "night": (-90.0, -6.0)}
"""Name -> elevation of the sun in degrees, from over to; night as 14 CFR 1.1 has it."""

_PARTS = {"091": "91", "135": "135", "121": "121", "137": "137"}
_YES = {True: "yes", False: "no"}


def study() -> Records:
    """Return the last run's accidents with weather, light and what the comparison adjusts for."""
    read = records.read(*FEATURES)
    return replace(read, accidents=with_groups(read.accidents))


def with_groups(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return the accidents with this page's own columns.

    Parameters
    ----------
    accidents
        With the features in ``FEATURES`` and the columns of the warehouse's export.

    Returns
    -------
    pandas.DataFrame
        Besides: ``sun`` (day, twilight, night, unknown), ``hour`` on the local clock, flags of
        weather (missing where not recorded) and the groups that are adjusted for, in which nothing
        is missing.
    """
    groups = pd.DataFrame(
        {
            "sun": sun(accidents["sun_elevation_deg"]),
            "hour": hour(accidents["hour_sin"], accidents["hour_cos"]),
            "part": _part(accidents["far_part"]),
            "aircraft_kind": _kind(accidents),
            "pilot_age": _bands(accidents["pilot_age_years"], [0, 30, 45, 60, 120]),
            "pilot_hours": named(accidents["total_hours_band"]).astype(str),
            "years_since_2008": (accidents["ev_year"] - 2008).astype(float),
        },
        accidents.index,
    )
    return accidents.assign(
        **groups,
        **{name: told(accidents[column]) for name, column in _TOLD.items()},
        **weather_flags(accidents),
    )


_TOLD = {
    "retractable": "is_retractable",
    "turbine": "is_turbine",
    "homebuilt_told": "is_homebuilt",
    "professional": "is_professional_pilot",
    "second_pilot": "has_second_pilot",
    "region": "faa_region",
    "purpose_told": "purpose_group",
    "season_told": "season",
}


def weather_flags(accidents: pd.DataFrame) -> dict[str, pd.Series]:
    """Return nullable flags of weather; missing where what they rest on is not recorded.

    A wind that was recorded without a gust is read as a wind without gusts: releases leave the
    gust blank for that.
    """
    rules = accidents["flight_rules_category"]
    gusty = accidents["gust_kts"].notna().astype("boolean")
    return {
        "station_ifr": rules.isin(["IFR", "LIFR"]).astype("boolean").mask(rules.isna()),
        "low_visibility": _over(accidents["visibility_sm"], -np.inf, 3.0),
        "low_ceiling": _over(accidents["ceiling_ft"], -np.inf, 1000.0),
        "strong_wind": _over(accidents["wind_speed_kts"], 15.0),
        "gusty": gusty.mask(accidents["wind_speed_kts"].isna() & ~gusty),
        "strong_crosswind": _over(accidents["crosswind_kts"], 10.0),
        "moist": _over(accidents["dew_point_spread_c"], -np.inf, 3.0),
        "freezing": _over(accidents["temperature_c"], -np.inf, 0.01),
        "thin_air": _over(accidents["density_altitude_ft"], 5000.0),
    }


def _over(values: pd.Series, low: float, high: float = np.inf) -> pd.Series:
    inside = values.astype(float).ge(low) & values.astype(float).lt(high)
    return inside.astype("boolean").mask(values.isna())


def sun(elevation: pd.Series) -> pd.Series:
    """Return day, twilight, night or unknown by the elevation of the sun (degrees).

    Examples
    --------
    >>> sun(pd.Series([30.0, -3.0, -6.0, None])).to_list()
    ['day', 'twilight', 'night', 'unknown']
    """
    edges = [-91.0, -6.0, -0.833, 91.0]
    cut = pd.cut(elevation.astype(float), edges, labels=["night", "twilight", "day"])
    return named(cut, list(LIGHTS)).astype(str)


def hour(sine: pd.Series, cosine: pd.Series) -> pd.Series:
    """Return the hour on the local clock, 0 to 23, from its place on the circle.

    Examples
    --------
    >>> hour(pd.Series([0.0, 1.0, -1.0]), pd.Series([1.0, 0.0, 0.0])).to_list()
    [0.0, 6.0, 18.0]
    """
    turn = np.arctan2(sine.astype(float), cosine.astype(float)) / (2 * np.pi)
    return ((turn * 24).round(6) % 24).floordiv(1)


def told(values: pd.Series) -> pd.Series:
    """Return codes, names or flags as text in which nothing is missing."""
    if pd.api.types.is_bool_dtype(values.dtype):
        values = values.astype("object").map(_YES)
    return named(values).astype(str)


def _part(part: pd.Series) -> pd.Series:
    text = part.astype("object").map(_PARTS)
    unknown = part.isna() | part.eq("UNK")
    return text.where(text.notna(), "other").mask(unknown, UNKNOWN).astype(str)


def _kind(accidents: pd.DataFrame) -> pd.Series:
    """Airplanes by engines, helicopters, other; unknown where the category is not recorded."""
    engines = accidents["engines_count"].astype(float)
    kind = pd.Series("airplane, one engine", accidents.index, dtype="object")
    kind = kind.mask(engines.ge(2), "airplane, two or more engines")
    kind = kind.mask(~accidents["acft_category"].isin(["AIR", "HELI"]), "other aircraft")
    kind = kind.mask(accidents["acft_category"].eq("HELI"), "helicopter")
    return kind.mask(accidents["acft_category"].isna(), UNKNOWN).astype(str)


def _bands(values: pd.Series, edges: list[float]) -> pd.Series:
    names = [f"{low} to {high - 1}" for low, high in itertools.pairwise(edges)]
    cut = pd.cut(values.astype(float), edges, right=False, labels=names)
    return named(cut, names).astype(str)
