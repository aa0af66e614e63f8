"""The simulated tables of aircraft and engines, and who was hurt aboard."""

import numpy as np
import polars as pl

from . import flights
from .chance import flags, stream

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


def has_second_pilot() -> pl.Expr:
    """Whether a second flight crew member sat in front: dual instruction, carriers, a few more."""
    dual = pl.col("is_instructional") & ~pl.col("is_student")
    crewed = pl.col("far_part") == "121"
    friend = (pl.col("event") % 11 == 0) & (pl.col("occupants") > 1)
    return (dual & (pl.col("total_seats") > 1)) | crewed | friend


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
