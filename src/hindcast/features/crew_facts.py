"""Everybody who flies the aircraft, told by a few summaries: the pilot listed first is one of them.

Passengers and cabin crew are left out. No release says a pilot's certificate in ``Flight_Crew``:
what is known of it is the role (a student holds a student certificate) and the medical's class.
"""

from collections.abc import Iterator

import polars as pl

PASSENGERS = ("PASS", "CABN", "PRPS")
_CERTIFICATED = ("PLT", "CPLT", "FLTI", "KPLT")
_FLYING = (*_CERTIFICATED, "DSTU")
_VALID = ("WWL", "WOWL", "VWW", "VNOW", "WTLS")
_CLASSES = {"CL1": 1.0, "CL2": 2.0, "CL3": 3.0, "SPRT": 4.0, "BASC": 4.0, "NONE": 5.0}
_KEYS = ["ev_id", "Aircraft_Key", "crew_no"]

COLUMNS: dict[str, pl.DataType] = {
    "crew_certificated": pl.Int64(),
    "crew_oldest_years": pl.Float64(),
    "crew_youngest_years": pl.Float64(),
    "crew_best_medical": pl.Float64(),
    "crew_valid_medicals": pl.Int64(),
    "crew_professionals": pl.Int64(),
    "crew_most_hours": pl.Float64(),
    "crew_least_hours": pl.Float64(),
    "crew_flying_role": pl.String(),
}


def facts(crew: pl.DataFrame, times: pl.DataFrame | None) -> pl.DataFrame:
    """Return one row per event: who is aboard to fly, and the extremes among them.

    Parameters
    ----------
    crew
        ``Flight_Crew`` rows of the primary aircraft.
    times
        ``flight_time``, or None where the source has no such table.

    Returns
    -------
    polars.DataFrame
        ``ev_id`` and those of :data:`COLUMNS` that the source has columns for.
    """
    flying = crew.with_columns(pl.col("crew_category").str.strip_chars().alias("role"))
    flying = flying.filter(pl.col("role").is_in(_FLYING)).sort("ev_id", "crew_no")
    hours = None if times is None else _hours(times)
    if hours is not None:
        flying = flying.join(hours, on=_KEYS, how="left", validate="1:1")
    told = [expr for needs, expr in _summaries() if needs in flying.columns]
    return flying.group_by("ev_id", maintain_order=True).agg(told)


def _hours(times: pl.DataFrame) -> pl.DataFrame:
    """Return each person's hours in all craft: the largest where they are listed twice."""
    whole = (pl.col("flight_type") == "TOTL") & (pl.col("flight_craft") == "ALL")
    hours = pl.col("flight_hours").cast(pl.Float64)
    plausible = times.filter(whole & hours.is_between(0, 60_000))
    return plausible.group_by(_KEYS).agg(hours.max().alias("hours"))


def _summaries() -> Iterator[tuple[str, pl.Expr]]:
    role, age = pl.col("role"), _inside("crew_age", 10, 105)
    medical = _text("med_certf").replace_strict(_CLASSES, default=None, return_dtype=pl.Float64)
    validity, work = _text("med_crtf_vldty"), _text("pc_profession")
    flown_by = role.filter(pl.col("pilot_flying").fill_null(value=False)).first()
    yield "role", role.is_in(_CERTIFICATED).sum().cast(pl.Int64).alias("crew_certificated")
    yield "crew_age", age.max().alias("crew_oldest_years")
    yield "crew_age", age.min().alias("crew_youngest_years")
    yield "med_certf", medical.min().alias("crew_best_medical")
    yield "med_crtf_vldty", _count(validity, validity.is_in(_VALID), "crew_valid_medicals")
    yield "pc_profession", _count(work, work.is_in(("YES", "Y")), "crew_professionals")
    yield "hours", pl.col("hours").max().alias("crew_most_hours")
    yield "hours", pl.col("hours").min().alias("crew_least_hours")
    yield "pilot_flying", flown_by.alias("crew_flying_role")


def _text(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().str.to_uppercase()


def _inside(column: str, low: float, high: float) -> pl.Expr:
    value = pl.col(column).cast(pl.Float64)
    return pl.when(value.is_between(low, high)).then(value)


def _count(told: pl.Expr, holds: pl.Expr, name: str) -> pl.Expr:
    """Return for how many it holds; null where it is told of nobody."""
    is_told = told.is_not_null().any()
    return pl.when(is_told).then(holds.sum()).cast(pl.Int64).alias(name)
