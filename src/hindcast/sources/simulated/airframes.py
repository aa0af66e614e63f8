"""The simulated aircraft table, as it would be without gaps and faults."""

import polars as pl

from .chance import chosen, flags, stream
from .craft import has_second_pilot

_COMMERCIAL = pl.col("far_part").is_in(["121", "135"])
_PLANS = {"NONE": 70, "VFR": 9, "IFR": 12, "CVFR": 3, "VFIF": 1, "UNK": 2, "": 3}


def aircraft(fleet: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return one row an aircraft in a full release's columns.

    Left out, and so absent as in a public copy: names and addresses of owners and operators.
    """
    return _drawn(fleet, seed).select(
        "event", **_identity(), **_build(), **_cabin(), **_upkeep(), **_beacon(), **_operator(),
        **_purpose(), **_route(), **_wreck(), **_runway(),
    )  # fmt: skip


def _drawn(fleet: pl.DataFrame, seed: int) -> pl.DataFrame:
    rng, n = stream(seed, "aircraft"), fleet.height
    age = (fleet["ev_year"] - fleet["acft_year"]).to_numpy()
    return fleet.with_columns(
        afm_hrs=pl.Series((rng.gamma(1.6, 1800, n) * (1 + age / 40)).round(1)),
        inspected_days=pl.Series(rng.gamma(1.5, 90, n).astype(int)),
        length=pl.Series(rng.lognormal(8.4, 0.45, n).clip(900, 14000).round(-1)),
        plan=chosen(rng, n, _PLANS),
        hours_since=pl.Series(rng.gamma(1.3, 28, n).round(1)),
        fuel=pl.Series(rng.gamma(2.2, 9, n)),
        runway=pl.Series(rng.integers(1, 37, n)),
        departed_min=pl.Series(rng.integers(5, 150, n)),
        same_field=pl.Series(flags(rng, 0.45, n)),
        serial=pl.Series(rng.integers(1000, 99999, n)),
        aft=pl.Series(rng.random(n)),
    )


def _yes(condition: pl.Expr | str) -> pl.Expr:
    return pl.when(condition).then(pl.lit("Y")).otherwise(pl.lit("N"))


def _identity() -> dict[str, pl.Expr | str]:
    return {
        "ev_id": "ev_id",
        "Aircraft_Key": "key",
        "regis_no": pl.format("N{}ZZ", pl.col("serial").cast(pl.String).str.zfill(5)),
        "ntsb_no": "ntsb_no",
        "acft_serial_no": pl.format("SIM-{}", "serial"),
        "acft_missing": pl.lit("N"),
        "acft_reg_cls": pl.when("is_foreign").then(pl.lit("FNFN")).otherwise(pl.lit("USUS")),
        "lchg_date": "lchg_date",
    }


def _build() -> dict[str, pl.Expr | str]:
    same = ("acft_make", "acft_model", "acft_category", "cert_max_gr_wt", "homebuilt", "num_eng",
            "fixed_retractable", "acft_year")  # fmt: skip
    return {name: name for name in same} | {
        "acft_series": pl.col("acft_model").str.extract(r"([A-Z0-9]+)$"),
        "ifr_equipped_cert": pl.col("cert_max_gr_wt") > 2200,
        "commercial_space_flight": pl.lit(False),
        "unmanned": pl.lit(False),
    }


def _cabin() -> dict[str, pl.Expr | str]:
    front = pl.when(_COMMERCIAL).then(2).otherwise(1)
    return {
        "fc_seats": front,
        "cc_seats": pl.when("is_air_carrier").then(pl.col("total_seats") // 45).otherwise(0),
        "pax_seats": pl.col("total_seats") - front,
        "total_seats": "total_seats",
        "second_pilot": _yes(has_second_pilot()),
    }


def _upkeep() -> dict[str, pl.Expr | str]:
    hundred = pl.col("is_instructional") | (pl.col("event") % 5 == 0)
    return {
        "type_last_insp": pl.when("is_air_carrier").then(pl.lit("COAW"))
        .when("is_homebuilt").then(pl.lit("COND"))
        .when(hundred).then(pl.lit("100H")).otherwise(pl.lit("ANNL")),
        "date_last_insp": pl.col("ev_date") - pl.duration(days="inspected_days"),
        "afm_hrs_last_insp": (pl.col("afm_hrs") - pl.col("hours_since")).clip(0),
        "afm_hrs": "afm_hrs",
        "afm_hrs_since": pl.lit("ACCI"),
    }  # fmt: skip


def _beacon() -> dict[str, pl.Expr | str]:
    fitted = pl.col("aft") < 0.3
    modern = pl.col("aft") < 0.4
    return {
        "elt_install": _yes(pl.col("acft_category").is_in(["AIR", "HELI"])),
        "elt_oper": _yes("is_destroyed"),
        "elt_aided_loc_ev": pl.lit("N"),
        "elt_type": pl.when(modern).then(pl.lit("C126")).otherwise(pl.lit("C91A")),
        "elt_mounted_aircraft": pl.col("aft") < 0.8,
        "elt_connected_antenna": pl.col("aft") < 0.75,
        "elt_manufacturer": pl.when(fitted).then(pl.lit("SIMULATED")),
        "elt_model": pl.when(fitted).then(pl.lit("SIM-406")),
        "elt_reason_other": pl.lit("SIMULATED"),
    }


def _operator() -> dict[str, pl.Expr | str]:
    invented = pl.format("SIMULATED OPERATOR {}", pl.col("serial") % 60)
    return {
        "owner_state": "ev_state",
        "owner_country": "ev_country",
        "oper_name": pl.when(_COMMERCIAL).then(invented),
        "oper_same": pl.lit("Y"),
        "oper_addr_same": pl.lit("Y"),
        "oper_state": "ev_state",
        "oper_country": "ev_country",
        "certs_held": _yes(~pl.col("is_foreign")),
        "oprtng_cert": _yes(_COMMERCIAL),
        "oper_sched": pl.when("is_air_carrier").then(pl.lit("SCHD"))
        .when(_COMMERCIAL).then(pl.lit("NSCH")),
        "oper_dom_int": pl.when(_COMMERCIAL).then(pl.lit("DOM")),
        "oper_pax_cargo": pl.when(_COMMERCIAL).then(pl.lit("PAX")),
    }  # fmt: skip


def _purpose() -> dict[str, pl.Expr | str]:
    planned = pl.col("is_imc") | _COMMERCIAL
    plan = pl.when(planned).then(pl.lit("IFR")).otherwise("plan")
    return {
        "far_part": "far_part",
        "type_fly": pl.when(pl.col("type_fly") != "").then("type_fly"),
        "flt_plan_filed": plan,
        "flight_plan_activated": _yes(plan != "NONE"),
        "site_seeing": pl.lit("N"),
        "air_medical": pl.lit("N"),
        "med_type_flight": pl.lit("DISC"),
        "report_to_icao": _yes(pl.col("cert_max_gr_wt") > 5000),
    }


def _route() -> dict[str, pl.Expr | str]:
    left = (pl.col("minutes") - pl.col("departed_min")) % 1440
    return {
        "dprt_pt_same_ev": _yes("same_field"),
        "dprt_apt_id": "apt_id",
        "dprt_state": "ev_state",
        "dprt_country": "ev_country",
        "dprt_time": left // 60 * 100 + left % 60,
        "dprt_timezn": "ev_tmzn",
        "dest_same_local": pl.when("same_field").then(pl.lit("LOCL")).otherwise(pl.lit("SAME")),
        "dest_apt_id": "apt_id",
        "dest_state": "ev_state",
        "dest_country": "ev_country",
        "fuel_on_board": (pl.col("fuel") * (pl.col("cert_max_gr_wt") / 1600)).round(),
    }


def _wreck() -> dict[str, pl.Expr | str]:
    slight = pl.col("is_incident") | (pl.col("impact_speed") < -2.2)
    in_flight = (pl.col("event") % 25) == 0
    burnt = pl.when(in_flight).then(pl.lit("IFLT")).otherwise(pl.lit("GRD"))
    exploded = pl.col("has_fire") & ((pl.col("event") % 6) == 0)
    return {
        "damage": pl.when("is_destroyed").then(pl.lit("DEST"))
        .when(slight).then(pl.lit("MINR")).otherwise(pl.lit("SUBS")),
        "acft_fire": pl.when("has_fire").then(burnt).otherwise(pl.lit("NONE")),
        "acft_expl": pl.when(exploded).then(pl.lit("GRD")).otherwise(pl.lit("NONE")),
        "evacuation": _yes(pl.col("has_fire") & (pl.col("n_none") > 0)),
    }  # fmt: skip


def _runway() -> dict[str, pl.Expr | str]:
    used = pl.col("is_on_airport") & ~pl.col("acft_category").is_in(["HELI", "BALL"])
    width = ((pl.col("length") / 600).round() * 10).clip(30, 200)
    return {
        "rwy_num": pl.when(used).then(pl.col("runway").cast(pl.String).str.zfill(2)),
        "rwy_len": pl.when(used).then("length").otherwise(0.0),
        "rwy_width": pl.when(used).then(width).otherwise(0.0),
    }
