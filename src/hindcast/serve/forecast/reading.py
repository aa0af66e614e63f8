"""One row of a request, read field by field: what cannot be true is refused with every reason.

A reader is prepared once for each field. It gives the value as the features take it, or `BAD`; why
a value is bad is found out only then.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import polars as pl

from hindcast.serve.forecast import codes, fields, refusals, rules
from hindcast.serve.forecast.fields import Field

LONGEST_TEXT = 500
LONGEST_LIST = 200
MOST_FAULTS = 100
"""More faults than these are counted, not listed."""

BAD = object()
Reader = Callable[[Any], Any]
Fault = dict[str, Any]


def _number(field: Field) -> Reader:
    low, high = float(field.low or 0), float(field.high or 0)

    def read(value: Any) -> Any:
        if type(value) is float:
            return value if low <= value <= high else BAD
        return float(value) if type(value) is int and low <= value <= high else BAD

    return read


def _whole(field: Field) -> Reader:
    low, high = int(field.low or 0), int(field.high or 0)

    def read(value: Any) -> Any:
        if type(value) is int:
            return value if low <= value <= high else BAD
        fits = type(value) is float and low <= value <= high and value.is_integer()
        return int(value) if fits else BAD

    return read


def _clock(field: Field) -> Reader:
    whole = _whole(field)

    def read(value: Any) -> Any:
        told = whole(value)
        return told if told is BAD or told % 100 < 60 else BAD

    return read


def _text(value: Any) -> Any:
    if type(value) is not str or len(value) > LONGEST_TEXT:
        return BAD
    return value if value.isprintable() or is_readable(value) else BAD


def is_readable(text: str) -> bool:
    r"""Say whether a text is free of control characters; blanks of any kind are none.

    Examples
    --------
    >>> is_readable("line\nline"), is_readable("nul\x00")
    (True, False)
    """
    return all(one >= " " or one.isspace() for one in text) and "\x7f" not in text


def _coded(accepted: frozenset[str]) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not str:
            return BAD
        return value if value in accepted or codes.plain(value) in accepted else BAD

    return read


def _coded_exactly(accepted: frozenset[str]) -> Reader:
    return lambda value: value if type(value) is str and value in accepted else BAD


def _flag(value: Any) -> Any:
    return value if type(value) is bool else BAD


def _date(value: Any) -> Any:
    """Read a date, or a date and time without a zone, in the one form that is asked for."""
    if type(value) is not str or len(value) not in (10, 19) or value[4:8:3] != "--":
        return BAD
    try:
        told = dt.datetime.fromisoformat(value)
    except ValueError:
        return BAD
    return BAD if told.tzinfo else told


def _texts(value: Any) -> Any:
    if type(value) is not list or len(value) > LONGEST_LIST:
        return BAD
    return value if all(one is None or _text(one) is not BAD for one in value) else BAD


def _findings(value: Any) -> Any:
    told = _texts(value)
    fits = told is not BAD and all(one is None or _is_finding(one) for one in told)
    return told if fits else BAD


def _is_finding(code: str) -> bool:
    told = code.strip()
    return len(told) == 10 and told.isascii() and told.isdigit()


_BY_TYPE: dict[pl.DataType, Callable[[Field], Reader]] = {
    pl.Float64(): _number,
    pl.Int64(): _whole,
    pl.String(): lambda _: _text,
    pl.Boolean(): lambda _: _flag,
    pl.Datetime("us"): lambda _: _date,
    pl.List(pl.String()): lambda _: _texts,
}


@cache
def readers() -> dict[str, Reader]:
    """Return the reader of each field."""
    return {name: _reader(field) for name, field in fields.declared().items()}


def _reader(field: Field) -> Reader:
    if field.name == "era":
        return _coded_exactly(frozenset(codes.ERAS))
    if field.is_strict:
        return _coded(codes.accepted(field.name, codes.ERAS[0]))
    if field.codes == codes.FINDING:
        return _findings
    return _clock(field) if field.unit == "hhmm" else _BY_TYPE[field.of](field)


def read(row: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Return one row's fields as the features take them, and what is wrong with it.

    Parameters
    ----------
    row
        Fields by name, as JSON has them; null says that a value is not known.

    Returns
    -------
    tuple
        The fields that are known (no null among them), and one fault for each that is not one, is
        of another type, beyond its limits, or cannot be true beside another.
    """
    prepared, told, faults = readers(), {}, []
    for name, value in row.items():
        reader = prepared.get(name)
        if reader is None:
            faults.append(name)
        elif value is not None:
            found = reader(value)
            if found is BAD:
                faults.append(name)
            else:
                told[name] = found
    if faults or not told.keys() >= rules.NEEDED or rules.is_broken(told):
        return told, _faults(row, told, faults)
    return told, []


def _faults(row: Mapping[str, Any], told: dict[str, Any], bad: list[str]) -> list[Fault]:
    prepared = readers()
    lacking = (name for name in fields.NEEDED if name not in told and name not in bad)
    found = [
        *(refusals.needed(name) for name in lacking),
        *(
            refusals.of_value(fields.declared()[name], row[name])
            if name in prepared
            else refusals.of_name(name)
            for name in bad[:MOST_FAULTS]
        ),
        *(one for one in rules.broken(told) if not {one["where"], *one["with"]} & {*bad}),
    ]
    if beyond := len(bad) - MOST_FAULTS:
        found += refusals.further(beyond)
    return found


def unknown_codes(told: Mapping[str, Any]) -> dict[str, str]:
    """Return the codes that the field's list lacks, by field: answered, but not understood."""
    listed = codes.by_field(rules.era(told), is_strict=False)
    found = {}
    for name, accepted in listed.items():
        value = told.get(name)
        if value is None or (type(value) is str and value in accepted):
            continue
        for code in value if type(value) is list else (value,):
            if code and code not in accepted and codes.plain(code) not in accepted:
                found[name] = code
    return found
