"""Place: the region a flight is planned through, and where the event happened.

At dispatch a forecaster knows the region, not the site: position is rounded to whole degrees
(about 60 nm) there, and distances to an airport or which side of its fence count from the event.
"""

import polars as pl

from hindcast.features.declare import Group, Horizon, code, crosswalk, decoded, inside, told, within

_plan = Group("place", Horizon.DISPATCH)
_site = Group("place", Horizon.EVENT)
_STATE = code("ev_state")
_LAT, _LON = within("dec_latitude", -90, 90), within("dec_longitude", -180, 180)
_NEAREST = pl.col("nearest_airport_sm")
_AIRPORTS = "airportsdata (nearest landing field), events.dec_latitude, dec_longitude"
_FIELDS = "airportsdata (fields around the nearest one), events.dec_latitude, dec_longitude"
_MOUNTAINS = ("AK", "AZ", "CA", "CO", "ID", "MT", "NM", "NV", "OR", "UT", "WA", "WY")


def _of_state(table: str, column: str) -> pl.Expr:
    return decoded(_STATE, crosswalk(table, "ev_state", column))


FEATURES = (
    _plan.number("latitude_deg", _LAT.round(0), "deg", "events.dec_latitude",
                 "climate and daylight of the region, to a whole degree"),
    _plan.number("longitude_deg", _LON.round(0), "deg", "events.dec_longitude",
                 "coast, plains or mountains, to a whole degree"),
    _plan.category("state", _STATE, "events.ev_state",
                   "terrain, climate and kinds of flying differ by state"),
    _plan.category("faa_region", _of_state("states", "faa_region"), "events.ev_state; states.csv",
                   "FAA's regions: who oversees"),
    _plan.category("census_division", _of_state("census_divisions", "census_division"),
                   "events.ev_state; census_divisions.csv",
                   "region in the statistics' own division"),
    _plan.flag("is_alaska", _STATE == "AK", "events.ev_state",
               "bush flying, floats and skis, far from help"),
    _plan.number("region_elevation_ft", inside(pl.col("nearest_airport_elev_ft"), -300, 15000),
                 "ft", _AIRPORTS, "elevation of the nearest field stands for that of the region: "
                 "thin air and high ground"),
    _site.flag("is_off_airport", told(code("ev_nr_apt_loc"), ("OFAP",), ("ONAP", "ONAS")),
        "events.ev_nr_apt_loc", "off the field there is terrain, speed, and no fire service"),
    _site.number("airport_distance_sm", within("apt_dist", 0, 500), "sm", "events.apt_dist",
                 "how far from the field, as reported"),
    _site.number("nearest_airport_sm", inside(_NEAREST, 0, 500), "sm", _AIRPORTS,
                 "how far from any landing field, from the position itself"),
    _site.flag("is_within_1_sm_of_a_field", _NEAREST <= 1, _AIRPORTS,
               "a check on the reported side of the fence, known for every position"),
    _site.number("airport_elevation_ft", within("apt_elev", -300, 15000), "ft", "events.apt_elev",
                 "elevation of the airport named in the report",
                 related="region_elevation_ft is often the same field"),
    _site.number("runway_length_ft", within("rwy_len", 100, 20000), "ft", "aircraft.rwy_len",
                 "a runway is in play, and how much of it there is"),
    _site.number("runway_width_ft", within("rwy_width", 10, 600), "ft", "aircraft.rwy_width",
                 "narrow strips are private and short"),
    _site.flag("is_departure_point", told(code("dprt_pt_same_ev"), ("Y",), ("N",)),
        "aircraft.dprt_pt_same_ev", "the event happened where the flight began: low and slow"),
    _site.flag("is_in_departure_state", code("dprt_state") == _STATE,
               "aircraft.dprt_state, events.ev_state", "close to where the flight began"),
    _plan.number("relief_50km_ft", pl.col("relief_50km_ft"), "ft", _FIELDS,
                 "spread of the elevations of the fields around: mountains or plains"),
    _plan.number("height_above_fields_ft", pl.col("height_above_fields_ft"), "ft", _FIELDS,
                 "nearest field above the middle of those around: on a ridge or in the valley"),
    _plan.number("fields_within_25sm", pl.col("fields_within_25sm"), "fields", _FIELDS,
                 "how much is flown here, and how near a place to land is",
                 related="fields_within_50sm counts them too"),
    _plan.number("fields_within_50sm", pl.col("fields_within_50sm"), "fields", _FIELDS,
                 "settled country or wilderness"),
    _site.number("nearest_public_airport_sm", pl.col("nearest_public_airport_sm"), "sm", _FIELDS,
                 "from the nearest field to one with scheduled service: help and hospitals"),
)  # fmt: skip
