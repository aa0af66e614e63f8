"""Polars expressions as trees of JSON: what a node is called, what a literal says."""

import io
import json
from collections.abc import Mapping
from typing import Any

import polars as pl

Node = Any
_PLAIN = {"Null", "String", "Boolean", "Int", "Float"}


def dotted(function: Node) -> tuple[str, Any]:
    """Return a function's dotted name and its options."""
    if isinstance(function, str):
        return function, None
    ((name, inner),) = function.items()
    if isinstance(inner, str) or (isinstance(inner, dict) and next(iter(inner))[0].isupper()):
        rest, options = dotted(inner)
        return f"{name}.{rest}", options
    return name, inner


def value_of(body: Node) -> Any:
    """Return what a literal says: a value, or a list of them."""
    ((kind, told),) = body.items()
    if kind in ("Scalar", "Dyn") and (plain := _PLAIN & told.keys()):
        return None if "Null" in plain else told[plain.pop()]
    literal = pl.Expr.deserialize(io.StringIO(json.dumps({"Literal": body})), format="json")
    told = pl.select(literal).to_series()
    if isinstance(body, Mapping) and "Series" in body:
        return told.to_list()
    value = told.item()
    return value.to_list() if isinstance(value, pl.Series) else value
