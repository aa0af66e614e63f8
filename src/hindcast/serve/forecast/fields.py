"""The fields of a request: the raw inputs that the models read, and when each becomes known.

What a field is called, its unit, its limits, its codes and an example of it stand in
``data/reference/request_fields.csv``: the schema, the pages and the texts of errors come from
there.
"""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from hindcast import paths
from hindcast.features import airframe_facts, airports, history, keys, path_odds, terrain
from hindcast.features.catalog import FEATURES
from hindcast.features.declare import Horizon
from hindcast.features.onerow.given import DERIVED, types

NEEDED = ("ev_date", "ev_state", "acft_category")
"""Without day, place and kind of aircraft there is no accident to speak of."""

_PLACE = ("dec_latitude", "dec_longitude")
_CLOCK = ("ev_date", "ev_time", "ev_tmzn", "ev_state", *_PLACE)
_AIRFRAME = ("acft_make", "acft_model", "homebuilt")


def _of_key(key: keys.Key) -> tuple[str, ...]:
    named = [name for name in key.inputs if name not in airports.COLUMNS]
    return ("ev_date", *named) if len(named) == len(key.inputs) else ("ev_date", *named, *_PLACE)


def _past() -> dict[str, tuple[str, ...]]:
    told = dict.fromkeys(history.COLUMNS, ("ev_date", "ev_state", *_PLACE))
    for key in keys.KEYS:
        columns = (f"fatal_share_{key.name}_past", f"n_{key.name}_past")
        for column in (*columns, f"fatal_share_{key.name}_since_1982"):
            told[column] = _of_key(key)
    return told | {path_odds.NAME: ("ev_date", "finding_codes")}


def _derived_from() -> dict[str, tuple[str, ...]]:
    return {
        **dict.fromkeys(("local_date", "local_hour", "sun_elevation_deg"), _CLOCK),
        **dict.fromkeys((*airports.COLUMNS, *terrain.COLUMNS), _PLACE),
        **dict.fromkeys(airframe_facts.COLUMNS, _AIRFRAME),
        **_past(),
    }


DERIVED_FROM: Mapping[str, tuple[str, ...]] = _derived_from()
"""For each input that nobody gives, the fields that it is derived from."""


@dataclass(frozen=True)
class Field:
    """One field of a request.

    Attributes
    ----------
    name, label, unit, description
        As NTSB calls it, in plain words, its unit (empty where it has none), and how to fill it.
    of
        Its type.
    low, high
        Limits of a number, both allowed; None for what is not a number.
    codes
        Which list its codes come from; empty where it is not coded.
    is_strict
        Whether a code that the list lacks is refused; it is answered and told of otherwise.
    is_personal
        Whether it tells of a person: never stored, never answered.
    example
        As JSON.
    known_at
        The earliest horizon at which a feature reads it.
    """

    name: str
    label: str
    unit: str
    description: str
    of: pl.DataType
    low: float | None
    high: float | None
    codes: str
    is_strict: bool
    is_personal: bool
    example: Any
    known_at: Horizon


@cache
def known_at() -> dict[str, Horizon]:
    """Return the earliest horizon at which each raw input is read by a feature."""
    found: dict[str, Horizon] = {}
    for feature in FEATURES:
        for name in feature.inputs:
            if name not in DERIVED and name in types():
                found[name] = min(found.get(name, feature.known_at), feature.known_at)
    return found | dict.fromkeys(_CLOCK, Horizon.DISPATCH)


@cache
def labels() -> dict[str, str]:
    """Return what the reference table calls each of its fields."""
    return {row["name"]: row["label"] for row in _table()}


def _table() -> list[dict[str, str]]:
    path = paths.reference() / "request_fields.csv"
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


@cache
def declared() -> dict[str, Field]:
    """Return every field of a request, by name, in the order of the reference table."""
    return {row["name"]: _field(row) for row in _table()}


def _field(row: Mapping[str, str]) -> Field:
    name = row["name"]
    of = types()[name]
    return Field(
        name,
        row["label"],
        row["unit"],
        row["description"],
        of,
        float(row["low"]) if row["low"] else None,
        float(row["high"]) if row["high"] else None,
        row["codes"],
        row["is_strict"] == "yes",
        row["is_personal"] == "yes",
        row["example"] if of in (pl.String(), pl.Datetime("us")) else json.loads(row["example"]),
        known_at()[name],
    )


@cache
def personal() -> frozenset[str]:
    """Return the fields that tell of a person: they are never stored and never answered."""
    return frozenset(name for name, field in declared().items() if field.is_personal)


def raw_inputs(inputs: Iterable[str]) -> set[str]:
    """Return the fields behind a feature's inputs, those of derived inputs among them.

    Examples
    --------
    >>> sorted(raw_inputs(["vis_sm", "nearest_airport_sm"]))
    ['dec_latitude', 'dec_longitude', 'vis_sm']
    """
    return {raw for name in inputs for raw in DERIVED_FROM.get(name, (name,)) if raw in known_at()}


@cache
def _blank() -> dict[str, None]:
    return dict.fromkeys(name for name in known_at() if name != "era")


def filled(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request with None for every field that it leaves out: known to be unknown.

    But for the era, which the date tells where it is left out.
    """
    return {**_blank(), **request}
