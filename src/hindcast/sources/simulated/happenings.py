"""The simulated events table, as it would be without gaps and faults."""

import numpy as np
import polars as pl

from .chance import chosen, flags, stream

_DAYS = {1: "MO", 2: "TU", 3: "WE", 4: "TH", 5: "FR", 6: "SA", 7: "SU"}


def events(world: pl.DataFrame, fleet: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return one row an event in a full release's columns; temperatures in deg F.

    ``inj_tot_t`` counts the uninjured too, as recent releases do.
    """
    hurt = world.join(_hurt(fleet), on="event", validate="1:1", maintain_order="left")
    drawn = _observed(hurt, seed)
    return drawn.select(
        "event", **_identity(), **_place(), **_station(), **_sky(), **_wind(), **_injuries(),
        **_notice(),
    )  # fmt: skip


def _identity() -> dict[str, pl.Expr | str]:
    minutes = pl.col("minutes")
    midair = pl.col("has_two_aircraft") & (pl.col("eventsoe_no") == "250")
    grounded = pl.col("has_two_aircraft") & (pl.col("eventsoe_no") == "200")
    return {
        "ev_id": "ev_id",
        "ntsb_no": "ntsb_no",
        "ev_type": pl.when("is_incident").then(pl.lit("INC")).otherwise(pl.lit("ACC")),
        "ev_date": pl.col("ev_date").cast(pl.Datetime),
        "ev_dow": pl.col("ev_date").dt.weekday().replace_strict(_DAYS),
        "ev_time": minutes // 60 * 100 + minutes % 60,
        "ev_tmzn": "ev_tmzn",
        "ev_year": "ev_year",
        "ev_month": pl.col("ev_date").dt.month(),
        "mid_air": _yes(midair),
        "on_ground_collision": _yes(grounded),
    }


def _place() -> dict[str, pl.Expr | str]:
    on_airport = pl.col("is_on_airport")
    return {
        "ev_city": "city",
        "ev_state": "ev_state",
        "ev_country": "ev_country",
        "latitude": dms(pl.col("latitude_deg"), 2, "N", "S"),
        "longitude": dms(pl.col("longitude_deg"), 3, "E", "W"),
        "dec_latitude": "latitude_deg",
        "dec_longitude": "longitude_deg",
        "latlong_acq": pl.when(on_airport).then(pl.lit("EST")).otherwise(pl.lit("MEAS")),
        "apt_name": "apt_name",
        "ev_nr_apt_id": "apt_id",
        "ev_nr_apt_loc": pl.when(on_airport).then(pl.lit("ONAP")).otherwise(pl.lit("OFAP")),
        "apt_dist": pl.col("distance_sm").round(),
        "apt_dir": pl.col("bearing_deg").round(),
        "apt_elev": "elevation_ft",
    }


def _station() -> dict[str, pl.Expr | str]:
    return {
        "wx_brief_comp": "briefing",
        "wx_src_iic": pl.lit("WFAC"),
        "wx_obs_time": pl.col("minutes") // 60 * 100 + 53,
        "wx_obs_dir": "station_deg",
        "wx_obs_fac_id": "apt_id",
        "wx_obs_elev": "elevation_ft",
        "wx_obs_dist": "station_sm",
        "wx_obs_tmzn": "ev_tmzn",
        "wx_cond_basic": pl.when("is_imc").then(pl.lit("IMC")).otherwise(pl.lit("VMC")),
        "wx_int_precip": pl.when("is_imc").then("rain"),
    }


def _sky() -> dict[str, pl.Expr | str]:
    low = pl.col("sky").is_in(["BKN", "OVC", "VV"])
    sight, heat = pl.col("visibility_sm"), pl.col("temperature_f") - 59
    return {
        "light_cond": "light_cond",
        "sky_cond_nonceil": pl.when(low).then(pl.lit("FEW")).otherwise("clear"),
        "sky_nonceil_ht": pl.when(low).then(pl.col("ceiling_ft") / 2).otherwise(0.0),
        "sky_cond_ceil": "sky",
        "sky_ceil_ht": pl.when(low).then("ceiling_ft").otherwise(0).cast(pl.Float64),
        "vis_rvr": pl.when(sight < 1).then(sight * 4000).otherwise(0.0),
        "vis_rvv": pl.lit(0.0),
        "vis_sm": "visibility_sm",
        "wx_temp": "temperature_f",
        "wx_dew_pt": "dew_point_f",
        "wx_dens_alt": pl.col("elevation_ft") + 66 * heat,
        "altimeter": "altimeter_inhg",
    }


def _wind() -> dict[str, pl.Expr | str]:
    wind, steady = pl.col("wind_kts"), pl.col("wind_kts") > 2
    return {
        "wind_dir_deg": pl.when(steady).then("wind_deg").otherwise(0).cast(pl.Float64),
        "wind_dir_ind": pl.when(steady).then(pl.lit("Y")).otherwise(pl.lit("V")),
        "wind_vel_kts": "wind_kts",
        "wind_vel_ind": pl.when(wind == 0).then(pl.lit("CALM")).otherwise(pl.lit("SPEC")),
        "gust_ind": _yes(pl.col("gust_kts") > 0),
        "gust_kts": "gust_kts",
    }


def _injuries() -> dict[str, pl.Expr | str]:
    return {
        "ev_highest_injury": "level",
        "inj_f_grnd": pl.lit(0),
        "inj_m_grnd": pl.lit(0),
        "inj_s_grnd": pl.lit(0),
        "inj_tot_f": "n_fatal",
        "inj_tot_m": "n_minor",
        "inj_tot_n": "n_none",
        "inj_tot_s": "n_serious",
        "inj_tot_t": pl.sum_horizontal("n_fatal", "n_serious", "n_minor", "n_none"),
    }


def _notice() -> dict[str, pl.Expr | str]:
    return {
        "invest_agy": pl.when("is_foreign").then(pl.lit("O")).otherwise(pl.lit("N")),
        "ntsb_docket": pl.col("event") + 10000,
        "ntsb_notf_from": pl.lit("SIMULATED"),
        "ntsb_notf_date": pl.col("ev_date").cast(pl.Datetime) + pl.duration(days="told_days"),
        "ntsb_notf_tm": "told_at",
        "fiche_number": pl.lit("DMS"),
        "lchg_date": "lchg_date",
        "faa_dist_office": pl.format("SIM {} FSDO", "ev_state"),
    }


def _yes(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(pl.lit("Y")).otherwise(pl.lit("N"))


def _hurt(fleet: pl.DataFrame) -> pl.DataFrame:
    return fleet.group_by("event").agg(pl.col("n_fatal", "n_serious", "n_minor", "n_none").sum())


def _observed(world: pl.DataFrame, seed: int) -> pl.DataFrame:
    rng, n = stream(seed, "observation"), world.height
    return world.with_columns(
        briefing=chosen(rng, n, {"FULL": 35, "NOTP": 25, "PARP": 10, "UNK": 30}),
        clear=chosen(rng, n, {"CLER": 60, "FEW": 20, "SCAT": 20}),
        rain=chosen(rng, n, {"LGT": 60, "MOD": 20, "HVY": 5, "": 15}),
        station_deg=pl.Series(rng.integers(0, 360, n).astype(float)),
        station_sm=pl.Series(rng.gamma(1.5, 6, n).round()),
        told_days=pl.Series(np.where(flags(rng, 0.8, n), 0, rng.integers(1, 9, n))),
        told_at=pl.Series(rng.integers(6, 22, n) * 100 + rng.integers(0, 60, n)),
    )


def dms(degrees: pl.Expr, width: int, positive: str, negative: str) -> pl.Expr:
    """Return degrees as NTSB's text: degrees, minutes, seconds and hemisphere, ``381326N``.

    Examples
    --------
    >>> pl.select(dms(pl.lit(-122.449722), 3, "E", "W")).item()
    '1222659W'
    """
    seconds = (degrees.abs() * 3600).round().cast(pl.Int64)
    parts = [(seconds // 3600, width), (seconds // 60 % 60, 2), (seconds % 60, 2)]
    digits = [part.cast(pl.String).str.zfill(size) for part, size in parts]
    side = pl.when(degrees < 0).then(pl.lit(negative)).otherwise(pl.lit(positive))
    return pl.concat_str([*digits, side])
