"""The schema of a request's fields, from their reference table, and worked examples."""

from typing import Any

import polars as pl

from hindcast.serve.forecast import codes, fields, reading
from hindcast.serve.forecast.fields import Field

NAME = "Accident"
REF = {"$ref": f"#/components/schemas/{NAME}"}
MOST_LISTED = 30
"""Codes of a longer list are not told in the description."""

_WITHOUT_CONTROL = "^[^\\u0000-\\u001f\\u007f]*$"
_TYPES: dict[pl.DataType, dict[str, Any]] = {
    pl.String(): {
        "type": "string", "maxLength": reading.LONGEST_TEXT, "pattern": _WITHOUT_CONTROL,
    },
    pl.Float64(): {"type": "number"},
    pl.Int64(): {"type": "integer"},
    pl.Boolean(): {"type": "boolean"},
    pl.Datetime("us"): {"type": "string", "format": "date"},
    pl.List(pl.String()): {"type": "array", "maxItems": reading.LONGEST_LIST},
}  # fmt: skip

PLANNED = {
    "ev_date": "2024-06-15", "ev_time": 900, "ev_state": "CO", "dec_latitude": 39.57,
    "dec_longitude": -104.85, "acft_category": "AIR", "acft_make": "CESSNA",
    "acft_model": "172S", "homebuilt": "N", "acft_year": 1999, "num_eng": 1, "eng_type": "REC",
    "total_seats": 4, "far_part": "091", "type_fly": "PERS", "hours_totl_all": 820,
    "hours_l90d_all": 22, "med_certf": "CL3", "vis_sm": 10, "wx_cond_basic": "VMC",
    "wind_vel_kts": 8, "light_cond": "DAYL",
}  # fmt: skip
AT_THE_EVENT = {
    **PLANNED, "ev_time": 1030, "ev_nr_apt_loc": "OFAP", "apt_dist": 12,
    "defining_phase_no": "400", "defining_eventsoe_no": "341",
}  # fmt: skip
ON_SCENE = {**AT_THE_EVENT, "damage": "SUBS", "acft_fire": "NONE", "acft_expl": "NONE"}

EXAMPLES: dict[str, dict[str, Any]] = {
    "planned flight": {
        "summary": "A planned flight: aircraft, pilot and weather (horizon dispatch)",
        "value": PLANNED,
    },
    "event": {
        "summary": "The engine has stopped en route, off airport (horizon event)",
        "value": AT_THE_EVENT,
    },
    "scene": {
        "summary": "Found with substantial damage and no fire (horizon scene)",
        "value": ON_SCENE,
    },
}
"""Invented accidents."""


def schema() -> dict[str, Any]:
    """Return the JSON schema of the fields of one accident."""
    return {
        "title": NAME,
        "type": "object",
        "description": "What is known of one accident, under NTSB's names; null or left out where "
        "it is not known. Some fields exclude one another: a gust below the wind, a position "
        "outside the state, an event in the future.",
        "properties": {name: _property(field) for name, field in fields.declared().items()},
        "required": list(fields.NEEDED),
        "additionalProperties": False,
    }


def _property(field: Field) -> dict[str, Any]:
    told = {"title": field.label, **_TYPES[field.of], **_limits(field)}
    if field.name not in fields.NEEDED:
        told["type"] = [told["type"], "null"]
    if field.of == pl.List(pl.String()):
        told["items"] = _item(field)
    return told | {"description": _description(field), "examples": [field.example]}


def _limits(field: Field) -> dict[str, Any]:
    if field.low is not None:
        whole = field.of == pl.Int64()
        ends = (int(field.low), int(field.high or 0)) if whole else (field.low, field.high)
        return dict(zip(("minimum", "maximum"), ends, strict=True))
    return {"enum": _enum(field)} if field.is_strict else {}


def _enum(field: Field) -> list[str | None]:
    told = list(codes.meanings(field))
    return told if field.name in fields.NEEDED else [*told, None]


def _item(field: Field) -> dict[str, Any]:
    text = {"type": ["string", "null"], "maxLength": reading.LONGEST_TEXT}
    is_finding = field.codes == codes.FINDING
    return text | {"pattern": "^[0-9]{10}$" if is_finding else _WITHOUT_CONTROL}


def _description(field: Field) -> str:
    unit = f" Unit: {field.unit}." if field.unit else ""
    return f"{field.description}{unit}{_codes(field)} Known from the {field.known_at.label} on."


def _codes(field: Field) -> str:
    told = codes.meanings(field)
    if not told or len(told) > MOST_LISTED:
        return ""
    listed = ", ".join(f"{code} ({text})" if text else code for code, text in told.items())
    return f" Codes: {listed}."
