"""Why a field is refused, in words that let its sender mend it."""

from difflib import get_close_matches
from typing import Any

import polars as pl

from hindcast.features.catalog import FORBIDDEN
from hindcast.features.onerow.given import DERIVED, types
from hindcast.serve.forecast import codes, fields
from hindcast.serve.forecast.fields import Field

Fault = dict[str, Any]

LONGEST_NAME = 64
_REASONS = (
    (("inj", "ev_highest_injury", "crew_inj_level", "crew_tox_perf"),
     "it is the outcome, or restates it: nobody knows it before"),
    (("seatbelts", "shldr", "restraint", "available_restraint", "infl_rest", "child_restraint"),
     "restraints are recorded when bodies are examined, so they tell the outcome"),
    (("narr_",), "narratives tell the outcome"),
    (("ev_type",), "it decides who is studied, and is no fact about a flight"),
    (("ev_id", "regis_no", "acft_serial", "oper_", "owner_", "crew_", "ev_city", "ev_site"),
     "it says who or where exactly: no forecast may lean on it"),
)  # fmt: skip
"""Beginnings of names that are never inputs, and why."""
_REPORT = "it is known only once a report is filed"

_EXPECTED: dict[pl.DataType, str] = {
    pl.Boolean(): "true or false",
    pl.Datetime("us"): "a date as 2024-06-15, or with a time and no zone as 2024-06-15T14:30:00",
    pl.List(pl.String()): "a list of text, at most 200 entries",
    pl.String(): "text of at most 500 characters without control characters",
}


def _fault(name: str, what: str) -> Fault:
    return {"where": name[:LONGEST_NAME], "what": what}


def why_forbidden(name: str) -> str:
    """Return why a field is never an input.

    Examples
    --------
    >>> why_forbidden("inj_tot_f")
    'it is the outcome, or restates it: nobody knows it before'
    """
    return next((why for starts, why in _REASONS if name.startswith(starts)), _REPORT)


def needed(name: str) -> Fault:
    """Return the fault of a field that every forecast needs."""
    label = fields.declared()[name].label
    return _fault(name, f"{name} ({label}) is needed: without it there is no accident to speak of")


def of_name(name: str) -> Fault:
    """Return why a name is no field."""
    if name in FORBIDDEN:
        return _fault(name, f"{name} is never an input: {why_forbidden(name)}")
    if name in DERIVED:
        return _fault(name, f"{name} is derived from other fields and the past: leave it out")
    if name in types():
        return _fault(name, f"{name} is a column that no feature reads: leave it out")
    short = name[:LONGEST_NAME]
    return _fault(name, f"there is no field {short!r}{_nearest(short)}")


def _nearest(name: str) -> str:
    close = get_close_matches(name.lower(), fields.declared(), n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else "; the schema lists the fields"


def of_value(field: Field, value: Any) -> Fault:
    """Return why a value is refused; what tells of a person is not repeated."""
    shown = "something else" if field.is_personal else _short(value)
    what = f"{field.name} ({field.label}) is {shown}, expected {_expected(field)}"
    return _fault(field.name, f"{what}. {field.description}")


def _expected(field: Field) -> str:
    if field.codes == codes.FINDING:
        return "a list of ten-digit codes as text, the leading zero included"
    if field.unit == "hhmm":
        return "hours and minutes as one whole number, 0 to 2359"
    if field.low is not None and field.high is not None:
        kind = "a whole number" if field.of == pl.Int64() else "a number"
        unit = f" {field.unit}" if field.unit else ""
        return f"{kind} from {field.low:g} to {field.high:g}{unit}"
    if field.is_strict:
        told = codes.meanings(field)
        return f"one of {', '.join(told)}" if len(told) <= 20 else f"one of {len(told)} codes"
    return _EXPECTED[field.of]


def _short(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "an object"
    text = repr(value) if isinstance(value, str) else str(value).lower()
    return text if len(text) <= 40 else f"{text[:40]}…"


def further(count: int) -> list[Fault]:
    """Return the entry that stands for faults which are not listed."""
    return [_fault("", f"and {count} further fields")] if count > 0 else []
