"""Which records are asked for: a query's filters, and the conditions they stand for."""

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

Condition = tuple[str, list[Any]]
"""SQL with question marks, and the values that stand for them."""

# not \S, which takes U+0085 or U+FEFF for white space here and not there
_SEEN = r"[^\s\u0085\ufeff]"
Word = Annotated[
    str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True, pattern=_SEEN)
]
Words = Annotated[list[Word], Field(max_length=50)]
Population = Literal["us_accidents", "all"]
Severity = Literal["none", "minor", "serious", "fatal"]
INJURY = {"none": "NONE", "minor": "MINR", "serious": "SERS", "fatal": "FATL"}

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(given: Any) -> Any:
    """Refuse what Pydantic would take for seconds since 1970."""
    if (isinstance(given, str) and not _DAY.fullmatch(given)) or isinstance(given, (int, float)):
        raise ValueError(f"expected a day as 2019-12-31, got {str(given)[:40]!r}")
    return given


Day = Annotated[date, BeforeValidator(_day)]
Box = tuple[float, float, float, float]


def box_of(text: str) -> Box:
    """Return west, south, east and north of ``text``, in degrees.

    Raises
    ------
    ValueError
        It is not four numbers, or they lie outside the world.

    Examples
    --------
    >>> box_of("-125,32,-114,42")
    (-125.0, 32.0, -114.0, 42.0)
    """
    expected = f"expected west,south,east,north in degrees, as -125,32,-114,42; got {text[:60]!r}"
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise ValueError(expected) from None
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError(f"{expected}: longitudes within 180, south not above north")
    return west, south, east, north


def _checked(text: str) -> str:
    box_of(text)
    return text


BoxText = Annotated[str, StringConstraints(max_length=100), AfterValidator(_checked)]


class RecordFilter(BaseModel):
    """Filters that records, statistics and analytics share; a list means any of its values."""

    model_config = ConfigDict(extra="forbid")

    population: Population = Field(
        "us_accidents",
        description="`us_accidents`: accidents in the United States, the study's population; `all` "
        "adds incidents, and events abroad, which are reported selectively, the fatal ones most",
    )
    from_: Day | None = Field(
        None, alias="from", description="First day, ISO 8601", examples=["2015-01-01"]
    )
    to: Day | None = Field(None, description="Last day, ISO 8601", examples=["2019-12-31"])
    country: Words = Field([], description="Country code (`ev_country`)", examples=[["USA"]])
    state: Words = Field([], description="State code (`ev_state`)", examples=[["AK", "TX"]])
    severity: list[Severity] = Field([], description="Highest injury of the event", max_length=4)
    is_fatal: bool | None = Field(None, description="Whether somebody died within 30 days")
    acft_category: Words = Field([], description="Category code, as AIR, HELI, GLI")
    make: Words = Field([], description="Make of the first aircraft", examples=[["CESSNA"]])
    model: Words = Field([], description="Model of the first aircraft", examples=[["172S"]])
    far_part: Words = Field([], description="Part of the regulations, as 091, 121, 135")
    purpose: Words = Field([], description="Purpose of flight (`type_fly`), as PERS, INST, AAPL")
    phase: Words = Field([], description="Phase of flight, or its group, in words, as Landing")
    occurrence: Words = Field([], description="Defining occurrence: code, or in words")
    weather: Words = Field([], description="Basic weather: VMC, IMC or UNK")
    light: Words = Field([], description="Light code, as DAYL, NITE, NDRK")
    homebuilt: bool | None = Field(None, description="Whether the first aircraft is amateur-built")
    on_airport: bool | None = Field(None, description="Whether it happened on an airport")
    bbox: BoxText | None = Field(
        None,
        description="west,south,east,north in degrees; a box over the antimeridian has its west "
        "greater than its east",
        examples=["-125,32,-114,42"],
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ and self.to and self.from_ > self.to:
            raise ValueError(f"from ({self.from_}) is after to ({self.to})")
        return self

    def conditions(self) -> list[Condition]:
        """Return what the filters demand of a row of ``event``."""
        found = [one for one in (self._words(), *self._flags(), *self._days()) if one]
        if self.population == "us_accidents":
            found.append(("is_us_accident", []))
        if self.severity:
            found.append(_among("ev_highest_injury", [INJURY[one] for one in self.severity]))
        if self.bbox:
            found.append(within(box_of(self.bbox)))
        return found

    def _words(self) -> Condition | None:
        told = [
            any_of([_among(column, getattr(self, name)) for column in columns])
            for name, columns in _COLUMNS.items()
            if getattr(self, name)
        ]
        return all_of(told) if told else None

    def _flags(self) -> list[Condition]:
        return [
            (f"{column} = ?", [getattr(self, name)])
            for name, column in _FLAGS.items()
            if getattr(self, name) is not None
        ]

    def _days(self) -> list[Condition]:
        ends = (("ev_date >= ?", self.from_), ("ev_date <= ?", self.to))
        return [(sql, [day]) for sql, day in ends if day]


_COLUMNS = {
    "country": ("ev_country",),
    "state": ("ev_state",),
    "acft_category": ("acft_category",),
    "make": ("make",),
    "model": ("model",),
    "far_part": ("far_part",),
    "purpose": ("type_fly",),
    "phase": ("phase", "phase_group"),
    "occurrence": ("occurrence_code", "occurrence"),
    "weather": ("wx_cond_basic",),
    "light": ("light_cond",),
}
_FLAGS = {"is_fatal": "is_fatal", "homebuilt": "is_homebuilt", "on_airport": "is_on_airport"}


def _among(column: str, values: list[str]) -> Condition:
    return f"upper({column}) IN ({', '.join('?' * len(values))})", [v.upper() for v in values]


def within(box: Box) -> Condition:
    """Return the condition that a place lies in a box, also in one over the antimeridian."""
    west, south, east, north = box
    join = "AND" if west <= east else "OR"
    return (
        f"(latitude_deg BETWEEN ? AND ? AND (longitude_deg >= ? {join} longitude_deg <= ?))",
        [south, north, west, east],
    )


def all_of(conditions: list[Condition]) -> Condition:
    """Return one condition that holds where all do; none means any row.

    Examples
    --------
    >>> all_of([("a = ?", [1]), ("b > ?", [2])])
    ('(a = ?) AND (b > ?)', [1, 2])
    """
    return _joined(conditions, " AND ") if conditions else ("TRUE", [])


def any_of(conditions: list[Condition]) -> Condition:
    """Return one condition that holds where one of ``conditions`` does."""
    return _joined(conditions, " OR ")


def _joined(conditions: list[Condition], word: str) -> Condition:
    values = [value for _, some in conditions for value in some]
    return word.join(f"({sql})" for sql, _ in conditions), values
