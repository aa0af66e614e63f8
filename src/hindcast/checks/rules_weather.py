"""Gate 2, events: the weather as observed, and its units."""

import polars as pl

from hindcast.checks.rule import Declared

c = pl.col
on = Declared("events")
_HPA_TO_INHG = 0.0295299830714
_OBSCURED = c("sky_cond_ceil").is_in(["VV", "OBSC"])

# Readings are in the release's own unit here; what is left is converted afterwards.
TEMPERATURE_AS_GIVEN = (
    on.blank(
        "temperature_zero", "wx_temp", c("_zero_is_missing_wx_temp") & (c("wx_temp") == 0),
        "0 stands for missing in this release: it is there far more often than its neighbours, or "
        "the unit is deg F, where 0 is hardly ever flown in",
    ),
    on.blank(
        "dew_point_zero", "wx_dew_pt", c("_zero_is_missing_wx_dew_pt") & (c("wx_dew_pt") == 0),
        "0 stands for missing in this release",
    ),
    on.blank(
        "temperature_minus_18", "wx_temp",
        c("_minus_18_is_missing_wx_temp") & (c("wx_temp") == -18),
        "-18 deg C is 0 deg F: a missing value that was converted with the others",
    ),
    on.blank(
        "dew_point_minus_18", "wx_dew_pt",
        c("_minus_18_is_missing_wx_dew_pt") & (c("wx_dew_pt") == -18),
        "-18 deg C is 0 deg F: a missing value that was converted with the others",
    ),
    on.note(
        "temperature_converted", "wx_temp wx_dew_pt",
        pl.when(c("wx_temp").is_not_null() | c("wx_dew_pt").is_not_null())
        .then(c("_is_fahrenheit")),
        "the release, or the year in it, holds deg F where the dictionary says deg C: converted",
    ),
    on.note(
        "temperature_unit_of_year", "wx_temp wx_dew_pt",
        pl.when(c("wx_temp").is_not_null()).then(c("_is_other_year")),
        "the year's readings are in another unit than the rest of their release",
    ),
)  # fmt: skip

WEATHER = (
    on.blank(
        "temperature_out_of_range", "wx_temp", ~c("wx_temp").is_between(-60, 57),
        "outside -60 to 57 deg C, which hold all but the records of the Earth",
    ),
    on.blank(
        "dew_point_out_of_range", "wx_dew_pt", ~c("wx_dew_pt").is_between(-60, 35),
        "the highest dew point ever measured is 35 deg C",
    ),
    on.blank(
        "dew_point_above_temperature", "wx_dew_pt", c("wx_dew_pt") > c("wx_temp") + 0.6,
        "air cannot hold more water than at saturation (0.6 deg C are left for rounding)",
    ),
    on.blank(
        "visibility_zero", "vis_sm",
        (c("vis_sm") == 0) & (c("wx_cond_basic") != "IMC").fill_null(True),
        "no visibility at all, and not in instrument conditions: 0 stands for missing",
        optional="wx_cond_basic",
    ),
    on.blank(
        "visibility_out_of_range", "vis_sm", ~c("vis_sm").is_between(0, 100),
        "visibility is given in statute miles up to 100; 9999 stands for unlimited or missing",
    ),
    on.blank("runway_visual_range_zero", "vis_rvr", c("vis_rvr") == 0, "0 stands for missing"),
    on.blank("runway_visibility_zero", "vis_rvv", c("vis_rvv") == 0, "0 stands for missing"),
    on.blank(
        "wind_direction_out_of_range", "wind_dir_deg", ~c("wind_dir_deg").is_between(0, 360),
        "directions run from 0 to 360 degrees",
    ),
    on.blank(
        "wind_direction_zero", "wind_dir_deg", c("wind_dir_deg") == 0,
        "north is written 360; 0 stands for calm, variable or missing",
    ),
    on.blank(
        "wind_out_of_range", "wind_vel_kts", ~c("wind_vel_kts").is_between(0, 125),
        "a surface wind above 125 kts is a slip of the keyboard",
    ),
    on.note(
        "wind_zero_not_calm", "wind_vel_kts",
        (c("wind_vel_kts") == 0) & (c("wind_vel_ind") != "CALM").fill_null(True),
        "0 kts is calm, or not filled in; where the indicator does not say calm it cannot be told",
    ),
    on.blank(
        "gust_zero", "gust_kts", c("gust_kts") == 0,
        "0 stands for no gust and for missing; gust_ind, where there is one, tells them apart",
    ),
    on.blank(
        "gust_out_of_range", "gust_kts", ~c("gust_kts").is_between(0, 150),
        "a gust above 150 kts is a slip of the keyboard (1603 is 16 and 03)",
    ),
    on.blank(
        "gust_below_wind", "gust_kts", c("gust_kts") < c("wind_vel_kts"),
        "a gust is above the mean wind",
    ),
    on.note(
        "gust_against_indicator", "gust_kts gust_ind",
        c("gust_kts").is_not_null() & (c("gust_ind") == "N"),
        "a gust is given, and the indicator says there was none",
    ),
    on.blank(
        "ceiling_zero", "sky_ceil_ht", (c("sky_ceil_ht") == 0) & ~_OBSCURED.fill_null(False),
        "0 ft stands for no ceiling or missing, but where the sky was obscured",
        optional="sky_cond_ceil",
    ),
    on.blank(
        "ceiling_out_of_range", "sky_ceil_ht", ~c("sky_ceil_ht").is_between(0, 45000),
        "ceilings end with the clouds, at 45,000 ft",
    ),
    on.note(
        "ceiling_height_without_ceiling", "sky_ceil_ht sky_cond_ceil",
        c("sky_ceil_ht").is_not_null() & (c("sky_cond_ceil") == "NONE"),
        "a ceiling height is given, and the sky condition says there was no ceiling",
    ),
    on.blank(
        "cloud_height_zero", "sky_nonceil_ht", c("sky_nonceil_ht") == 0, "0 ft stands for missing",
    ),
    on.blank(
        "cloud_height_out_of_range", "sky_nonceil_ht", ~c("sky_nonceil_ht").is_between(0, 45000),
        "clouds end at 45,000 ft",
    ),
    on.blank("altimeter_zero", "altimeter", c("altimeter") == 0, "0 stands for missing"),
    on.repair(
        "altimeter_without_point", c("altimeter").is_between(2750, 3150),
        "inches of mercury written without their point (3025 is 30.25)",
        altimeter=c("altimeter") / 100,
    ),
    on.repair(
        "altimeter_in_hectopascal", c("altimeter").is_between(930, 1065),
        "a setting in hectopascal among inches of mercury", altimeter=c("altimeter") * _HPA_TO_INHG,
    ),
    on.blank(
        "altimeter_out_of_range", "altimeter", ~c("altimeter").is_between(27.5, 31.5),
        "no pressure at sea level outside 27.5 to 31.5 inHg was met by an aircraft in the US",
    ),
    on.note(
        "altimeter_whole_inch", "altimeter", c("altimeter").is_in([29.0, 30.0]),
        "a setting of whole inches has lost its decimals: 29 is any pressure from 29.00 to 29.99",
    ),
    on.blank(
        "density_altitude_zero", "wx_dens_alt", c("wx_dens_alt") == 0, "0 ft stands for missing",
    ),
    on.blank(
        "density_altitude_out_of_range", "wx_dens_alt", ~c("wx_dens_alt").is_between(-9000, 26000),
        "density altitude near the ground lies between -9,000 and 26,000 ft",
    ),
    on.blank(
        "station_elevation_out_of_range", "wx_obs_elev", ~c("wx_obs_elev").is_between(-300, 15500),
        "99999 stands for missing; no weather station lies higher than 15,500 ft",
    ),
    on.blank(
        "station_distance_out_of_range", "wx_obs_dist", ~c("wx_obs_dist").is_between(0, 300),
        "a station 300 miles away says nothing of the weather here; 999 stands for missing",
    ),
    on.blank(
        "station_direction_out_of_range", "wx_obs_dir", ~c("wx_obs_dir").is_between(0, 360),
        "directions run from 0 to 360 degrees",
    ),
    on.note(
        "visual_conditions_in_fog", "wx_cond_basic vis_sm",
        (c("wx_cond_basic") == "VMC") & (c("vis_sm") < 1),
        "visual conditions with less than a mile to see: legal in some airspace, seldom true",
    ),
    on.note(
        "instrument_conditions_in_clear", "wx_cond_basic vis_sm sky_cond_ceil",
        (c("wx_cond_basic") == "IMC") & (c("vis_sm") >= 10) & (c("sky_cond_ceil") == "NONE"),
        "instrument conditions with 10 miles to see and no ceiling: the station is far away or the "
        "code wrong",
    ),
    on.note(
        "daylight_at_night", "light_cond ev_time",
        (c("light_cond") == "DAYL") & (c("ev_time").is_between(1, 359)) & (c("ev_state") != "AK"),
        "daylight between midnight and four in the morning: the time may be UTC",
    ),
    on.note(
        "dark_at_noon", "light_cond ev_time",
        c("light_cond").is_in(["NITE", "NDRK", "NBRT"]) & c("ev_time").is_between(1000, 1459),
        "night in the middle of the day: the time or the light is wrong",
    ),
)  # fmt: skip
