"""Counts and fatal shares as they are answered: n and an interval beside every share."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from hindcast.serve.records.filters import Population, RecordFilter

ESTIMAND = (
    "Fatal share: of the events counted whose severity is told, those in which somebody died "
    "within 30 days. It says how severe accidents turn out, never how likely one is: there are no "
    "flight hours here. Intervals are Wilson's at 95%."
)


class Share(BaseModel):
    """A count of events and their fatal share."""

    model_config = ConfigDict(extra="forbid")

    n_events: int
    n_severity_known: int = Field(description="Events whose severity is told: the share's n")
    n_fatal: int
    n_deaths: int = Field(description="Deaths told, on the ground too")
    fatal_share: float | None = Field(description="Null where no severity is told")
    fatal_share_low: float | None = Field(description="Wilson's 95% interval, lower end")
    fatal_share_high: float | None = Field(description="Wilson's 95% interval, upper end")


class OfYear(Share):
    """The events of one year."""

    ev_year: int | None = Field(description="Null: the day is not told")


class OfState(Share):
    """The events of one state."""

    ev_state: str | None
    state: str | None
    faa_region: str | None


class OfAircraft(Share):
    """The events of one make, model or category of the first aircraft."""

    acft_category: str | None = None
    acft_category_name: str | None = None
    make: str | None = None
    model: str | None = None


class OfPhase(Share):
    """The events of one phase of flight; eras code phases in their own ways."""

    era: str
    phase_group: str


class OfPeriod(Share):
    """The events of one month or year; those without are there, with 0."""

    period: date = Field(description="First day of the month or year")


class Cell(Share):
    """The events in one cell of the grid."""

    bbox: tuple[float, float, float, float] = Field(
        description="west, south, east, north, degrees", examples=[[-120.0, 34.0, -117.6, 36.0]]
    )
    centre: tuple[float, float] = Field(description="longitude and latitude, degrees")


class Told(BaseModel):
    """What every statistic says of itself."""

    model_config = ConfigDict(extra="forbid")

    estimand: str = Field(description="What the share is a share of", examples=[ESTIMAND])
    population: Population


class Summary(Told, Share):
    """All events that the filters leave."""

    first_date: date | None
    last_date: date | None
    n_by_severity: dict[str, int] = Field(
        description="Events by highest injury", examples=[{"none": 10, "fatal": 2, "unknown": 1}]
    )


class Yearly(Told):
    """By year."""

    items: list[OfYear]


class ByState(Told):
    """By state."""

    items: list[OfState]


class ByAircraft(Told):
    """By make, model or category."""

    n_groups: int = Field(description="Groups there are; `limit` may leave some out")
    items: list[OfAircraft]


class ByPhase(Told):
    """By phase of flight."""

    items: list[OfPhase]


class TimeSeries(Told):
    """Counts over time."""

    by: Literal["month", "year"]
    items: list[OfPeriod]


class Clusters(Told):
    """Counts over a grid."""

    grid: str = Field(description="How the grid is made")
    n_without_place: int = Field(description="Events without coordinates, in no cell")
    items: list[Cell]


class Association(BaseModel):
    """How closely one field goes with death."""

    model_config = ConfigDict(extra="forbid")

    field: str
    measure: Literal["cramers_v", "point_biserial"]
    known_at: Literal["dispatch", "event", "scene"] = Field(
        description="When the field becomes known: see the horizons"
    )
    n: int = Field(description="Events whose severity and this field are told")
    n_levels: int = Field(description="Values that differ")
    value: float | None = Field(description="0..1, or -1..1 with a sign; null where undefined")
    low: float | None = Field(description="95% interval, lower end")
    high: float | None = Field(description="95% interval, upper end")


class Correlations(Told):
    """Association of death with the fields."""

    method: str = Field(description="How values and intervals are computed")
    items: list[Association]


class AircraftQuery(RecordFilter):
    """Filters, and what aircraft are told apart by."""

    by: Literal["make", "model", "category"] = Field("make", description="Groups of aircraft")
    limit: int = Field(100, ge=1, le=1000, description="Groups, those of most events first")


class SeriesQuery(RecordFilter):
    """Filters, and the length of a period."""

    by: Literal["month", "year"] = Field("month", description="Length of a period")


class ClusterQuery(RecordFilter):
    """Filters, and the size of a cell."""

    degrees: Literal["0.5", "1", "2", "5"] = Field(
        "2", description="Height of a cell, degrees of latitude (1 is 111 km)"
    )
    min_events: int = Field(1, ge=1, le=100_000, description="Least events of a cell told")
    limit: int = Field(1000, ge=1, le=5000, description="Cells, those of most events first")


class MapQuery(RecordFilter):
    """Filters, and how many."""

    limit: int = Field(1000, ge=1, le=5000, description="Events, the latest first")


class Point(BaseModel):
    """A place."""

    type: Literal["Point"]
    coordinates: tuple[float, float] = Field(
        description="Longitude and latitude, rounded to 0.001 degree (110 m)",
        examples=[[-149.99, 61.179]],
    )


class Properties(BaseModel):
    """What a map tells of an event."""

    model_config = ConfigDict(extra="forbid")

    ev_date: date | None
    severity: str | None
    is_fatal: bool | None
    acft_category: str | None
    make: str | None
    model: str | None
    phase_group: str | None


class Feature(BaseModel):
    """One event on a map."""

    type: Literal["Feature"]
    id: str = Field(description="ev_id", examples=["20200101X00001"])
    geometry: Point
    properties: Properties


class FeatureCollection(BaseModel):
    """Events on a map (RFC 7946)."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["FeatureCollection"]
    features: list[Feature]
    population: Population
    n_matching: int = Field(description="Events that the filters leave")
    n_without_place: int = Field(description="Of these, without coordinates: not on the map")
