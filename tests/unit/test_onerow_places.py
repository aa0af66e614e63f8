"""What is nearest to one point is what the search tree finds for many."""

import datetime as dt

import airportsdata
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcast.features import airports, geography, solar, terrain
from hindcast.features.onerow import places

latitudes, longitudes = st.floats(-90, 90), st.floats(-180, 180)
FIELDS = airports.fields()


def test_landing_fields_are_those_of_the_package():
    known = list(airportsdata.load("ICAO").values())
    assert FIELDS.identifier.tolist() == [field["icao"] for field in known]
    assert FIELDS.time_zone.tolist() == [field["tz"] for field in known]
    assert FIELDS.elevation_ft.tolist() == [field["elevation"] for field in known]
    points = geography.unit_vectors(*([field[of] for field in known] for of in ("lat", "lon")))
    assert np.array_equal(FIELDS.tree.data, points)
    assert FIELDS.public_tree.n == sum(bool(field["iata"]) for field in known)


@settings(max_examples=200, deadline=None)
@given(latitudes, longitudes)
def test_anywhere_the_nearest_field_is_the_trees(latitude, longitude):
    is_the_trees(latitude, longitude)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(FIELDS.identifier) - 1), st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_near_fields_the_nearest_is_the_trees(number, north, east):
    x, y, z = FIELDS.tree.data[number]
    latitude, longitude = np.degrees(np.arcsin(z)), np.degrees(np.arctan2(y, x))
    is_the_trees(float(np.clip(latitude + north, -90, 90)), float(longitude + east))


def is_the_trees(latitude, longitude):
    frame = pl.DataFrame({"dec_latitude": [latitude], "dec_longitude": [longitude]})
    many = airports.nearest(frame)
    one = dict(zip(airports.COLUMNS, places.nearest(latitude, longitude), strict=True))
    expected = many.row(0, named=True)
    assert one.pop("nearest_airport_sm") == pytest.approx(
        expected.pop("nearest_airport_sm"), abs=1e-6
    )
    assert one == expected
    land = dict(zip(terrain.COLUMNS, places.land(one["nearest_airport_row"], 1.0), strict=True))
    near = many.with_columns(nearest_airport_sm=1.0)
    assert land == terrain.facts(near).row(0, named=True)


def test_a_place_that_is_not_known_has_no_field():
    assert set(places.nearest(None, 10.0)) == set(places.nearest(10.0, None)) == {None}
    assert set(places.land(None, None)) == set(places.land(5, 100.0)) == {None}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 99), st.floats(38, 42), st.floats(-106, -102))))
def test_points_near_a_place_are_counted_as_by_distance(points):
    points = sorted(points)
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=day) for day, _, _ in points]
    north, east = [p[1] for p in points], [p[2] for p in points]
    around = places.Around(days, north, east, 100.0)
    starts = [dt.date(2020, 1, 1), dt.date(2020, 2, 1)]
    end = dt.date(2020, 3, 1)
    found = around.counts(40.0, -104.0, around.number(end), map(around.number, starts))
    km = geography.great_circle_km(north, east, 40.0, -104.0) if points else []
    for start, n in zip(starts, found, strict=True):
        is_in = (start <= day < end for day in days)
        assert n == sum(near and apart <= 100 for near, apart in zip(is_in, km, strict=True))


@settings(max_examples=200, deadline=None)
@given(st.floats(-2e9, 4e9), latitudes, longitudes)
def test_the_sun_of_one_place_is_that_of_many(seconds, latitude, longitude):
    many = solar.elevation_deg([seconds], [latitude], [longitude])[0]
    one = solar.elevation_deg_of_one(seconds, latitude, longitude)
    assert one == pytest.approx(many, abs=1e-6)
