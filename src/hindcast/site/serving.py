"""Tables of the pages on serving: settings and fields, from where the server has them."""

import csv
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from pydantic.fields import FieldInfo

from hindcast.model.card_parts import table
from hindcast.serve.settings import Settings


def pieces(reference: Path) -> dict[str, str]:
    """Return the tables by name: ``settings`` and ``fields``."""
    return {"settings": settings(), "fields": fields(reference / "request_fields.csv")}


def settings() -> str:
    """Return every setting of the server: variable, what it takes, default, meaning."""
    body = [
        [f"`HINDCAST_{name.upper()}`", _kind(field), _default(field), field.description or ""]
        for name, field in Settings.model_fields.items()
    ]
    return table(["variable", "takes", "default", "what it does"], body)


def _kind(field: FieldInfo) -> str:
    shown = [one for one in _types(field.annotation) if one is not type(None)]
    return ", ".join(f"`{one}`" if isinstance(one, str) else _NAMES[one] for one in shown)


_NAMES: dict[Any, str] = {
    bool: "true or false", int: "a whole number", float: "a number", str: "text", Path: "a path",
    list: "a list, by commas",
}  # fmt: skip


def _types(annotation: Any) -> list[Any]:
    """Return the plain types and the literal words of an annotation, metadata left out."""
    if get_origin(annotation) in (list, tuple):
        return [list]
    if not get_args(annotation):
        return [annotation]
    parts = get_args(annotation)
    parts = parts[:1] if get_origin(annotation) is Annotated else parts
    return [one for part in parts for one in _types(part)]


def _default(field: FieldInfo) -> str:
    if field.default in (None, "", [], ()):
        return ""
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def fields(path: Path) -> str:
    """Return the fields of a request, from the table the server validates by."""
    with path.open(encoding="utf-8", newline="") as lines:
        body = [_field(row) for row in csv.DictReader(lines)]
    return table(["field", "what it is", "unit", "limits", "example", "how to give it"], body)


def _field(row: dict[str, str]) -> list[str]:
    limits = f"{row['low']} to {row['high']}" if row["low"] or row["high"] else ""
    example = f"`{row['example']}`" if row["example"] else ""
    return [f"`{row['name']}`", row["label"], row["unit"], limits, example, row["description"]]
