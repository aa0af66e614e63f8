"""Core tables to one row per event: what every feature's expression reads.

The event's own columns, its primary aircraft (lowest ``Aircraft_Key``), that aircraft's pilot and
first engine stand under their eADMS names; further aircraft, crew, engines and the sequence of
events are told by a few summaries. Columns that the source lacks are lacking here too.
"""

from functools import cache
from pathlib import Path

import polars as pl

from hindcast import paths
from hindcast.errors import HindcastError
from hindcast.features import (
    airframe_facts,
    crew_facts,
    keys,
    other_aircraft,
    sequences,
    terrain,
)

_POLARS = {
    "text": pl.String(),
    "integer": pl.Int64(),
    "real": pl.Float64(),
    "datetime": pl.Datetime("us"),
    "boolean": pl.Boolean(),
}
_BOOKKEEPING = ("release", "ntsb_no", "lchg_date", "lchg_userid", "source_archive")
_AIRCRAFT = ["ev_id", "Aircraft_Key"]
_CREW = [*_AIRCRAFT, "crew_no"]

_PATH_ODDS = "finding_log_odds_past"  # as in path_odds, which cannot be imported from here

_EXTRA_TYPES: dict[str, pl.DataType] = {
    "n_crew": pl.Int64(),
    "n_engines_listed": pl.Int64(),
    "total_power": pl.Float64(),
    "local_date": pl.Date(),
    "local_hour": pl.Float64(),
    "sun_elevation_deg": pl.Float64(),
    "nearest_airport_sm": pl.Float64(),
    "nearest_airport_elev_ft": pl.Float64(),
    "nearest_airport_id": pl.String(),
    "crew_categories": pl.List(pl.String()),
    "phases": pl.List(pl.String()),
    "occurrences": pl.List(pl.String()),
    "finding_codes": pl.List(pl.String()),
    "cause_codes": pl.List(pl.String()),
    "defining_phase_no": pl.String(),
    "defining_position": pl.Int64(),
    "defining_eventsoe_no": pl.String(),
    "is_sequence_complete": pl.Boolean(),
}


class InputError(HindcastError, ValueError):
    """The core tables do not allow an input frame."""


@cache
def input_types() -> dict[str, pl.DataType]:
    """Return the type of every column an input frame may have (history columns are Float64)."""
    schema = pl.read_csv(paths.reference() / "eadms_schema.csv", infer_schema=False)
    columns = dict(schema.select("column", "dtype").iter_rows())
    eadms = {name: _POLARS[dtype] for name, dtype in columns.items()}
    others = {f"other_{name}": eadms[name] for name in other_aircraft.TOLD}
    hours = {
        f"hours_{flight}_{craft}": pl.Float64()
        for flight in ("totl", "pic", "inst", "ircv", "l90d", "l30d", "l24h")
        for craft in ("all", "make", "seng", "meng", "nght", "actu", "simu", "roto", "gldr", "lta")
    }
    counts = [f"events_{days}d_{where}" for days in (30, 90, 365) for where in ("state", "100km")]
    past = dict.fromkeys((*counts, *keys.columns(), _PATH_ODDS), pl.Float64())
    derived = airframe_facts.COLUMNS | terrain.COLUMNS
    summaries = crew_facts.COLUMNS | other_aircraft.COLUMNS
    return eadms | others | hours | past | derived | summaries | _EXTRA_TYPES


def build(core: Path) -> pl.DataFrame:
    """Return the input frame of the core tables in ``core``: one row per event.

    Parameters
    ----------
    core
        Folder of checked tables, one ``TABLE.parquet`` each; only ``events`` must be there.

    Raises
    ------
    InputError
        There is no events table, or it lacks a column that decides population or time.
    """
    events = _events(core)
    planes = read(core, "aircraft")
    if planes is None:
        return sequences.add(events, core)
    primary = _first(planes, ["ev_id"], "Aircraft_Key")
    frame = events.join(
        _without(primary, "Aircraft_Key", *_BOOKKEEPING, *_shared(events, primary)),
        on="ev_id",
        how="left",
        validate="1:1",
    )
    frame = _joined(frame, other_aircraft.facts(planes, core))
    frame = _joined(frame, _pilots(core, primary))
    frame = _joined(frame, _engines(core, primary))
    return sequences.add(frame, core)


def read(core: Path, table: str) -> pl.DataFrame | None:
    """Return a core table, or None where the source has no such table."""
    path = core / f"{table}.parquet"
    return pl.read_parquet(path) if path.is_file() else None


def _events(core: Path) -> pl.DataFrame:
    events = read(core, "events")
    if events is None:
        raise InputError(f"no events.parquet in {core}: run the stage validate first")
    needed = {"ev_id", "ev_date", "ev_type", "ev_country", "ev_highest_injury"}
    if lacking := needed - set(events.columns):
        raise InputError(
            f"events lacks {', '.join(sorted(lacking))}: without them there is no population; "
            "check the inventory of the stage extract"
        )
    return _without(events, *_BOOKKEEPING)


def _without(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    return frame.drop(*columns, strict=False)


def _shared(left: pl.DataFrame, right: pl.DataFrame) -> tuple[str, ...]:
    return tuple(name for name in right.columns if name in left.columns and name != "ev_id")


def _first(table: pl.DataFrame, by: list[str], *order: str | pl.Expr) -> pl.DataFrame:
    """Return the first row of each ``by`` in ``order``."""
    return table.sort(*by, *order).unique(by, keep="first", maintain_order=True)


def _joined(frame: pl.DataFrame, facts: pl.DataFrame | None) -> pl.DataFrame:
    """Add facts keyed by ``ev_id``; what the frame has already is not added twice."""
    if facts is None:
        return frame
    facts = _without(facts, *_shared(frame, facts))
    return frame.join(facts, on="ev_id", how="left", validate="1:1")


def _pilots(core: Path, primary: pl.DataFrame) -> pl.DataFrame | None:
    """Tell the primary aircraft's pilot: category PLT first, then the lowest ``crew_no``.

    People listed for other reasons than flying (passengers, cabin crew) come last.
    """
    crew = read(core, "Flight_Crew")
    if crew is None:
        return None
    crew = crew.join(primary.select(_AIRCRAFT), on=_AIRCRAFT, how="semi")
    role = pl.col("crew_category").str.strip_chars()
    is_passenger = role.is_in(crew_facts.PASSENGERS)
    rank = pl.when(role == "PLT").then(0).when(is_passenger).then(2).otherwise(1)
    pilot = _first(_without(crew, *_BOOKKEEPING), ["ev_id"], rank.fill_null(1), "crew_no")
    aboard = crew.filter(~is_passenger | role.is_null())
    facts = (
        aboard.sort("ev_id", "crew_no")
        .group_by("ev_id", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("n_crew"),
            role.drop_nulls().alias("crew_categories"),
        )
    )
    told = _joined(_joined(pilot, facts), _hours(core, pilot))
    told = _joined(told, crew_facts.facts(crew, read(core, "flight_time")))
    return _without(told, "Aircraft_Key", "crew_no")


def _hours(core: Path, pilot: pl.DataFrame) -> pl.DataFrame | None:
    """Spread the pilot's flight times: ``hours_totl_all``, ``hours_l90d_make`` ..."""
    times = read(core, "flight_time")
    if times is None:
        return None
    mine = times.join(pilot.select(_CREW), on=_CREW, how="semi").with_columns(
        pl.format(
            "hours_{}_{}",
            pl.col("flight_type").str.to_lowercase(),
            pl.col("flight_craft").str.to_lowercase(),
        ).alias("which")
    )
    kinds = sorted(mine["which"].drop_nulls().unique())
    return mine.pivot(
        "which", on_columns=kinds, index="ev_id", values="flight_hours", aggregate_function="first"
    )


def _engines(core: Path, primary: pl.DataFrame) -> pl.DataFrame | None:
    """Tell engine 1, how many engines are listed, and their power together.

    A listed power of 0 stands for missing; the sum is null unless every engine has one.
    """
    engines = read(core, "engines")
    if engines is None:
        return None
    mine = engines.join(primary.select(_AIRCRAFT), on=_AIRCRAFT, how="semi")
    sums = [pl.len().cast(pl.Int64).alias("n_engines_listed")]
    if "power_units" in mine.columns:
        power = pl.col("power_units")
        whole = (power > 0).fill_null(value=False).all()
        sums.append(pl.when(whole).then(power.sum()).alias("total_power"))
    facts = mine.group_by("ev_id").agg(sums)
    first = _first(_without(mine, *_BOOKKEEPING), ["ev_id"], "eng_no")
    return _without(_joined(first, facts), "Aircraft_Key", "eng_no")
