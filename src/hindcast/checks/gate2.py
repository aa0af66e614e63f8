"""Gate 2: the domain rules of each table, in the order in which they build on one another."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from hindcast.checks import (
    context,
    place,
    reference,
    rules_aircraft,
    rules_codes,
    rules_crew,
    rules_events,
    rules_injury,
    rules_sequence,
    rules_weather,
    units,
)
from hindcast.checks.apply import apply
from hindcast.checks.ledger import Ledger
from hindcast.checks.rule import Rule


@dataclass
class Decisions:
    """What was decided for each release before its values could be judged."""

    newest: pl.DataFrame
    temperature: dict[str, dict[str, Any]] = field(default_factory=dict)
    injuries: dict[str, dict[str, Any]] = field(default_factory=dict)


RULES: dict[str, tuple[Rule, ...]] = {
    "events": (
        *rules_events.TIME,
        *rules_events.DMS,
        *rules_events.PLACE,
        *rules_weather.TEMPERATURE_AS_GIVEN,
        *rules_weather.WEATHER,
        *rules_injury.INJURIES,
    ),
    "aircraft": rules_aircraft.AIRCRAFT,
    "engines": rules_aircraft.ENGINES,
    "Flight_Crew": rules_crew.CREW,
    "flight_time": rules_crew.HOURS,
    "Events_Sequence": rules_sequence.SEQUENCE,
    "Occurrences": rules_sequence.OCCURRENCES,
    "seq_of_events": rules_sequence.CAUSES,
    "Findings": rules_sequence.FINDINGS,
    "injury": rules_injury.PERSONS,
    "narratives": rules_sequence.NARRATIVES,
    "NTSB_Admin": rules_sequence.ADMIN,
}
"""The domain rules of each table; code lists come beside them."""


def rules(table: str) -> list[Rule]:
    """Return every rule of gate 2 for ``table``."""
    return [*RULES[table], *rules_codes.rules(table)]


def events(frame: pl.DataFrame, decided: Decisions, ledger: Ledger) -> pl.DataFrame:
    """Put gate 2 to ``events``; what one step finds out the next may build on."""
    steps: tuple[tuple[Callable[[pl.DataFrame], pl.DataFrame], tuple[Rule, ...]], ...] = (
        (lambda now: context.with_as_of(now, decided.newest), rules_events.TIME),
        (place.with_dms, rules_events.DMS),
        (place.with_box_distances, rules_events.PLACE),
        (lambda now: _with_units(now, decided), rules_weather.TEMPERATURE_AS_GIVEN),
        (context.in_celsius, rules_weather.WEATHER),
        (lambda now: _with_totals(now, decided), rules_injury.INJURIES),
        (lambda now: now, tuple(rules_codes.rules("events"))),
    )
    for prepare, declared in steps:
        frame = apply(prepare(frame), declared, ledger)
    return frame.with_columns(reference.era_of(pl.coalesce(_years(frame))))


def _with_units(frame: pl.DataFrame, decided: Decisions) -> pl.DataFrame:
    decided.temperature |= units.temperature_units(frame)
    return context.with_temperature_facts(frame, decided.temperature)


def _with_totals(frame: pl.DataFrame, decided: Decisions) -> pl.DataFrame:
    decided.injuries |= units.injury_totals(frame)
    return context.with_injury_total(frame, decided.injuries)


def _years(frame: pl.DataFrame) -> list[pl.Expr]:
    dated = [pl.col("ev_date").dt.year()] if "ev_date" in frame.columns else []
    given = [pl.col("ev_year")] if "ev_year" in frame.columns else []
    return [*dated, *given, pl.lit(None, pl.Int32)]


_PREPARE: dict[str, Callable[[pl.DataFrame, Mapping[str, pl.DataFrame]], pl.DataFrame]] = {
    "engines": context.with_engine_count,
    "flight_time": lambda frame, _: context.with_other_hours(frame),
    "injury": lambda frame, _: context.with_sum_of_levels(frame),
}


def child(
    table: str, frame: pl.DataFrame, passed: Mapping[str, pl.DataFrame], ledger: Ledger
) -> pl.DataFrame:
    """Put gate 2 to a table below ``events``."""
    frame = context.with_event_facts(frame, passed)
    if table in _PREPARE:
        frame = _PREPARE[table](frame, passed)
    return apply(frame, rules(table), ledger)
