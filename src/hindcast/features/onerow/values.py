"""What Polars' functions give for one value, written for one value.

An expression over one row costs Polars some twenty microseconds, whatever it computes; the same
step on a Python value costs a tenth of one. The functions here give what Polars 2 gives, in its
names, also where Python would do otherwise (division by zero, rounding, blanks, ``$`` in a regular
expression); a test compares each with Polars itself.
"""

import datetime as dt
import math
import operator
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

BLANKS = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""Unicode's white space, which Polars strips; Python's ``strip`` takes some controls besides."""

DAY = dt.timedelta(days=1)
_NO_TIME = dt.timedelta()
Function = Callable[..., Any]


@lru_cache(maxsize=512)
def _regex(pattern: str) -> re.Pattern[str]:
    r"""Return a pattern in which ``$`` is the end of the text, also where that is a line break."""
    whole = re.sub(r"(\\.|\[(?:\\.|[^\]])*\])|\$", lambda found: found[1] or r"\Z", pattern)
    return re.compile(whole)


def _divided(over: float, under: float) -> float:
    try:
        return over / under
    except ZeroDivisionError:
        return math.nan if over == 0 or over != over else math.copysign(math.inf, over)


def _floor_divided(over: float, under: float) -> float | None:
    if isinstance(over, int) and isinstance(under, int):
        return over // under if under else None
    return _whole(math.floor, _divided(over, under))


def _remainder(over: float, under: float) -> float | None:
    if isinstance(over, int) and isinstance(under, int):
        return over % under if under else None
    return over - under * _whole(math.floor, _divided(over, under))


def by_constant(op: str, under: float) -> Function | None:
    """Return a division by a constant: over floats Polars multiplies by the reciprocal."""
    inverse = 1 / under if under else 0.0
    if not inverse or op not in ("TrueDivide", "FloorDivide", "Modulus"):
        return None
    if op == "TrueDivide":
        return lambda over: over * inverse

    def times(over: float) -> float:
        if isinstance(over, int) and isinstance(under, int):
            return over // under
        return _whole(math.floor, over * inverse)

    return times if op == "FloorDivide" else lambda over: over - under * times(over)


def _whole(rounded: Function, value: float) -> float:
    return float(rounded(value)) if math.isfinite(value) else value


def _rounding(decimals: int, mode: str) -> Function:
    if mode != "HalfToEven":
        raise NotImplementedError(f"rounding {mode}")
    scale = 10**decimals
    return lambda value: _whole(round, value * scale) / scale


def _log1p(value: float) -> float:
    if value <= -1:
        return -math.inf if value == -1 else math.nan
    return math.log1p(value)


def _sqrt(value: float) -> float:
    return math.sqrt(value) if value >= 0 else math.nan


def _exp(value: float) -> float:
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


def _turned(function: Function) -> Function:
    return lambda angle: function(angle) if math.isfinite(angle) else math.nan


def _replaced(text: str, pattern: str, new: str, n: int, literal: bool) -> str:
    if literal:
        return text.replace(pattern, new, n)
    return _regex(pattern).sub(lambda _found: new, text, count=max(n, 0))


def _extracted(text: str, pattern: str, group: int) -> str | None:
    found = _regex(pattern).search(text)
    return found[group] if found else None


def _holds(text: str, pattern: str, literal: bool) -> bool:
    return pattern in text if literal else _regex(pattern).search(text) is not None


def _slice(text: str, offset: int, length: int) -> str:
    start = offset if offset >= 0 else len(text) + offset
    return text[max(start, 0) : max(start + length, 0)]


def _item(values: Sequence[Any], index: int) -> Any:
    return values[index] if -len(values) <= index < len(values) else None


def _whole_days(span: dt.timedelta) -> int:
    return span // DAY if span >= _NO_TIME else -(-span // DAY)


def _duration(*parts: int) -> dt.timedelta:
    weeks, days, hours, minutes, seconds, milliseconds, microseconds, _ = parts
    return dt.timedelta(days, seconds, microseconds, milliseconds, minutes, hours, weeks)


def text_of(value: Any) -> str:
    """Return a value as text, as a cast to String writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _formatted(text: str, insertions: Sequence[int]) -> Function:
    cuts = [0, *insertions, len(text)]
    between = [text[start:end] for start, end in pairwise(cuts)]
    return lambda *values: "".join(
        part for pair in zip(between, (*map(text_of, values), ""), strict=True) for part in pair
    )


STRICT: dict[str, Callable[[Any], Function]] = {
    "TrueDivide": lambda _: _divided,
    "FloorDivide": lambda _: _floor_divided,
    "Modulus": lambda _: _remainder,
    "Abs": lambda _: abs,
    "Exp": lambda _: _exp,
    "Log1p": lambda _: _log1p,
    "Pow.Sqrt": lambda _: _sqrt,
    "Trigonometry.Sin": lambda _: _turned(math.sin),
    "Trigonometry.Cos": lambda _: _turned(math.cos),
    "Floor": lambda _: lambda value: _whole(math.floor, value),
    "Ceil": lambda _: lambda value: _whole(math.ceil, value),
    "Round": lambda of: _rounding(of["decimals"], of["mode"]),
    "StringExpr.Uppercase": lambda _: str.upper,
    "StringExpr.Lowercase": lambda _: str.lower,
    "StringExpr.LenChars": lambda _: len,
    "StringExpr.StartsWith": lambda _: str.startswith,
    "StringExpr.EndsWith": lambda _: str.endswith,
    "StringExpr.Slice": lambda _: _slice,
    "StringExpr.Split": lambda _: str.split,
    "StringExpr.Extract": lambda group: lambda text, pattern: _extracted(text, pattern, group),
    "StringExpr.Contains": lambda of: lambda text, pattern: _holds(text, pattern, of["literal"]),
    "StringExpr.Replace": lambda of: (
        lambda text, pattern, new: _replaced(text, pattern, new, of["n"], of["literal"])
    ),
    "StringExpr.ConcatHorizontal": lambda of: (
        lambda *of_row: of["delimiter"].join(map(text_of, of_row))
    ),
    "StringExpr.Format": lambda of: _formatted(of["format"], of["insertions"]),
    "ListExpr.Length": lambda _: len,
    "ListExpr.Get": lambda _: _item,
    "ListExpr.SetOperation.Intersection": lambda _: (
        lambda left, right: [value for value in dict.fromkeys(left) if value in right]
    ),
    "ListExpr.Contains": lambda _: lambda values, value: value in values,
    "TemporalExpr.Date": lambda _: lambda when: when.date() if hasattr(when, "date") else when,
    "TemporalExpr.Year": lambda _: operator.attrgetter("year"),
    "TemporalExpr.Month": lambda _: operator.attrgetter("month"),
    "TemporalExpr.Day": lambda _: operator.attrgetter("day"),
    "TemporalExpr.Hour": lambda _: operator.attrgetter("hour"),
    "TemporalExpr.Minute": lambda _: operator.attrgetter("minute"),
    "TemporalExpr.WeekDay": lambda _: lambda day: day.isoweekday(),
    "TemporalExpr.OrdinalDay": lambda _: lambda day: day.timetuple().tm_yday,
    "TemporalExpr.TotalDays": lambda _: _whole_days,
    "TemporalExpr.Duration.Microseconds": lambda _: _duration,
}
"""Functions that give null for any null, by Polars' name; each is made from its options."""
