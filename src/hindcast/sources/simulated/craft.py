"""The simulated tables of aircraft and engines, and who was hurt aboard."""

import numpy as np
import polars as pl

from . import flights
from .chance import chosen, flags, stream

_KEYS_SWAPPED = 0.35


def fleet(world: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return every aircraft involved, with its true facts: one row an ``event`` and ``key``.

    The aircraft that the event happened to is usually, not always, listed first: the event's
    label is not the aircraft's.
    """
    rng = stream(seed, "second aircraft")
    two = world.filter("has_two_aircraft")
    drawn = flights.airframe(rng, two.height, two["ev_year"].to_numpy())
    other = two.drop(set(drawn.columns) & set(two.columns)).hstack(drawn)
    other = flights.operation(rng, other) if two.height else other
    hurt = flags(rng, 0.15, two.height) & (two["level"] != "NONE").to_numpy()
    other = other.with_columns(
        is_fatal=pl.lit(False),
        is_destroyed=pl.lit(False),
        has_fire=pl.lit(False),
        level=pl.Series(np.where(hurt, "MINR", "NONE"), dtype=pl.String),
    )
    swapped = pl.Series(flags(rng, _KEYS_SWAPPED, world.height))
    first = world.with_columns(
        key=pl.when(pl.col("has_two_aircraft") & swapped).then(2).otherwise(1)
    )
    keys = first.filter("has_two_aircraft")["key"]
    both = pl.concat([first, other.with_columns(key=3 - keys).select(first.columns)])
    return casualties(stream(seed, "casualties"), both.sort("event", "key"))


def casualties(rng: np.random.Generator, aircraft: pl.DataFrame) -> pl.DataFrame:
    """Add how many aboard were killed, hurt seriously, slightly and not at all."""
    aboard, level = aircraft["occupants"].to_numpy(), aircraft["level"].to_numpy()
    worst = 1 + rng.binomial(
        aboard - 1, np.where(aboard > 12, 0.03, np.where(level == "FATL", 0.7, 0.35))
    )
    fatal = np.where(level == "FATL", worst, 0)
    left = aboard - fatal
    serious = np.where(
        level == "SERS", worst, np.where(level == "FATL", rng.binomial(left, 0.45), 0)
    )
    left = left - serious
    minor = np.where(level == "MINR", worst, np.where(level == "NONE", 0, rng.binomial(left, 0.3)))
    return aircraft.with_columns(
        n_fatal=fatal, n_serious=serious, n_minor=minor, n_none=left - minor
    )


def aircraft(fleet: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return the aircraft table as it would be without gaps and faults."""
    rng, n = stream(seed, "aircraft"), fleet.height
    hours = rng.gamma(1.6, 1800, n) * (1 + (fleet["ev_year"] - fleet["acft_year"]).to_numpy() / 40)
    inspected = rng.gamma(1.5, 90, n).astype(int)
    commercial = pl.col("far_part").is_in(["121", "135"])
    on_runway = pl.col("is_on_airport") & ~pl.col("acft_category").is_in(["HELI", "BALL"])
    length = rng.lognormal(8.4, 0.45, n).clip(900, 14000).round(-1)
    plan = chosen(rng, n, {"NONE": 70, "VFR": 9, "IFR": 12, "CVFR": 3, "VFIF": 1, "UNK": 2, "": 3})
    facts = fleet.with_columns(
        afm_hrs=pl.Series(hours.round(1)), hours_since=pl.Series(rng.gamma(1.3, 28, n).round(1)),
        inspected_days=pl.Series(inspected), length=pl.Series(length), plan=plan,
        fuel=pl.Series(rng.gamma(2.2, 9, n)), runway=pl.Series(rng.integers(1, 37, n)),
        departed_min=pl.Series(rng.integers(5, 150, n)), same_field=pl.Series(flags(rng, 0.45, n)),
        serial=pl.Series(rng.integers(1000, 99999, n)), aft=pl.Series(rng.random(n)),
    )  # fmt: skip
    ifr = pl.when(pl.col("is_imc")).then(pl.lit("IFR")).otherwise("plan")
    return facts.select(
        "event", "ev_id", Aircraft_Key="key",
        regis_no=pl.format("N{}ZZ", pl.col("serial").cast(pl.String).str.zfill(5)),
        ntsb_no="ntsb_no", acft_missing=pl.lit("N"), far_part="far_part",
        flt_plan_filed=pl.when(commercial).then(pl.lit("IFR")).otherwise(ifr),
        flight_plan_activated=pl.when(ifr == "NONE").then(pl.lit("N")).otherwise(pl.lit("Y")),
        damage=_damage(), acft_fire=_fire(), acft_expl=_explosion(),
        acft_make="acft_make", acft_model="acft_model",
        acft_series=pl.col("acft_model").str.extract(r"([A-Z0-9]+)$"),
        acft_serial_no=pl.format("SIM-{}", "serial"),
        cert_max_gr_wt="cert_max_gr_wt", acft_category="acft_category",
        acft_reg_cls=pl.when("is_foreign").then(pl.lit("FNFN")).otherwise(pl.lit("USUS")),
        homebuilt="homebuilt",
        fc_seats=pl.when(commercial).then(2).otherwise(1),
        cc_seats=pl.when("is_air_carrier").then(pl.col("total_seats") // 45).otherwise(0),
        pax_seats=pl.col("total_seats") - pl.when(commercial).then(2).otherwise(1),
        total_seats="total_seats", num_eng="num_eng", fixed_retractable="fixed_retractable",
        type_last_insp=_inspection(),
        date_last_insp=pl.col("ev_date") - pl.duration(days="inspected_days"),
        afm_hrs_last_insp=(pl.col("afm_hrs") - pl.col("hours_since")).clip(0),
        afm_hrs="afm_hrs", afm_hrs_since=pl.lit("ACCI"),
        elt_install=pl.when(pl.col("acft_category").is_in(["AIR", "HELI"]))
        .then(pl.lit("Y")).otherwise(pl.lit("N")),
        elt_oper=pl.when("is_destroyed").then(pl.lit("Y")).otherwise(pl.lit("N")),
        elt_aided_loc_ev=pl.lit("N"),
        elt_type=pl.when(pl.col("aft") < 0.4).then(pl.lit("C126")).otherwise(pl.lit("C91A")),
        owner_state="ev_state", owner_country="ev_country",
        oper_name=pl.when(commercial).then(
            pl.format("SIMULATED OPERATOR {}", pl.col("serial") % 60)),
        oper_same=pl.lit("Y"), oper_addr_same=pl.lit("Y"), oper_state="ev_state",
        oper_country="ev_country",
        certs_held=pl.when("is_foreign").then(pl.lit("N")).otherwise(pl.lit("Y")),
        oprtng_cert=pl.when(commercial).then(pl.lit("Y")).otherwise(pl.lit("N")),
        oper_sched=pl.when("is_air_carrier").then(pl.lit("SCHD")).when(commercial)
        .then(pl.lit("NSCH")),
        oper_dom_int=pl.when(commercial).then(pl.lit("DOM")),
        oper_pax_cargo=pl.when(commercial).then(pl.lit("PAX")),
        type_fly=pl.when(pl.col("type_fly") != "").then("type_fly"),
        second_pilot=_second_pilot(),
        dprt_pt_same_ev=pl.when("same_field").then(pl.lit("Y")).otherwise(pl.lit("N")),
        dprt_apt_id="apt_id", dprt_state="ev_state", dprt_country="ev_country",
        dprt_time=_hhmm((pl.col("minutes") - pl.col("departed_min")) % 1440),
        dprt_timezn="ev_tmzn",
        dest_same_local=pl.when("same_field").then(pl.lit("LOCL")).otherwise(pl.lit("SAME")),
        dest_apt_id="apt_id", dest_state="ev_state", dest_country="ev_country",
        report_to_icao=pl.when(pl.col("cert_max_gr_wt") > 5000).then(pl.lit("Y")).otherwise(pl.lit("N")),
        evacuation=pl.when(pl.col("has_fire") & (pl.col("n_none") > 0)).then(pl.lit("Y"))
        .otherwise(pl.lit("N")),
        lchg_date="lchg_date",
        rwy_num=pl.when(on_runway).then(pl.col("runway").cast(pl.String).str.zfill(2)),
        rwy_len=pl.when(on_runway).then("length").otherwise(0.0),
        rwy_width=pl.when(on_runway).then(((pl.col("length") / 600).round() * 10).clip(30, 200)).otherwise(0.0),
        site_seeing=pl.lit("N"), air_medical=pl.lit("N"), med_type_flight=pl.lit("DISC"),
        acft_year="acft_year",
        fuel_on_board=(pl.col("fuel") * (pl.col("cert_max_gr_wt") / 1600)).round(),
        commercial_space_flight=pl.lit(False), unmanned=pl.lit(False),
        ifr_equipped_cert=pl.col("cert_max_gr_wt") > 2200,
        elt_mounted_aircraft=pl.col("aft") < 0.8, elt_connected_antenna=pl.col("aft") < 0.75,
        elt_manufacturer=pl.when(pl.col("aft") < 0.3).then(pl.lit("ACK")),
        elt_model=pl.when(pl.col("aft") < 0.3).then(pl.lit("E-04")),
        elt_reason_other=pl.lit("SIMULATED"),
    )  # fmt: skip


def _damage() -> pl.Expr:
    slight = pl.col("is_incident") | (pl.col("impact_speed") < -2.2)
    return (
        pl.when("is_destroyed").then(pl.lit("DEST"))
        .when(slight).then(pl.lit("MINR")).otherwise(pl.lit("SUBS"))
    )  # fmt: skip


def _fire() -> pl.Expr:
    in_flight = (pl.col("event") % 25) == 0
    burnt = pl.when(in_flight).then(pl.lit("IFLT")).otherwise(pl.lit("GRD"))
    return pl.when("has_fire").then(burnt).otherwise(pl.lit("NONE"))


def _explosion() -> pl.Expr:
    exploded = pl.col("has_fire") & ((pl.col("event") % 6) == 0)
    return pl.when(exploded).then(pl.lit("GRD")).otherwise(pl.lit("NONE"))


def _inspection() -> pl.Expr:
    return (
        pl.when("is_air_carrier").then(pl.lit("COAW"))
        .when("is_homebuilt").then(pl.lit("COND"))
        .when(pl.col("is_instructional") | (pl.col("event") % 5 == 0)).then(pl.lit("100H"))
        .otherwise(pl.lit("ANNL"))
    )  # fmt: skip


def _second_pilot() -> pl.Expr:
    two = has_second_pilot()
    return pl.when(two).then(pl.lit("Y")).otherwise(pl.lit("N"))


def has_second_pilot() -> pl.Expr:
    """Whether a second flight crew member sat in front: dual instruction, carriers, a few more."""
    dual = pl.col("is_instructional") & ~pl.col("is_student")
    crewed = pl.col("far_part") == "121"
    friend = (pl.col("event") % 11 == 0) & (pl.col("occupants") > 1)
    return (dual & (pl.col("total_seats") > 1)) | crewed | friend


def _hhmm(minutes: pl.Expr) -> pl.Expr:
    return minutes // 60 * 100 + minutes % 60


def engines(fleet: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return the engines table: one row per engine of each powered aircraft."""
    rows = (
        fleet.filter(pl.col("num_eng") > 0)
        .with_columns(eng_no=pl.int_ranges(1, pl.col("num_eng") + 1))
        .explode("eng_no")
    )
    rng, n = stream(seed, "engines"), rows.height
    total, overhaul = rng.gamma(1.4, 1500, n).round(1), rng.gamma(1.5, 500, n).round(1)
    return rows.select(
        "event", "ev_id", "eng_no", "eng_type", "eng_mfgr", "eng_model", "hp_or_lbs", "lchg_date",
        "propeller_type", Aircraft_Key="key", power_units=pl.col("power_units").cast(pl.Float64),
        carb_fuel_injection=pl.when(pl.col("eng_model").str.contains("I")).then(pl.lit("FINJ"))
        .when(pl.col("eng_type") == "REC").then(pl.lit("CARB")),
        propeller_make=pl.when(pl.col("propeller_type") == "CONP").then(pl.lit("Hartzell"))
        .when(pl.col("propeller_type") == "FIXP").then(pl.lit("McCauley")),
        eng_time_total=pl.Series(total),
        eng_time_last_insp=pl.Series(rng.gamma(1.2, 28, n).round(1)),
        eng_time_overhaul=pl.Series(np.minimum(total, overhaul)),
    )  # fmt: skip
