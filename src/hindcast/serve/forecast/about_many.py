"""What has to be known of the fields of many rows; `answer.about_fields` tells it of one."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from hindcast.serve.forecast import codes, reading, rules
from hindcast.serve.forecast.view import TOLD_BY_DATE, View

Json = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]
Columns = Mapping[str, Sequence[Any]]


def about(rows: Rows, columns: Columns, view: View, horizon: str) -> list[Json]:
    """Return for each row how many fields it lacks, and those of its fields that did not count.

    Parameters
    ----------
    rows
        The known fields of each.
    columns
        The same field by field.
    view
        What the horizon's model makes of fields.
    """
    unused = columns.keys() - view.reads.keys()
    unknown = _unknown_codes(rows, columns)
    n_told = len(view.reads)
    told = []
    for at, row in enumerate(rows):
        ignored = [] if row.keys().isdisjoint(unused) else view.ignored(row, horizon)
        is_dated = TOLD_BY_DATE in view.reads and TOLD_BY_DATE not in row
        n_missing = n_told - (len(row) - len(ignored)) - is_dated
        told.append(
            {"n_missing": n_missing, "ignored": ignored, "unknown_codes": unknown.get(at, {})}
        )
    return told


def _unknown_codes(rows: Rows, columns: Columns) -> dict[int, dict[str, str]]:
    """Return `reading.unknown_codes` of the rows that have any, by place."""
    listed = [codes.by_field(era, is_strict=False) for era in {*map(rules.era, rows)}]
    found: set[int] = set()
    for name in listed[0].keys() & columns.keys():
        accepted = frozenset.intersection(*(of[name] for of in listed))
        found.update(_places(columns[name], accepted))
    told = {at: reading.unknown_codes(rows[at]) for at in sorted(found)}
    return {at: of for at, of in told.items() if of}


def _places(column: Sequence[Any], accepted: frozenset[str]) -> list[int]:
    """Return the places of a column where a code is told that is not accepted."""
    has_lists = any(type(value) is list for value in column)
    known = [value for value in column if value]
    distinct = {*chain.from_iterable(known)} if has_lists else {*known}
    new = {code for code in distinct - accepted if code and codes.plain(code) not in accepted}
    if not new:
        return []
    if has_lists:
        return [at for at, of in enumerate(column) if of and not new.isdisjoint(of)]
    return [at for at, code in enumerate(column) if code in new]
