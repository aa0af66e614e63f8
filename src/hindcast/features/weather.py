"""Weather and light: as observed, standing for the forecast a dispatcher has.

0 stands for "missing" in gusts, ceiling height and wind direction of many releases; a gust of 0
and a ceiling of 0 ft are read as not reported.
"""

import math

import polars as pl

from hindcast.features.declare import (
    Group,
    Horizon,
    code,
    inside,
    is_any,
    positive,
    told,
    within,
)
from hindcast.features.shared import shared

_plan = Group("weather", Horizon.DISPATCH)
_site = Group("weather", Horizon.EVENT)
_VIS = within("vis_sm", 0, 100)
_COVER = code("sky_cond_ceil")
_OVERCAST = _COVER.is_in(("BKN", "OVC", "VV", "OBSC"))
_CEILING = shared("~ceiling", pl.when(_COVER == "NONE").then(30_000.0).when(
    _OVERCAST | _COVER.is_null()).then(positive("sky_ceil_ht", 30_000)))  # fmt: skip
_WIND = within("wind_vel_kts", 0, 100)
_GUST = positive("gust_kts", 130)
_FROM = within("wind_dir_deg", 1, 360)
_RADIANS = _FROM * (math.pi / 180)
_TEMP, _DEW = within("wx_temp", -60, 55), within("wx_dew_pt", -60, 40)
_SPREAD = inside(_TEMP - _DEW, 0, 60)
_QNH = within("altimeter", 27, 32)
_FIELD = inside(pl.col("nearest_airport_elev_ft"), -300, 15_000)
_PRESSURE_ALT = _FIELD + (29.92 - _QNH) * 1000
_DENSITY_ALT = _PRESSURE_ALT + 120 * (_TEMP - (15 - 1.98 * _PRESSURE_ALT / 1000))
_LIGHT = code("light_cond")
_IMC = is_any("wx_cond_basic", "IMC")
_RUNWAY = code("rwy_num").str.extract(r"^(\d{1,2})").cast(pl.Float64)
_ANGLE = _RADIANS - inside(_RUNWAY, 1, 36) * (math.pi / 18)
_DARK = told(_LIGHT, ("NITE", "NDRK", "NBRT"), ("DAYL", "DAWN", "DUSK"))  # fmt: skip


def _vapour(celsius: pl.Expr) -> pl.Expr:
    """Saturation vapour pressure in hPa (Magnus; Alduchov and Eskridge 1996)."""
    return 6.1094 * (17.625 * celsius / (celsius + 243.04)).exp()


_RULES = (
    pl.when((_CEILING < 500) | (_VIS < 1)).then(pl.lit("LIFR"))
    .when((_CEILING < 1000) | (_VIS < 3)).then(pl.lit("IFR"))
    .when((_CEILING <= 3000) | (_VIS <= 5)).then(pl.lit("MVFR"))
    .when(_CEILING.is_not_null() & _VIS.is_not_null()).then(pl.lit("VFR"))
)  # fmt: skip

FEATURES = (
    _plan.number("visibility_sm", _VIS, "sm", "events.vis_sm",
                 "below 3 sm visual flight ends; continued, it kills"),
    _plan.number("runway_visual_range_ft", positive("vis_rvr", 6500), "ft", "events.vis_rvr",
                 "fog measured along the runway"),
    _plan.number("vertical_visibility_ft", positive("vis_rvv", 5000), "ft", "events.vis_rvv",
                 "into an obscured sky"),
    _plan.number("ceiling_ft", _CEILING, "ft", "events.sky_ceil_ht, sky_cond_ceil",
                 "lowest broken or overcast layer; no ceiling stands as 30,000 ft"),
    _plan.category("sky_ceiling_cover", _COVER, "events.sky_cond_ceil",
                   "broken, overcast, obscured or none"),
    _plan.category("sky_lower_cover", code("sky_cond_nonceil"), "events.sky_cond_nonceil",
                   "few, scattered, clear below the ceiling"),
    _plan.number("lowest_cloud_ft", pl.min_horizontal(positive("sky_nonceil_ht", 30_000), _CEILING),
                 "ft", "events.sky_nonceil_ht, sky_ceil_ht, sky_cond_ceil",
                 "what one meets first on the way up", "ceiling_ft where nothing floats below it"),
    _plan.category("flight_rules_category", _RULES, "events.sky_ceil_ht, sky_cond_ceil, vis_sm",
                   "VFR, marginal VFR, IFR, low IFR as weather services band them"),
    _plan.flag("is_imc", _IMC, "events.wx_cond_basic",
               "instrument conditions: collisions and lost control end at speed"),
    _plan.number("wind_speed_kts", _WIND, "kts", "events.wind_vel_kts",
                 "strong wind bends metal at landing; it seldom kills"),
    _plan.number("gust_kts", _GUST, "kts", "events.gust_kts", "peak wind",
                 "gusts rise with wind_speed_kts"),
    _plan.number("gust_spread_kts", inside(_GUST - _WIND, 0, 80), "kts",
                 "events.gust_kts, wind_vel_kts", "how sharply the wind changes"),
    _plan.flag("is_gusty", told(code("gust_ind"), ("Y",), ("N",)), "events.gust_ind",
        "gusts reported"),
    _plan.category("wind_kind", code("wind_vel_ind"), "events.wind_vel_ind",
                   "calm, light and variable, or measured"),
    _plan.number("wind_from_sin", _RADIANS.sin(), "1", "events.wind_dir_deg", "east wind positive"),
    _plan.number("wind_from_cos", _RADIANS.cos(), "1", "events.wind_dir_deg",
                 "north wind positive: after a cold front"),
    _plan.number("temperature_c", _TEMP, "deg C", "events.wx_temp", "ice below, thin air above"),
    _plan.number("dew_point_c", _DEW, "deg C", "events.wx_dew_pt", "moisture of the air"),
    _plan.number("dew_point_spread_c", _SPREAD, "deg C", "events.wx_temp, wx_dew_pt",
                 "under about 3 deg C fog and low cloud form"),
    _plan.number("relative_humidity_pct", inside(100 * _vapour(_DEW) / _vapour(_TEMP), 0, 105), "%",
                 "events.wx_temp, wx_dew_pt", "carburettor ice, mist",
                 "falls as dew_point_spread_c grows"),
    _plan.flag("is_carburettor_ice_risk", (_SPREAD < 11) & _TEMP.is_between(-7, 21),
               "events.wx_temp, wx_dew_pt",
               "band of serious icing at glide power (FAA SAIB CE-09-35)"),
    _plan.flag("is_freezing", _TEMP <= 0, "events.wx_temp", "frost, ice, contaminated runways"),
    _plan.number("altimeter_inhg", _QNH, "inHg", "events.altimeter", "low pressure brings weather"),
    _plan.number("density_altitude_ft", _DENSITY_ALT, "ft",
                 "events.wx_temp, altimeter, nearest landing field's elevation",
                 "thin air takes climb, lift and power at once",
                 "region_elevation_ft corrected by pressure and temperature"),
    _plan.number("density_altitude_reported_ft", within("wx_dens_alt", -5000, 20_000), "ft",
                 "events.wx_dens_alt", "as the report gives it",
                 "the same quantity as density_altitude_ft, reported"),
    _plan.category("light_condition", _LIGHT, "events.light_cond",
                   "day, dusk, dark or moonlit night, as reported"),
    _plan.flag("is_dark", _DARK, "events.light_cond", "night as reported, a check on the sun's",
               "is_night is the same from the sun"),
    _plan.flag("is_dark_imc", _DARK & _IMC, "events.light_cond, wx_cond_basic",
               "no horizon at all: the worst of both"),
    _plan.category("precipitation", code("wx_int_precip"), "events.wx_int_precip",
                   "light, moderate, heavy"),
    _plan.category("weather_briefing", code("wx_brief_comp"), "events.wx_brief_comp",
                   "full, abbreviated or none: preparation"),
    _plan.number("weather_station_distance_sm", within("wx_obs_dist", 0, 300), "sm",
                 "events.wx_obs_dist", "how far away the weather was observed"),
    _site.number("crosswind_kts", (_WIND * _ANGLE.sin()).abs(), "kts",
                 "events.wind_vel_kts, wind_dir_deg, aircraft.rwy_num",
                 "across the runway in use: lost control on the ground"),
    _site.number("headwind_kts", _WIND * _ANGLE.cos(), "kts",
                 "events.wind_vel_kts, wind_dir_deg, aircraft.rwy_num",
                 "negative with the wind from behind: long landings, poor climbs"),
)  # fmt: skip
