"""Events, aircraft, crew and findings as they are answered: codes with their meaning beside them.

Every field is a column of the edition of the same name; no personal column is there. Left out are
registration, serial number, names, addresses and certificates of owners and operators, the city
and airport of the event, and of crew all but role, medical class and bands of hours.
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from hindcast.serve.records.filters import Population, RecordFilter

Sort = Literal["-date", "date", "-deaths", "deaths", "-ev_id", "ev_id"]


class Record(BaseModel):
    """A row of the edition."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def columns(cls) -> str:
        """Return the columns of the edition that the answer holds, for a SELECT."""
        return ", ".join(cls.model_fields)


class Event(Record):
    """One accident or incident, with its first aircraft."""

    ev_id: str = Field(description="NTSB's key of the event", examples=["20200101X00001"])
    ev_date: date | None = Field(description="Day, local", examples=["2020-01-01"])
    ev_hour: int | None = Field(
        description="Hour of the day as recorded; some releases hold UTC where NTSB says local"
    )
    ev_type: str | None = Field(description="ACC or INC")
    ev_type_name: str | None
    is_us_accident: bool = Field(description="An accident in the United States")
    ev_country: str | None
    ev_state: str | None = Field(examples=["AK"])
    state: str | None = Field(examples=["Alaska"])
    faa_region: str | None
    latitude_deg: float | None = Field(description="Rounded to 0.001 degree, about 110 m")
    longitude_deg: float | None = Field(description="Rounded to 0.001 degree, at most 110 m")
    is_on_airport: bool | None
    airport_distance_sm: float | None = Field(description="Distance to the airport, statute miles")
    ev_highest_injury: str | None = Field(description="NONE, MINR, SERS or FATL; null is unknown")
    severity: str | None = Field(description="The same in words", examples=["Fatal"])
    is_fatal: bool | None = Field(description="Death within 30 days; null where not told")
    n_deaths: int | None
    n_seriously_injured: int | None
    n_slightly_injured: int | None
    n_uninjured: int | None
    n_deaths_on_ground: int | None
    era: str = Field(description="Coding scheme: the same number means other things in the other")
    phase_no: str | None = Field(description="Phase of flight at the defining occurrence: code")
    phase: str | None = Field(examples=["Enroute-Cruise"])
    phase_group: str | None = Field(examples=["Enroute"])
    occurrence_code: str | None = Field(description="Defining occurrence: code")
    occurrence: str | None = Field(examples=["Loss of control in flight"])
    is_midair: bool | None
    wx_cond_basic: str | None = Field(description="VMC, IMC or UNK")
    wx_cond_basic_name: str | None
    light_cond: str | None
    light_cond_name: str | None
    sky_cond_ceil: str | None
    sky_cond_ceil_name: str | None
    sky_ceil_ht_ft: float | None = Field(description="Ceiling above ground, feet")
    vis_sm: float | None = Field(description="Visibility, statute miles")
    wind_vel_kts: float | None = Field(description="Wind, knots")
    gust_kts: float | None = Field(description="Gusts, knots")
    wx_temp_deg_c: float | None = Field(description="Temperature, degrees Celsius")
    wx_dew_pt_deg_c: float | None = Field(description="Dew point, degrees Celsius")
    acft_category: str | None = Field(examples=["AIR"])
    acft_category_name: str | None = Field(examples=["Airplane"])
    make: str | None = Field(description="Makes told by few events are OTHER", examples=["CESSNA"])
    model: str | None = Field(description="Models told by few events are OTHER")
    is_homebuilt: bool | None
    n_engines: int | None
    far_part: str | None = Field(examples=["091"])
    far_part_name: str | None = Field(examples=["Part 91: General Aviation"])
    type_fly: str | None = Field(examples=["PERS"])
    purpose: str | None = Field(examples=["Personal"])
    damage: str | None = Field(examples=["SUBS"])
    damage_name: str | None = Field(examples=["Substantial"])
    n_aircraft: int
    n_crew: int
    n_findings: int
    n_occurrences: int


class EventDetail(Event):
    """One event with its probable cause."""

    probable_cause: str | None = Field(
        description="NTSB's words, registration marks masked; null where not yet determined"
    )


class Aircraft(Record):
    """One aircraft of an event."""

    ev_id: str
    aircraft_number: int = Field(description="1 is the first aircraft of the event")
    acft_category: str | None
    acft_category_name: str | None
    make: str | None = Field(description="Makes told by few events are OTHER")
    model: str | None
    built_year: int | None
    is_homebuilt: bool | None
    n_engines: int | None
    engine_type: str | None = Field(description="Of the first engine: REC, TP, TF, TJ, TS, ...")
    engine_power_hp: float | None
    n_seats: int | None
    has_retractable_gear: bool | None
    max_gross_weight_lbs: float | None = Field(description="Certified maximum gross weight, pounds")
    far_part: str | None
    far_part_name: str | None
    type_fly: str | None
    purpose: str | None
    damage: str | None
    damage_name: str | None
    acft_fire: str | None
    acft_fire_name: str | None
    acft_expl: str | None
    acft_expl_name: str | None


class Crew(Record):
    """One member of the crew: a role and bands, not a person."""

    ev_id: str
    aircraft_number: int
    crew_number: int
    crew_category: str | None = Field(examples=["PLT"])
    crew_category_name: str | None = Field(examples=["Pilot"])
    med_certf: str | None = Field(description="Class of the medical certificate")
    med_certf_name: str | None
    total_hours_band: str | None = Field(description="Flight hours", examples=["2: 100-499"])
    make_hours_band: str | None = Field(description="Flight hours in this make")


class Finding(Record):
    """One finding of the investigation."""

    ev_id: str
    aircraft_number: int
    finding_number: int
    finding_code: str | None = Field(description="Ten digits, two a level", examples=["0206304044"])
    category: str | None
    subcategory: str | None
    section: str | None
    modifier: str | None
    cause_factor: str | None = Field(description="C cause, F factor; not told since 2020")


class Paged(RecordFilter):
    """Filters, an order and a page."""

    sort: Sort = Field("-date", description="Order; `-` is descending. Ties go by ev_id")
    limit: int = Field(50, ge=1, le=500, description="Events on a page")
    cursor: str | None = Field(
        None, max_length=400, description="`next_cursor` of the page before, with the same filters"
    )


class EventPage(BaseModel):
    """One page of events."""

    model_config = ConfigDict(extra="forbid")

    population: Population
    n_matching: int = Field(description="Events that the filters leave, over all pages")
    items: list[Event]
    next_cursor: str | None = Field(description="Give it as `cursor`; null on the last page")


class AircraftList(BaseModel):
    """The aircraft of one event."""

    items: list[Aircraft]


class CrewList(BaseModel):
    """The crew of one event."""

    items: list[Crew]


class FindingList(BaseModel):
    """The findings of one event."""

    items: list[Finding]
