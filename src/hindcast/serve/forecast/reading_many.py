"""Many rows of one request, read column by column: as each alone would be, in less time.

Rows that are all good take this way. Where anything may be at fault nothing is said of it here: the
rows are read one by one then, which finds every reason.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from hindcast.serve.forecast import fields, reading, rules
from hindcast.serve.forecast.fields import Field

Row = dict[str, Any]
Column = Sequence[Any]


class ReadTogether(NamedTuple):
    """Rows that are all good, and what they tell field by field, None for what is not known."""

    rows: list[Row]
    columns: Mapping[str, Column]


def columns_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, Column]:
    """Return the rows' values field by field, for each field that any row names.

    Examples
    --------
    >>> columns_of([{"vis_sm": 3.0}, {"vis_sm": 1.0, "ev_state": "CO"}])["ev_state"]
    (None, 'CO')
    """
    blank = dict.fromkeys(sorted(set().union(*rows)))  # by rows: what a row holds lies together
    return dict(
        zip(blank, zip(*((blank | row).values() for row in rows), strict=True), strict=True)
    )


def read(rows: Sequence[Any]) -> ReadTogether | None:
    """Return the rows' fields as the features take them; None where a row may be at fault.

    Parameters
    ----------
    rows
        Fields by name, as JSON has them. Those that are good are changed in place.
    """
    if {*map(type, rows)} != {dict} or not set().union(*rows) <= reading.readers().keys():
        return None
    asked = columns_of(rows)
    known = {name: [one for one in of if one is not None] for name, of in asked.items()}
    told = {name: _read(fields.declared()[name], of, known[name]) for name, of in asked.items()}
    if any(column is None for column in told.values()) or not rules.are_kept(told):
        return None
    _put(rows, {name: column for name, column in told.items() if column is not asked[name]})
    has_nulls = sum(map(len, known.values())) < sum(map(len, rows))
    return ReadTogether(_without_nulls(rows) if has_nulls else list(rows), told)


def _put(rows: Sequence[Row], changed: Mapping[str, Column]) -> None:
    for row, *values in zip(rows, *changed.values(), strict=True):
        for name, value in zip(changed, values, strict=True):
            if value is not None:
                row[name] = value


def _without_nulls(rows: Sequence[Row]) -> list[Row]:
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def _read(field: Field, column: Column, known: Column) -> Column | None:
    """Return a column as the features take it, the same one where it is so; None for a fault."""
    alone, kinds = reading.readers()[field.name], {*map(type, known)}
    if field.of == pl.Float64() and kinds <= {float, int}:
        return _numbers(column, known, alone, is_mixed=int in kinds)
    if field.of == pl.Boolean() and kinds <= {bool}:
        return column
    if kinds <= {str} or kinds == {int}:
        return _by_value(column, known, alone)
    return _one_by_one(column, alone)


def _numbers(
    column: Column, known: Column, alone: reading.Reader, *, is_mixed: bool
) -> Column | None:
    if known and reading.BAD in (alone(min(known)), alone(max(known))):
        return None
    return [None if one is None else float(one) for one in column] if is_mixed else column


def _by_value(column: Column, known: Column, alone: reading.Reader) -> Column | None:
    """Read each distinct value, all of one type, once."""
    told = {value: alone(value) for value in {*known}}
    if any(value is reading.BAD for value in told.values()):
        return None
    if all(value is one for one, value in told.items()):
        return column
    told[None] = None
    return [told[value] for value in column]


def _one_by_one(column: Column, alone: reading.Reader) -> Column | None:
    told = [None if value is None else alone(value) for value in column]
    return None if any(value is reading.BAD for value in told) else told
