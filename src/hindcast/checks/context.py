"""What a rule may look at beside its own row: facts of the event, the aircraft, the release.

Columns that start with ``_`` live only while the rules are put. A fact whose source is absent is
absent too, so that a rule which needs it is reported as not applicable.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from hindcast.checks import units

_LATEST = pl.datetime(2100, 1, 1)
_FILED = ("lchg_date", "approval_date", "ntsb_notf_date")
_OF_EVENT = ("ev_date", "ev_highest_injury", "ntsb_no", "era")
_AIRCRAFT_KEY = ("ev_id", "Aircraft_Key")
_CREW_KEY = (*_AIRCRAFT_KEY, "crew_no")
_HOURS = {"_totl": "TOTL", "_l90d": "L90D", "_l30d": "L30D"}


def as_of(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the last day each release can know of: its newest filing date and a year of grace."""
    dated = [
        tables[table].select("release", pl.col(column).alias("_as_of"))
        for table in ("events", "NTSB_Admin")
        if table in tables
        for column in _FILED
        if column in tables[table].columns
    ]
    if not dated:
        return pl.DataFrame(schema={"release": pl.String, "_as_of": pl.Datetime("us")})
    filed = pl.concat(dated).filter(pl.col("_as_of") < _LATEST)
    newest = filed.group_by("release").agg(pl.col("_as_of").max())
    return newest.with_columns(pl.col("_as_of").dt.offset_by("1y"))


def with_as_of(events: pl.DataFrame, newest: pl.DataFrame) -> pl.DataFrame:
    """Return ``events`` with ``_as_of``; a release that never says when it was filed gets 2100."""
    joined = events.join(newest, on="release", how="left", validate="m:1", maintain_order="left")
    return joined.with_columns(pl.col("_as_of").fill_null(_LATEST))


def with_temperature_facts(
    events: pl.DataFrame, decided: Mapping[str, Mapping[str, Any]]
) -> pl.DataFrame:
    """Return ``events`` with what was decided on each release's readings."""
    if "wx_temp" not in events.columns:
        return events
    facts = [_temperature_facts(release, one) for release, one in decided.items()]
    columns = {name for fact in facts for name in fact}
    table = pl.DataFrame(
        [{name: fact.get(name, False) for name in sorted(columns)} for fact in facts]
    )
    joined = events.join(table, on="release", how="left", validate="m:1", maintain_order="left")
    other = pl.col("ev_date").dt.year().is_in(pl.col("_other_years")).fill_null(False)
    fahrenheit = pl.col("_is_fahrenheit") != other
    # In deg F, 0 stands for missing, in a single year as in a whole release.
    markers = pl.col("^_zero_is_missing_.*$") | fahrenheit
    flags = joined.with_columns(markers, _is_other_year=other, _is_fahrenheit=fahrenheit)
    return flags.drop("_other_years")


def _temperature_facts(release: str, decision: Mapping[str, Any]) -> dict[str, Any]:
    markers = {
        f"_{marker}_{column}": is_missing
        for marker in ("zero_is_missing", "minus_18_is_missing")
        for column, is_missing in decision[marker].items()
    }
    fahrenheit = decision["unit"] == units.FAHRENHEIT
    years = [int(year) for year in decision["other_years"]]
    return {
        "release": release,
        "_is_fahrenheit": fahrenheit,
        "_other_years": years or [-1],
    } | markers


def in_celsius(events: pl.DataFrame) -> pl.DataFrame:
    """Return ``events`` with temperatures in degrees C where they were found to be in deg F."""
    if "_is_fahrenheit" not in events.columns:
        return events
    here = [column for column in ("wx_temp", "wx_dew_pt") if column in events.columns]
    converted = [
        pl.when("_is_fahrenheit")
        .then(units.celsius(column))
        .otherwise(pl.col(column))
        .alias(column)
        for column in here
    ]
    return events.with_columns(converted)


def with_injury_total(
    events: pl.DataFrame, decided: Mapping[str, Mapping[str, Any]]
) -> pl.DataFrame:
    """Return ``events`` with ``_injury_total``: the parts summed as the release sums them."""
    known = {name: one["includes_uninjured"] for name, one in decided.items()}
    if not any(value is not None for value in known.values()):
        return events
    included = pl.col("release").replace_strict(known, default=None, return_dtype=pl.Boolean)
    hurt = pl.sum_horizontal("inj_tot_f", "inj_tot_s", "inj_tot_m")
    counted = pl.any_horizontal(
        pl.col("inj_tot_f", "inj_tot_s", "inj_tot_m", "inj_tot_n").is_not_null()
    )
    total = pl.when(included).then(hurt + pl.col("inj_tot_n").fill_null(0)).otherwise(hurt)
    return events.with_columns(_injury_total=pl.when(included.is_not_null() & counted).then(total))


def with_event_facts(frame: pl.DataFrame, passed: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return a child table with its event's date, year, era, level and report number."""
    events = passed["events"]
    here = [name for name in _OF_EVENT if name in events.columns]
    facts = events.select("ev_id", *(pl.col(name).alias(f"_{name}") for name in here))
    return frame.join(facts, on="ev_id", how="left", validate="m:1", maintain_order="left")


def with_engine_count(engines: pl.DataFrame, passed: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return ``engines`` with the number of engines that their aircraft says it has."""
    if "num_eng" not in passed.get("aircraft", pl.DataFrame()).columns:
        return engines
    counts = passed["aircraft"].select(*_AIRCRAFT_KEY, _num_eng="num_eng")
    return engines.join(counts, on=_AIRCRAFT_KEY, how="left", validate="m:1", maintain_order="left")


def with_other_hours(hours: pl.DataFrame) -> pl.DataFrame:
    """Return ``flight_time`` with the same pilot's other counts, which bound each one."""
    if "flight_hours" not in hours.columns:
        return hours
    positive = pl.when(pl.col("flight_hours") > 0).then(pl.col("flight_hours"))
    everything = hours.filter(pl.col("flight_craft") == "ALL").with_columns(flight_hours=positive)
    for name, flight_type in _HOURS.items():
        some = everything.filter(pl.col("flight_type") == flight_type)
        some = some.unique(_CREW_KEY, keep="first", maintain_order=True)
        hours = _with_bound(
            hours, some.select(*_CREW_KEY, pl.col("flight_hours").alias(name)), _CREW_KEY
        )
    by_type = (*_CREW_KEY, "flight_type")
    some = everything.unique(by_type, keep="first", maintain_order=True)
    return _with_bound(hours, some.select(*by_type, _all_craft="flight_hours"), by_type)


def _with_bound(hours: pl.DataFrame, bound: pl.DataFrame, on: tuple[str, ...]) -> pl.DataFrame:
    return hours.join(bound, on=on, how="left", validate="m:1", maintain_order="left")


def with_sum_of_levels(injury: pl.DataFrame) -> pl.DataFrame:
    """Return ``injury`` with, beside each category's total, the sum of its levels."""
    if "inj_person_count" not in injury.columns:
        return injury
    of = ("ev_id", "Aircraft_Key", "inj_person_category")
    parts = pl.col("inj_person_count").filter(pl.col("injury_level") != "TOTL").sum()
    return injury.with_columns(_sum_of_levels=parts.over(of))
