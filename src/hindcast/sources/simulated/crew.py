"""The simulated tables of crews, their hours, and injuries by place aboard."""

import numpy as np
import polars as pl

from .chance import chosen, flags, stream
from .craft import has_second_pilot

_OF_TOTAL = {"TOTL": 1.0, "PIC": 0.8, "INST": 0.12, "L90D": 0.02, "L30D": 0.008, "L24H": 0.0006}
"""Each flight_type and its usual share of a pilot's total hours."""

_OF_ALL: dict[tuple[str, str], float] = {
    ("TOTL", "MAKE"): 0.4, ("TOTL", "SENG"): 1.0, ("TOTL", "MENG"): 0.3, ("TOTL", "NGHT"): 0.2,
    ("TOTL", "ACTU"): 0.1, ("TOTL", "SIMU"): 0.08, ("TOTL", "ROTO"): 0.15, ("PIC", "MAKE"): 0.4,
    ("L90D", "MAKE"): 1.0, ("L30D", "MAKE"): 1.0, ("L24H", "MAKE"): 1.0,
}  # fmt: skip
"""Each further flight_craft and the largest usual share of the hours of that type in all craft."""

_MEDICALS = {"CL3": 46, "CL2": 31, "CL1": 12, "NONE": 5, "SPRT": 4, "BASC": 2}
_SEATS = {"LEFT": 64, "RGT": 11, "FRT": 12, "SNGL": 6, "REAR": 4, "CTR": 2, "UNK": 1}
_WINDOW_LIMIT = {"L24H": 14.0, "L30D": 130.0, "L90D": 330.0}


def crew(fleet: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return the true crew: one row per ``event``, ``key`` and ``crew_no``, pilots first."""
    rng = stream(seed, "second pilot")
    second = fleet.filter(has_second_pilot())
    n = second.height
    dual = pl.col("is_instructional")
    second = second.with_columns(
        crew_no=pl.lit(2),
        crew_category=pl.when(dual).then(pl.lit("DSTU")).otherwise(pl.lit("CPLT")),
        pilot_hours=pl.when(dual).then(pl.Series(rng.lognormal(4.3, 0.8, n).clip(3, 900).round()))
        .otherwise(pl.col("pilot_hours") * 0.4 + 30).round(),
        pilot_age=pl.Series(rng.normal(38, 12, n).clip(17, 85).round()),
    )  # fmt: skip
    first = fleet.with_columns(
        crew_no=pl.lit(1),
        crew_category=pl.when("is_student").then(pl.lit("DSTU")).when("is_instructional")
        .then(pl.lit("FLTI")).otherwise(pl.lit("PLT")),
    )  # fmt: skip
    everyone = pl.concat([first, second.select(first.columns)])
    return everyone.filter(~pl.col("is_foreign") | (pl.col("event") % 5 == 0)).sort(
        "event", "key", "crew_no"
    )


def flight_crew(crew: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return the Flight_Crew table as it would be without gaps and faults."""
    rng, n = stream(seed, "crew"), crew.height
    medical = np.where(crew["is_air_carrier"], "CL1", chosen(rng, n, _MEDICALS))
    spared = flags(rng, 0.08, n) & (crew["occupants"] > 1).to_numpy()
    hurt = np.where(spared, np.where(crew["level"] == "FATL", "SERS", "NONE"), crew["level"])
    drawn = crew.with_columns(
        medical=pl.Series(medical), hurt=pl.Series(hurt),
        seat=chosen(rng, n, _SEATS),
        limits=chosen(rng, n, {"WWL": 56, "WOWL": 36, "NONE": 5, "UNK": 2, "WTLS": 1}),
        sex=chosen(rng, n, {"M": 96, "F": 4}), paid=chosen(rng, n, {"No": 65, "Yes": 33, "UNK": 2}),
        harness=chosen(rng, n, {"3": 48, "4": 28, "L": 14, "5": 8, "U": 2}),
        medical_days=pl.Series(rng.gamma(2.0, 170, n).astype(int)),
        review_days=pl.Series(rng.gamma(2.2, 150, n).astype(int)),
    )  # fmt: skip
    flew = pl.col("crew_no") == 1
    return drawn.select(
        "event", "ev_id", "crew_no", "crew_category", Aircraft_Key="key",
        crew_age=pl.col("pilot_age").cast(pl.Int64), crew_sex="sex", crew_res_state="ev_state",
        crew_res_country="ev_country", med_certf="medical", med_crtf_vldty="limits",
        date_lst_med=pl.when(pl.col("medical") != "NONE")
        .then(pl.col("ev_date") - pl.duration(days="medical_days")),
        crew_rat_endorse=pl.lit("Y"), crew_inj_level="hurt",
        seatbelts_used=pl.lit("Y"), shldr_harn_used=pl.lit("Y"),
        crew_tox_perf=pl.when(pl.col("hurt") == "FATL").then(pl.lit("Y")).otherwise(pl.lit("N")),
        seat_occ_pic=pl.when(flew).then("seat").otherwise(pl.lit("RGT")), pc_profession="paid",
        bfr=pl.lit("Y"), bfr_date=pl.col("ev_date") - pl.duration(days="review_days"),
        ft_as_of="ev_date", lchg_date="lchg_date", seat_occ_row=pl.lit(1),
        infl_rest_inst=pl.when(pl.col("acft_year") > 2004).then(pl.lit("Y")).otherwise(pl.lit("N")),
        infl_rest_depl=pl.lit("N"), child_restraint=pl.lit("UNK"),
        med_crtf_limit=pl.when(pl.col("limits") == "WWL")
        .then(pl.lit("Must wear corrective lenses")),
        mr_faa_med_certf="medical", pilot_flying=flew, available_restraint="harness",
        restraint_used="harness",
    )  # fmt: skip


def flight_time(crew: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return the flight_time table: every type and craft of each crew member, in hours.

    Recent hours go with total ones but have a ceiling: nobody flies 15 hours in 24. A window never
    holds more than a longer one, nor one make more than all, but where a fault says so.
    """
    kinds = pl.DataFrame(
        [(t, "ALL", 1.0) for t in _OF_TOTAL] + [(*kind, share) for kind, share in _OF_ALL.items()],
        schema=["flight_type", "flight_craft", "of_all"],
        orient="row",
    )
    rows = _all_craft(crew, seed).join(
        kinds, on="flight_type", validate="m:m", maintain_order="left_right"
    )
    part = pl.col("hours_all") * pl.col("of_all")
    drawn = part * pl.Series(stream(seed, "craft").uniform(0.2, 1, rows.height))
    return rows.with_columns(
        flight_hours=pl.when(pl.col("flight_craft") == "ALL").then("hours_all")
        .otherwise(drawn.round(1))
    ).select(
        "event", "ev_id", "Aircraft_Key", "crew_no", "flight_type", "flight_craft", "flight_hours",
        "lchg_date",
    )  # fmt: skip


def _all_craft(crew: pl.DataFrame, seed: int) -> pl.DataFrame:
    rng = stream(seed, "hours")
    types = pl.DataFrame(list(_OF_TOTAL.items()), schema=["flight_type", "share"], orient="row")
    people = crew.select(
        "event", "ev_id", "lchg_date", "crew_no", "pilot_hours", Aircraft_Key="key",
        active=pl.Series(rng.lognormal(0, 0.6, crew.height)),
    )  # fmt: skip
    rows = people.join(types, how="cross", maintain_order="left_right")
    lately = pl.col("flight_type").is_in(list(_WINDOW_LIMIT))
    scale = pl.when(lately).then("active").otherwise(1.0)
    limit = pl.col("flight_type").replace_strict(_WINDOW_LIMIT, default=1e6)
    drawn = pl.col("pilot_hours") * pl.col("share") * scale
    drawn = drawn * pl.Series(rng.uniform(0.55, 1, rows.height))
    return rows.with_columns(
        hours_all=pl.when(pl.col("flight_type") == "TOTL").then("pilot_hours")
        .otherwise(pl.min_horizontal(drawn, "pilot_hours", limit).round(1))
    )  # fmt: skip


def injury(fleet: pl.DataFrame) -> pl.DataFrame:
    """Return the injury table: all aboard, the pilot, and everybody else by level."""
    levels = {"FATL": "n_fatal", "SERS": "n_serious", "MINR": "n_minor", "NONE": "n_none"}
    aboard = [_injured(fleet, "ABRD", k, pl.col(c)) for k, c in levels.items()]
    total = _injured(fleet, "ABRD", "TOTL", pl.col("occupants"))
    pilot = _injured(fleet, "PLT", pl.col("level"), pl.lit(1))
    others = [
        _injured(fleet, "PAX", k, pl.col(c) - (pl.col("level") == k)) for k, c in levels.items()
    ]
    rows = pl.concat([*aboard, total, pilot, *others]).filter(pl.col("inj_person_count") > 0)
    return rows.sort("event", "Aircraft_Key", "inj_person_category", "injury_level")


def _injured(fleet: pl.DataFrame, who: str, level: str | pl.Expr, count: pl.Expr) -> pl.DataFrame:
    return fleet.select(
        "event", "ev_id", "lchg_date", Aircraft_Key="key", inj_person_category=pl.lit(who),
        injury_level=level if isinstance(level, pl.Expr) else pl.lit(level),
        inj_person_count=count.cast(pl.Int64),
    )  # fmt: skip
