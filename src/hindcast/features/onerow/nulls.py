"""What Polars' functions make of nulls and of lists, and how it casts one value."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from hindcast.features.onerow.values import BLANKS, Function, text_of

INLINE = {
    "Eq": "{0} == {1}",
    "NotEq": "{0} != {1}",
    "Gt": "({0} > {1} or ({0} != {0} and {1} == {1}))",
    "GtEq": "({0} >= {1} or {0} != {0})",
    "Lt": "({0} < {1} or ({1} != {1} and {0} == {0}))",
    "LtEq": "({0} <= {1} or {1} != {1})",
    "Plus": "{0} + {1}",
    "Minus": "{0} - {1}",
    "Multiply": "{0} * {1}",
    "Boolean.Not": "not {0}",
    "Boolean.IsBetween": "{1} <= {0} <= {2}",
}
"""Functions that give null for any null and that Python writes as an operator; NaN is above all."""


INLINE_BY_NUMBER = {
    "Gt": "({0} > {1} or {0} != {0})",
    "Lt": "{0} < {1}",
    "LtEq": "{0} <= {1}",
}
"""The same where the last of the values is a number written out: it is not NaN."""


def _both(*values: bool | None) -> bool | None:
    return False if False in values else None if None in values else True


def _either(*values: bool | None) -> bool | None:
    return True if True in values else None if None in values else False


def _stripped(text: str | None, chars: str | None) -> str | None:
    return None if text is None else text.strip(BLANKS if chars is None else chars)


def _first_known(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _lowest(*values: Any) -> Any:
    return min((value for value in values if value is not None), default=None)


def _highest(*values: Any) -> Any:
    return max((value for value in values if value is not None), default=None)


def _clipped(has_min: bool, has_max: bool) -> Function:
    def clip(value: Any, *bounds: Any) -> Any:
        low = bounds[0] if has_min else None
        high = bounds[-1] if has_max else None
        return None if value is None else _lowest(_highest(value, low), high)

    return clip


NULLABLE: dict[str, Callable[[Any], Function]] = {
    "And": lambda _: _both,
    "LogicalAnd": lambda _: _both,
    "Or": lambda _: _either,
    "LogicalOr": lambda _: _either,
    "Boolean.AnyHorizontal": lambda _: _either,
    "Boolean.AllHorizontal": lambda _: _both,
    "Boolean.IsNull": lambda _: lambda value: value is None,
    "Boolean.IsNotNull": lambda _: lambda value: value is not None,
    "FillNull": lambda _: _first_known,
    "Coalesce": lambda _: _first_known,
    "MinHorizontal": lambda _: _lowest,
    "MaxHorizontal": lambda _: _highest,
    "StringExpr.StripChars": lambda _: _stripped,
    "Clip": lambda of: _clipped(of["has_min"], of["has_max"]),
}
"""Functions that take nulls for what they are, by Polars' name; each is made from its options."""


def _moment(value: dt.date | dt.datetime) -> dt.datetime:
    return value if isinstance(value, dt.datetime) else dt.datetime(*value.timetuple()[:3])


CASTS: dict[str, Function] = {
    "Float64": float,
    "Int64": int,
    "Boolean": bool,
    "String": text_of,
    "Datetime": _moment,
}
"""Casts by the name of the type that they lead to."""

AGGREGATES: dict[str, Function] = {
    "Unique": lambda values: list(dict.fromkeys(values)),
    "Boolean.Any": lambda values: True in values,
    "Boolean.All": lambda values: False not in values,
}
"""What becomes of a list's values together, inside ``list.eval``."""
