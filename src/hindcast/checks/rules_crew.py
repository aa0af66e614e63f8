"""Gate 2, crew and their hours."""

import polars as pl

from hindcast.checks.rule import Declared

c = pl.col
on = Declared("Flight_Crew")
_PILOT = c("crew_category").is_in(["PLT", "CPLT", "DSTU", "FLTI", "KPLT"])
_WORSE = {"NONE": 0, "MINR": 1, "SERS": 2, "FATL": 3}


def _level(column: str) -> pl.Expr:
    return c(column).replace_strict(_WORSE, default=None, return_dtype=pl.Int8)


CREW = (
    on.blank("crew_age_zero", "crew_age", c("crew_age") == 0, "0 years stands for missing"),
    on.blank(
        "crew_age_out_of_range", "crew_age", ~c("crew_age").is_between(0, 100),
        "nobody over 100 flies as crew: the year of birth has a wrong digit",
    ),
    on.blank(
        "pilot_age_below_ten", "crew_age", _PILOT & (c("crew_age") < 10),
        "no pilot or student is younger than ten",
    ),
    on.note(
        "pilot_in_command_below_14", "crew_age",
        (c("crew_category") == "PLT") & (c("crew_age") < 14),
        "gliders may be flown alone from 14, other aircraft from 16",
    ),
    on.blank(
        "medical_after_event", "date_lst_med", c("date_lst_med") > c("_ev_date"),
        "the last medical before the event lies before it",
    ),
    on.blank(
        "medical_long_ago", "date_lst_med",
        c("_ev_date").dt.year() - c("date_lst_med").dt.year() > 60,
        "a medical 60 years old is a wrong century",
    ),
    on.blank(
        "flight_review_after_event", "bfr_date", c("bfr_date") > c("_ev_date"),
        "the last flight review before the event lies before it",
    ),
    on.blank(
        "flight_review_before_it_existed", "bfr_date", c("bfr_date").dt.year() < 1974,
        "flight reviews were introduced in 1974",
    ),
    on.note(
        "hours_as_of_after_event", "ft_as_of",
        (c("ft_as_of") - c("_ev_date")).dt.total_days() > 31,
        "hours are counted up to the event; this count is dated later",
    ),
    on.note(
        "basicmed_before_2017", "med_certf",
        (c("med_certf") == "BASC") & (c("_ev_date") < pl.datetime(2017, 5, 1)),
        "BasicMed exists since May 2017",
    ),
    on.note(
        "sport_pilot_before_2004", "med_certf",
        (c("med_certf") == "SPRT") & (c("_ev_date") < pl.datetime(2004, 9, 1)),
        "the sport pilot's medical exists since September 2004",
    ),
    on.note(
        "medical_date_without_medical", "med_certf date_lst_med",
        (c("med_certf") == "NONE") & c("date_lst_med").is_not_null(),
        "no medical, and a date of it: an expired one, or a slip",
    ),
    on.note(
        "crew_injury_above_event", "crew_inj_level",
        _level("crew_inj_level") > _level("_ev_highest_injury"),
        "nobody is hurt worse than the event's highest injury",
    ),
    on.note(
        "two_pilots_in_command", "crew_category",
        (c("crew_category") == "PLT")
        & ((c("crew_category") == "PLT").sum().over("ev_id", "Aircraft_Key") > 1),
        "one pilot is in command of one aircraft; the first listed is taken",
    ),
    on.note(
        "crew_category_missing", "crew_category", c("crew_category").is_null(),
        "whether this is the pilot is not said",
    ),
)  # fmt: skip

of = Declared("flight_time")
_type, _craft, _hours = c("flight_type"), c("flight_craft"), c("flight_hours")
_ALL = _craft == "ALL"
_TOTAL_ALL = (_type == "TOTL") & _ALL


def _above(flight_type: str, hours: float) -> pl.Expr:
    return (_type == flight_type) & (_hours > hours)


HOURS = (
    of.blank("hours_negative", "flight_hours", _hours < 0, "nobody flies fewer than no hours"),
    of.blank(
        "total_hours_zero", "flight_hours", _TOTAL_ALL & (_hours == 0),
        "0 hours of flying in all stands for missing: even a first lesson counts",
    ),
    of.blank(
        "total_hours_out_of_range", "flight_hours", _hours > 65_000,
        "the most ever logged by one pilot is 65,000 hours; 99999 stands for missing",
    ),
    of.blank(
        "hours_24h_above_24", "flight_hours", _above("L24H", 24), "24 hours have 24 hours",
    ),
    of.blank(
        "hours_30d_above_30_days", "flight_hours", _above("L30D", 30 * 24),
        "more hours than 30 days have",
    ),
    of.blank(
        "hours_90d_above_90_days", "flight_hours", _above("L90D", 90 * 24),
        "more hours than 90 days have",
    ),
    of.blank(
        "hours_24h_above_30d", "flight_hours", (_type == "L24H") & (_hours > c("_l30d")),
        "the last 24 hours are part of the last 30 days",
    ),
    of.blank(
        "hours_30d_above_90d", "flight_hours", (_type == "L30D") & (_hours > c("_l90d")),
        "the last 30 days are part of the last 90",
    ),
    of.blank(
        "hours_90d_above_total", "flight_hours", (_type == "L90D") & (_hours > c("_totl")),
        "the last 90 days are part of all hours",
    ),
    of.blank(
        "hours_in_command_above_total", "flight_hours", (_type == "PIC") & (_hours > c("_totl")),
        "the hours in command are part of all hours",
    ),
    of.blank(
        "hours_of_part_above_all", "flight_hours",
        ~_ALL & (_craft != "SIMU") & (_hours > c("_all_craft")),
        "the hours in one kind of aircraft are part of the hours in all",
    ),
)  # fmt: skip
