"""Gate 2, events: identity, time, place."""

import polars as pl

from hindcast.checks.place import TOLERANCE_DEG, is_malformed_dms
from hindcast.checks.rule import Declared

c = pl.col
on = Declared("events")
FIRST_YEAR = 1962
_YEAR = c("ev_date").dt.year()
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKDAY = c("ev_date").dt.weekday().replace_strict(dict(enumerate(_WEEKDAYS, 1)), default=None)


def not_hhmm(column: str) -> pl.Expr:
    """Return whether a whole number is no time of day as hours and minutes (730 is 07:30).

    Examples
    --------
    >>> pl.DataFrame({"t": [730, 1275, 2400, 0]}).select(not_hhmm("t"))["t"].to_list()
    [False, True, True, False]
    """
    return ~c(column).is_between(0, 2359) | (c(column) % 100 > 59)


_DMS_OFF = pl.max_horizontal(
    (c("_dms_latitude") - c("dec_latitude")).abs(), (c("_dms_longitude") - c("dec_longitude")).abs()
)
_SPOT = ("ev_date", "ev_city", "ev_state", "dec_latitude", "dec_longitude")
_NO_POSITION = c("dec_latitude").is_null() & c("dec_longitude").is_null()
_HAS_POSITION = c("dec_latitude").is_not_null() & c("dec_longitude").is_not_null()
_FAR, _NEAR = c("_outside") > TOLERANCE_DEG, TOLERANCE_DEG
_EAST_WEST = c("_outside_east_west") <= _NEAR
_NORTH_SOUTH = c("_outside_north_south") <= _NEAR
_SWAPPED = c("_outside_swapped") <= _NEAR
_IN_USA = c("ev_country") == "USA"

TIME = (
    on.reject(
        "event_date_before_1962", "ev_date", _YEAR < FIRST_YEAR,
        "NTSB's data files begin with 1962; an earlier date is a slip that no other field corrects",
    ),
    on.reject(
        "event_date_after_release", "ev_date", c("ev_date") > c("_as_of"),
        "an event cannot lie after its release was made; without its date it cannot be put before "
        "or after any other event",
    ),
    on.note(
        "event_date_missing", "ev_date", c("ev_date").is_null(),
        "an undated event stays, and the study population leaves it out as a counted step",
    ),
    on.note(
        "event_id_form", "ev_id", ~c("ev_id").str.contains(r"^\d{8}X\d{5}[A-Z]?$|^\d{12,14}$"),
        "NTSB's identifiers are a date, X and five digits, or since 2020 digits alone",
    ),
    on.note(
        "report_number_missing", "ntsb_no", c("ntsb_no").is_null(),
        "the report number links the record to its docket",
    ),
    on.note(
        "report_number_shared", "ntsb_no",
        pl.when(c("ntsb_no").is_not_null()).then(c("ntsb_no").is_duplicated()),
        "a report number belongs to one event",
    ),
    on.repair(
        "event_year_disagrees", c("ev_year") != _YEAR,
        "the year column is derived from the date, which is taken to be right", ev_year=_YEAR,
    ),
    on.repair(
        "event_month_disagrees", c("ev_month") != c("ev_date").dt.month(),
        "the month column is derived from the date", ev_month=c("ev_date").dt.month(),
    ),
    on.repair(
        "event_weekday_disagrees", c("ev_dow").str.to_uppercase() != _WEEKDAY,
        "the weekday column is derived from the date", ev_dow=_WEEKDAY,
    ),
    on.blank(
        "event_time_not_hhmm", "ev_time", not_hhmm("ev_time"),
        "hours run to 23 and minutes to 59 (730 is 07:30)",
    ),
    on.note(
        "event_time_midnight", "ev_time", c("ev_time") == 0,
        "0 is midnight, or a time that nobody filled in",
    ),
    on.note(
        "event_time_missing", "ev_time", c("ev_time").is_null(),
        "a missing time goes with deaths: nobody was left to say when",
    ),
    on.blank(
        "weather_time_not_hhmm", "wx_obs_time", not_hhmm("wx_obs_time"),
        "hours run to 23 and minutes to 59",
    ),
    on.blank(
        "notification_time_not_hhmm", "ntsb_notf_tm", not_hhmm("ntsb_notf_tm"),
        "hours run to 23 and minutes to 59",
    ),
    on.note(
        "notified_before_event", "ntsb_notf_date",
        c("ntsb_notf_date").dt.date() < c("ev_date").dt.date(),
        "NTSB hears of an event after it happened",
    ),
    on.note(
        "changed_before_event", "lchg_date", c("lchg_date").dt.date() < c("ev_date").dt.date(),
        "a record cannot have been changed before its event",
    ),
    on.note(
        "event_entered_twice", " ".join(_SPOT),
        pl.when(_HAS_POSITION).then(pl.struct(_SPOT).is_duplicated()),
        "two events of one day at one spot may be one event entered twice",
    ),
)  # fmt: skip

DMS = (
    on.blank(
        "latitude_dms_malformed", "latitude", is_malformed_dms("latitude"),
        "minutes or seconds above 59, or not DDMMSSN: the parts lost their leading zeros when they "
        "were joined and cannot be told apart any more",
    ),
    on.blank(
        "longitude_dms_malformed", "longitude", is_malformed_dms("longitude"),
        "minutes or seconds above 59, or not DDDMMSSW",
    ),
    on.repair(
        "position_from_dms",
        _NO_POSITION & c("_dms_latitude").is_not_null() & c("_dms_longitude").is_not_null(),
        "older releases have degrees, minutes and seconds only",
        dec_latitude=c("_dms_latitude"), dec_longitude=c("_dms_longitude"),
    ),
    on.blank(
        "dms_disagrees_with_decimal", "latitude longitude", _DMS_OFF > 0.05,
        "both say where the event was, more than 0.05 degrees apart; the decimal one, which was "
        "measured and fits the states, stays",
    ),
    on.blank(
        "position_half_given", "dec_latitude dec_longitude",
        c("dec_latitude").is_null() != c("dec_longitude").is_null(),
        "a latitude without a longitude is no place",
    ),
    on.blank(
        "position_zero", "dec_latitude dec_longitude",
        (c("dec_latitude") == 0) & (c("dec_longitude") == 0),
        "0, 0 lies in the Gulf of Guinea and stands for missing",
    ),
)  # fmt: skip

PLACE = (
    on.repair(
        "longitude_sign", _FAR & _EAST_WEST,
        "with the other sign the longitude lies in the event's state: west was given as east "
        "(the western Aleutians, Guam and the Marianas are east and stay)",
        dec_longitude=-c("dec_longitude"),
    ),
    on.repair(
        "latitude_sign", _FAR & ~_EAST_WEST & _NORTH_SOUTH,
        "with the other sign the latitude lies in the event's state",
        dec_latitude=-c("dec_latitude"),
    ),
    on.repair(
        "position_swapped", _FAR & ~_EAST_WEST & ~_NORTH_SOUTH & _SWAPPED,
        "exchanged, latitude and longitude lie in the event's state",
        dec_latitude=c("dec_longitude").abs(), dec_longitude=-c("dec_latitude").abs(),
    ),
    on.blank(
        "position_outside_state", "dec_latitude dec_longitude",
        _FAR & ~_EAST_WEST & ~_NORTH_SOUTH & ~_SWAPPED,
        f"more than {TOLERANCE_DEG} degrees outside the event's state, and no sign or order of the "
        "two brings it there",
    ),
    on.blank(
        "latitude_out_of_range", "dec_latitude dec_longitude", c("dec_latitude").abs() > 90,
        "latitudes run from -90 to 90",
    ),
    on.blank(
        "longitude_out_of_range", "dec_latitude dec_longitude", c("dec_longitude").abs() > 180,
        "longitudes run from -180 to 180",
    ),
    on.note(
        "us_position_in_no_state", "dec_latitude dec_longitude",
        pl.when(_IN_USA & c("_outside").is_null()).then(~c("_in_any_box")),
        "an event in the United States, of no state, lies in no state, territory or search area",
    ),
    on.note(
        "us_state_missing", "ev_state", pl.when(_IN_USA).then(c("ev_state").is_null()),
        "an event in the United States, its territories or its waters without a state",
    ),
    on.note(
        "state_in_foreign_country", "ev_state ev_country",
        pl.when(~_IN_USA).then(c("_outside").is_not_null() & (c("_outside") <= _NEAR)),
        "the country is not the United States, the state and the position are",
    ),
    on.note(
        "country_missing", "ev_country", c("ev_country").is_null(),
        "the study population needs the country",
    ),
    on.note(
        "position_whole_degrees", "dec_latitude dec_longitude",
        (c("dec_latitude") % 1 == 0) & (c("dec_longitude") % 1 == 0),
        "a position to the degree is 100 km wide",
    ),
    on.blank(
        "airport_distance_out_of_range", "apt_dist", ~c("apt_dist").is_between(0, 200),
        "the nearest airport is never 200 statute miles away, and no distance is negative",
    ),
    on.note(
        "airport_distance_zero_off_airport", "apt_dist",
        (c("apt_dist") == 0) & (c("ev_nr_apt_loc") == "OFAP"),
        "off the airport and 0 miles from it: rounded down, or not filled in",
    ),
    on.blank(
        "airport_direction_out_of_range", "apt_dir", ~c("apt_dir").is_between(0, 360),
        "directions run from 0 to 360 degrees",
    ),
    on.blank(
        "airport_direction_zero", "apt_dir", c("apt_dir") == 0,
        "north is written 360; 0 stands for missing or for on the airport",
    ),
    on.blank(
        "airport_elevation_out_of_range", "apt_elev", ~c("apt_elev").is_between(-300, 15500),
        "no airport lies lower than the Dead Sea shore or higher than the Himalayan ones, in feet",
    ),
    on.blank(
        "zipcode_zero", "ev_site_zipcode", c("ev_site_zipcode").str.contains("^0+$"),
        "00000 is no postal code",
    ),
)  # fmt: skip
