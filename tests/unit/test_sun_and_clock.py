"""The sun against published values, zones against known offsets, the clock against light codes."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcast import paths
from hindcast.features import clock, time_zones
from hindcast.features.derive import enrich
from hindcast.features.solar import elevation_deg


def sun(when: tuple[int, ...], latitude: float, longitude: float) -> float:
    return float(elevation_deg(datetime(*when, tzinfo=UTC).timestamp(), latitude, longitude))


def test_solar_position_of_the_published_example():
    """Reda and Andreas, Solar Position Algorithm, NREL/TP-560-34302 (2008), appendix A.5."""
    assert sun((2003, 10, 17, 19, 30, 30), 39.742476, -105.1786) == pytest.approx(39.872, abs=0.02)


@pytest.mark.parametrize(
    ("when", "latitude", "longitude", "expected"),
    [
        ((2010, 6, 21, 18, 10), 44.9375, -93.06, 68.4848),
        ((1995, 12, 21, 21, 55), 61.17, -150.0, 5.3909),
        ((2020, 3, 20, 4, 40), 21.3, -157.9, -0.2298),
        ((2015, 1, 1, 2, 0), -33.9, 151.2, 79.1284),
        ((2008, 2, 29, 5, 0), 40.0, -75.0, -57.7042),
        ((2021, 9, 22, 0, 5), 0.0, 179.9, 87.0428),
        ((2012, 6, 21, 10, 30), 71.3, -156.8, 4.7359),
    ],
)
def test_solar_elevation_as_another_library_gives_it(when, latitude, longitude, expected):
    """Values of astral 3.2 (``elevation``, without refraction)."""
    assert sun(when, latitude, longitude) == pytest.approx(expected, abs=0.001)


@given(st.floats(24, 89), st.integers(0, 4_000_000_000))
def test_highest_and_lowest_sun_of_a_day_mirror_the_declination(latitude, start):
    """North of the tropic: noon is the colatitude above the declination, midnight below it."""
    day = elevation_deg(start + np.arange(0, 86_400, 60), latitude, 0.0)
    assert (day.max() - day.min()) / 2 == pytest.approx(90 - latitude, abs=0.5)
    declination = (day.max() + day.min()) / 2
    assert abs(declination) <= 23.45 + 0.3


def frame_of(*rows: dict) -> pl.DataFrame:
    usual = {
        "release": "r", "ev_date": date(2015, 7, 1), "ev_time": 1300, "ev_tmzn": None,
        "ev_state": "IL", "light_cond": "DAYL", "dec_latitude": 40.0, "dec_longitude": -89.0,
        "nearest_airport_sm": 3.0, "nearest_airport_time_zone": "America/Chicago",
    }  # fmt: skip
    schema = {"ev_tmzn": pl.String, "ev_time": pl.Int64, "light_cond": pl.String}
    return pl.DataFrame([usual | row for row in rows], schema_overrides=schema)


def utc_hour(**facts) -> float | None:
    utc = clock.times(frame_of(facts))["utc"].item()
    return None if utc is None else utc.hour + utc.minute / 60


@pytest.mark.parametrize(
    ("facts", "hour"),
    [
        ({"ev_time": 1300}, 18.0),
        ({"ev_time": 730}, 12.5),
        ({"ev_date": date(2015, 1, 1)}, 19.0),
        ({"ev_date": date(2006, 4, 1)}, 19.0),
        ({"ev_date": date(2007, 4, 1)}, 18.0),
        ({"ev_state": "AZ", "nearest_airport_time_zone": "America/Phoenix"}, 20.0),
        ({"ev_state": "AZ", "nearest_airport_time_zone": "America/Denver"}, 19.0),
        ({"ev_state": "TX", "nearest_airport_time_zone": "America/Denver"}, 19.0),
        ({"ev_state": "IL", "nearest_airport_time_zone": "America/New_York"}, 18.0),
        ({"ev_state": "HI"}, 23.0),
        ({"ev_state": None, "nearest_airport_sm": 900.0, "dec_longitude": -150.0}, 23.0),
        ({"ev_tmzn": "EDT"}, 17.0),
        ({"ev_tmzn": "UTC"}, 13.0),
        ({"ev_tmzn": "AST"}, 18.0),
        ({"ev_tmzn": "   "}, 18.0),
    ],
)
def test_local_time_becomes_utc(facts, hour):
    """Daylight time began in April before 2007, in March since (Energy Policy Act of 2005)."""
    assert utc_hour(**facts) == hour


@pytest.mark.parametrize("no_time", [None, 2460, 2400, 1275, -5, 9999])
def test_what_is_no_time_of_day_is_unknown(no_time):
    assert utc_hour(ev_time=no_time) is None


def test_a_time_that_the_spring_change_skips_is_unknown():
    assert utc_hour(ev_date=date(2015, 3, 8), ev_time=230) is None
    assert utc_hour(ev_date=date(2015, 3, 8), ev_time=330) == 8.5


def test_midnight_is_a_time():
    assert utc_hour(ev_time=0) == 5.0


def a_year(is_utc: bool, release: str = "r", n: int = 120) -> list[dict]:
    """Accidents through the local hours of a year, with the light code that fits the local hour."""
    rows = []
    for i in range(n):
        local = datetime(2015, 6, 1) + timedelta(days=i % 40, hours=(i * 7) % 24)
        code = "DAYL" if 7 <= local.hour <= 18 else "NITE" if not 5 <= local.hour <= 21 else None
        told = local + timedelta(hours=5) if is_utc else local
        rows.append({
            "ev_date": told.date(), "ev_time": told.hour * 100, "light_cond": code,
            "release": release, "local": local,
        })  # fmt: skip
    return rows


@pytest.mark.parametrize("is_utc", [False, True])
def test_light_codes_tell_the_clock_of_a_release(is_utc):
    frame = frame_of(*a_year(is_utc))
    assert clock.evidence(frame)["is_utc"].to_list() == [is_utc]
    times = clock.times(frame)
    assert times["local_date"].to_list() == frame["local"].dt.date().to_list()
    assert times["local_hour"].to_list() == frame["local"].dt.hour().to_list()


@pytest.mark.parametrize("is_utc", [False, True])
def test_a_release_without_light_codes_is_judged_by_daylight(is_utc):
    by_day = [row for row in a_year(is_utc, n=240) if 7 <= row["local"].hour <= 18]
    frame = frame_of(*by_day).with_columns(light_cond=pl.lit(None, pl.String))
    assert clock.evidence(frame).select("n", "is_utc").rows() == [(len(by_day), is_utc)]
    assert clock.times(frame)["local_hour"].to_list() == frame["local"].dt.hour().to_list()


def test_each_release_keeps_its_own_clock():
    frame = frame_of(*a_year(is_utc=True, release="new"), *a_year(is_utc=False, release="old"))
    assert clock.evidence(frame).select("release", "is_utc").rows() == [
        ("new", True),
        ("old", False),
    ]
    assert clock.times(frame)["local_hour"].to_list() == frame["local"].dt.hour().to_list()


def test_a_few_rows_cannot_overrule_the_dictionary():
    rows = frame_of(*a_year(is_utc=True)[: clock.MIN_ROWS - 1])
    assert clock.times(rows)["local_hour"].to_list() == (rows["ev_time"] // 100).to_list()


def test_rows_with_a_recorded_zone_are_no_evidence():
    frame = frame_of(*[row | {"ev_tmzn": "UTC"} for row in a_year(is_utc=True)])
    assert clock.evidence(frame).height == 0
    assert clock.times(frame)["local_hour"].to_list() == frame["local"].dt.hour().to_list()


def test_sun_is_null_where_anything_is_missing():
    frame = frame_of({}, {"ev_time": None}, {"dec_latitude": None}, {"ev_date": None})
    given = frame.drop("nearest_airport_sm", "nearest_airport_time_zone")
    elevation = enrich(given)["sun_elevation_deg"]
    assert elevation[0] == pytest.approx(sun((2015, 7, 1, 18, 0), 40.0, -89.0))
    assert elevation[1:].is_null().all()


@pytest.mark.parametrize(
    ("table", "key"), [("state_time_zones.csv", "state"), ("time_zone_codes.csv", "code")]
)
def test_reference_zones_exist_once_each_and_name_their_source(table, key):
    zones = pl.read_csv(paths.reference() / table)
    assert zones[key].is_unique().all()
    assert zones["source"].null_count() == 0
    noon = pl.Series([datetime(2015, 7, 1, 12)])
    for zone in zones["time_zone"].drop_nulls().unique():
        assert time_zones.to_utc(noon, pl.Series([zone])).null_count() == 0


@given(st.datetimes(datetime(1962, 1, 1), datetime(2035, 1, 1)))
def test_utc_there_and_back(moment):
    zone = pl.Series(["America/Denver"])
    there = time_zones.from_utc(pl.Series([moment], dtype=pl.Datetime("us")), zone)
    apart = abs(time_zones.to_utc(there, zone).item() - moment)
    assert apart in (timedelta(0), timedelta(hours=1))  # an hour where the autumn repeats it
