"""What a feature is: one Polars expression with its meaning, and when it becomes known."""

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from typing import Literal

import polars as pl

from hindcast import paths
from hindcast.features.shared import inputs_of, needed_by, shared

Kind = Literal["number", "flag", "category"]

DTYPES: dict[Kind, pl.DataType] = {
    "number": pl.Float64(),
    "flag": pl.Boolean(),
    "category": pl.String(),
}

UNKNOWN = ("", "U", "UNK", "UNKN", "UNKT", "UNKNOWN", "NR", "N/A")


class Horizon(IntEnum):
    """When a thing is known, from the planned flight to the investigation's conclusion.

    Examples
    --------
    >>> Horizon.DISPATCH < Horizon.EVENT, Horizon.SCENE.label
    (True, 'scene')
    """

    DISPATCH = 0
    EVENT = 1
    SCENE = 2
    INVESTIGATION = 3

    @property
    def label(self) -> str:
        """Lower-case name, as in bundle folders and tables."""
        return self.name.lower()


@dataclass(frozen=True)
class Feature:
    """One declared feature.

    Attributes
    ----------
    name
        Column name; carries the unit (``_kts``, ``_ft``, ``_days`` ...) or ``is_``/``has_``.
    expr
        Expression over the input frame (:mod:`hindcast.features.inputs`), one value a row.
    known_at
        The earliest horizon at which a forecaster knows it.
    unit
        Unit of a number; ``"-"`` for flags and categories.
    source
        The eADMS tables and columns it comes from.
    why
        The reason in the data or in aviation for believing it matters.
    kind
        ``number`` (Float64), ``flag`` (Boolean) or ``category`` (String).
    group
        Catalog group, the module it is declared in.
    related
        Why it may correlate at .95 or above with an earlier feature; empty when it may not.
    inputs
        Columns of the input frame behind ``expr``; found from it.
    steps
        Shared columns that ``expr`` builds on (:mod:`hindcast.features.shared`); found from it.
    column
        ``expr`` under the feature's name and type.
    """

    name: str
    expr: pl.Expr
    known_at: Horizon
    unit: str
    source: str
    why: str
    kind: Kind
    group: str
    related: str = ""
    inputs: tuple[str, ...] = field(init=False)
    steps: frozenset[str] = field(init=False, repr=False)
    column: pl.Expr = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Find inputs and steps once: asking an expression at each request would slow it."""
        object.__setattr__(self, "inputs", tuple(sorted(inputs_of(self.expr))))
        object.__setattr__(self, "steps", frozenset(needed_by(self.expr)))
        object.__setattr__(self, "column", self.expr.cast(DTYPES[self.kind]).alias(self.name))


@dataclass(frozen=True)
class Group:
    """Declare features of one group at one horizon without repeating both on every line."""

    name: str
    known_at: Horizon

    def number(
        self, name: str, expr: pl.Expr, unit: str, source: str, why: str, related: str = ""
    ) -> Feature:
        """Declare a number with a unit."""
        return Feature(name, expr, self.known_at, unit, source, why, "number", self.name, related)

    def flag(self, name: str, expr: pl.Expr, source: str, why: str, related: str = "") -> Feature:
        """Declare a flag; null where unknown, never false."""
        return Feature(name, expr, self.known_at, "-", source, why, "flag", self.name, related)

    def category(self, name: str, expr: pl.Expr, source: str, why: str) -> Feature:
        """Declare a category."""
        return Feature(name, expr, self.known_at, "-", source, why, "category", self.name)


def code(column: str) -> pl.Expr:
    """Return a code in capitals without blanks; the ways of writing "unknown" become null.

    Codes carry trailing blanks ("BUS ") and unknown is written UNK, Unk, U or NR.

    Examples
    --------
    >>> from hindcast.features.shared import with_shared
    >>> codes = pl.DataFrame({"type_fly": ["bus ", "Unk", None]})
    >>> with_shared(codes, needed_by(code("type_fly")))["~type_fly"].to_list()
    ['BUS', None, None]
    """
    text = pl.col(column).str.strip_chars().str.to_uppercase()
    return shared(f"~{column}", pl.when(~text.is_in(UNKNOWN)).then(text))


def is_any(column: str, *codes: str) -> pl.Expr:
    """Return whether a code is one of ``codes``; null where the code is unknown."""
    return code(column).is_in(codes)


def yes(column: str) -> pl.Expr:
    """Return a Y/N column as Boolean; anything else is unknown."""
    return told(code(column), ("Y", "YES"), ("N", "NO"))


def told(expr: pl.Expr, true: tuple[str, ...], false: tuple[str, ...]) -> pl.Expr:
    """Return true for the codes in ``true``, false for those in ``false``, null for all else.

    Examples
    --------
    >>> answers = pl.DataFrame({"gust_ind": ["Y", "N", "U", None]})
    >>> answers.select(g=told(pl.col("gust_ind"), ("Y",), ("N",)))["g"].to_list()
    [True, False, None, None]
    """
    return (
        pl.when(expr.is_in(true)).then(statement=True).when(expr.is_in(false)).then(statement=False)
    )


def within(column: str, low: float, high: float) -> pl.Expr:
    """Return a number inside its physical range ``[low, high]``, else null.

    Eight thousand seats or a crew age of 0 are slips of the keyboard or stand for "missing"; a
    tree would split on them as if they were facts.

    Examples
    --------
    >>> pl.DataFrame({"age": [0, 44, 181]}).select(within("age", 10, 105))["age"].to_list()
    [None, 44, None]
    """
    return inside(pl.col(column), low, high)


def inside(expr: pl.Expr, low: float, high: float) -> pl.Expr:
    """Return ``expr`` where it is in ``[low, high]``, else null."""
    return pl.when(expr.is_between(low, high)).then(expr)


def positive(column: str, high: float = 1e9) -> pl.Expr:
    """Return a number above 0: in these columns 0 stands for missing."""
    return pl.when((pl.col(column) > 0) & (pl.col(column) <= high)).then(pl.col(column))


def days_before_event(column: str, longest: int) -> pl.Expr:
    """Return whole days from a date to the event, null when after it or older than ``longest``."""
    return inside((pl.col("ev_date") - pl.col(column)).dt.total_days(), 0, longest)


@cache
def crosswalk(name: str, key: str | tuple[str, ...], value: str) -> dict[str, str]:
    """Return a mapping from ``data/reference/NAME.csv``; keys of several columns join by a colon.

    Raises
    ------
    ValueError
        A key stands twice: the table would decode one code in two ways.
    """
    table = pl.read_csv(paths.reference() / f"{name}.csv", infer_schema=False)
    joined = table.select(pl.concat_str(key, separator=":").alias("key"), value).drop_nulls()
    if twice := joined.filter(joined["key"].is_duplicated())["key"].unique().to_list():
        raise ValueError(f"{name}.csv: {key} {twice[0]!r} stands twice; keep one row for each")
    return dict(joined.iter_rows())


def decoded(expr: pl.Expr, mapping: dict[str, str]) -> pl.Expr:
    """Return ``expr`` through ``mapping``; codes that the table lacks become null."""
    return expr.replace_strict(mapping, default=None, return_dtype=pl.String)
