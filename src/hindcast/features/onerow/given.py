"""What a request gives: names and types of the inputs, checked before anything is computed."""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import polars as pl

from hindcast.features import airframe_facts, airports, history, terrain
from hindcast.features.inputs import InputError, input_types

DERIVED = frozenset(
    (
        *airports.COLUMNS,
        *airframe_facts.COLUMNS,
        *terrain.COLUMNS,
        "local_date",
        "local_hour",
        "sun_elevation_deg",
        *history.COLUMNS,
    )
)
"""Inputs that are derived from others and from the past: nobody gives them."""

LARGEST = 2**53
"""The largest whole number that a Float64 tells from its neighbours."""


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else None


def _integer(value: Any) -> Any:
    fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST
    return value if fits else None


def _number(value: Any) -> Any:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if fits and abs(value) <= LARGEST else None


def _flag(value: Any) -> Any:
    return value if isinstance(value, bool) else None


def _moment(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value if value.tzinfo is None else None
    return dt.datetime(value.year, value.month, value.day) if isinstance(value, dt.date) else None


def _texts(value: Any) -> Any:
    fits = isinstance(value, list | tuple) and all(
        one is None or isinstance(one, str) for one in value
    )
    return list(value) if fits else None


_READ: dict[pl.DataType, tuple[str, Callable[[Any], Any]]] = {
    pl.String(): ("text", _text),
    pl.Int64(): ("a whole number", _integer),
    pl.Float64(): ("a finite number", _number),
    pl.Boolean(): ("true or false", _flag),
    pl.Datetime("us"): ("a date, or a date and time without zone", _moment),
    pl.List(pl.String()): ("a list of text", _texts),
}


@cache
def types() -> dict[str, pl.DataType]:
    """Return the type of every input that may be given."""
    told = {name: of for name, of in input_types().items() if name not in DERIVED}
    return {**told, "era": pl.String()}


@cache
def _readers() -> dict[str, tuple[str, Callable[[Any], Any]]]:
    return {name: _READ[of] for name, of in types().items()}


def checked(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs as the types of :func:`types` hold them, None for null.

    Parameters
    ----------
    inputs
        Raw inputs by their name in the input frame. A whole number may stand for a number and a
        date for a moment; None says that the value is not known.

    Raises
    ------
    hindcast.features.inputs.InputError
        Names every input that does not exist or is derived, and every value of another type with
        the type that is expected.

    Examples
    --------
    >>> checked({"vis_sm": 10, "ev_state": None})
    {'vis_sm': 10.0, 'ev_state': None}
    """
    readers, told, faults = _readers(), {}, []
    for name, value in inputs.items():
        reader = readers.get(name)
        read = None if value is None or reader is None else reader[1](value)
        if reader is None or (read is None and value is not None):
            faults.append(name)
        told[name] = read
    if faults:
        raise InputError(
            f"the inputs cannot be read: {'; '.join(_fault(n, inputs[n]) for n in faults)}"
        )
    return told


def _fault(name: str, value: Any) -> str:
    if name in DERIVED:
        return f"{name} is derived from type, place, time and the past: leave it out"
    if name not in types():
        return f"there is no input {name!r}: give names of the input frame, as NTSB writes them"
    return f"{name} is {type(value).__name__} {_short(value)}, expected {_readers()[name][0]}"


def _short(value: Any) -> str:
    return "" if isinstance(value, str | list | tuple) else f"{value!s:.30}"


def frame(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Return checked inputs as an input frame: columns are the names that any row gives."""
    told = [checked(row) for row in rows]
    names = dict.fromkeys(name for row in told for name in row)
    return pl.DataFrame(told, schema={name: types()[name] for name in names}, orient="row")
