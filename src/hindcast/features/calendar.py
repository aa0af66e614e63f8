"""Calendar and daylight: when the flight takes place, by the clock on the spot.

Some releases give times in UTC with dates shifted too (:mod:`hindcast.features.clock` decides it
for each release), so hours and dates are taken from there; where the time is unknown, the date
stands as recorded.
"""

import math

import polars as pl

from hindcast.features.declare import Group, Horizon

_at = Group("calendar", Horizon.DISPATCH)
_DATE = pl.coalesce(pl.col("local_date"), pl.col("ev_date").dt.date())
_MONTH = _DATE.dt.month()
_WEEKDAY = _DATE.dt.weekday()
_HOUR = pl.col("local_hour")
_SUN = pl.col("sun_elevation_deg")
_SUN_SOURCE = "events.ev_date, ev_time, ev_tmzn, ev_state, dec_latitude, dec_longitude"
_DAY_SOURCE = "events.ev_date, on the local clock"


def _cycle(value: pl.Expr, period: float) -> tuple[pl.Expr, pl.Expr]:
    angle = value * (2 * math.pi / period)
    return angle.sin(), angle.cos()


_MONTH_SIN, _MONTH_COS = _cycle(_MONTH - 1, 12)
_DAY_SIN, _DAY_COS = _cycle(_WEEKDAY - 1, 7)
_HOUR_SIN, _HOUR_COS = _cycle(_HOUR, 24)
_SEASONS = {m: s for s, ms in {"winter": (12, 1, 2), "spring": (3, 4, 5), "summer": (6, 7, 8),
                               "autumn": (9, 10, 11)}.items() for m in ms}  # fmt: skip

FEATURES = (
    _at.number("month_sin", _MONTH_SIN, "1", _DAY_SOURCE,
               "weather and kinds of flying turn with the year; December lies beside January"),
    _at.number("month_cos", _MONTH_COS, "1", _DAY_SOURCE,
               "second coordinate of the month: high in winter"),
    _at.number("weekday_sin", _DAY_SIN, "1", _DAY_SOURCE,
               "private flying gathers at the week's end, work flying within the week"),
    _at.number("weekday_cos", _DAY_COS, "1", _DAY_SOURCE,
               "second coordinate of the weekday"),
    _at.number("hour_sin", _HOUR_SIN, "1", _SUN_SOURCE,
               "local hour (hhmm): few fly late, and those who do fly in the dark"),
    _at.number("hour_cos", _HOUR_COS, "1", _SUN_SOURCE,
               "second coordinate of the hour: high at midnight"),
    _at.category("hour_band", (_HOUR // 6).replace_strict(
        {0.0: "night", 1.0: "morning", 2.0: "afternoon", 3.0: "evening"},
        default=None, return_dtype=pl.String), _SUN_SOURCE,
        "quarters of the day, for reading; evening flights run into dusk"),
    _at.flag("is_weekend", _WEEKDAY >= 6, _DAY_SOURCE,
             "leisure flights, with passengers and less recent practice"),
    _at.category("season", _MONTH.replace_strict(_SEASONS, default=None, return_dtype=pl.String),
                 _DAY_SOURCE, "icing in winter, thunderstorms and density altitude in summer"),
    _at.number("sun_elevation_deg", _SUN, "deg", _SUN_SOURCE,
               "height of the sun above the horizon; below it there is no horizon to fly by"),
    _at.flag("is_daylight", _SUN > -0.833, _SUN_SOURCE,
             "sun's upper edge above the horizon (-0.833 deg with refraction)"),
    _at.flag("is_night", _SUN <= -6, _SUN_SOURCE,
             "night as 14 CFR 1.1 has it, after evening civil twilight: engine failures and "
             "spatial disorientation kill more often",
             related="the dark side of is_daylight but for twilight"),
    _at.flag("is_sun_low", (_SUN > -0.833) & (_SUN < 10), _SUN_SOURCE,
             "low sun blinds a pilot on approach and hides wires"),
)  # fmt: skip
