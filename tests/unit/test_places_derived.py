"""Distances, the nearest landing field, and what enrich makes of them."""

import math
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcast.features import airports, geography
from hindcast.features.derive import enrich

LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)


def haversine_km(latitude, longitude, to_latitude, to_longitude) -> float:
    """The textbook formula, another way to the same distance."""
    p, q = math.radians(latitude), math.radians(to_latitude)
    a = math.sin((q - p) / 2) ** 2
    a += math.cos(p) * math.cos(q) * math.sin(math.radians(to_longitude - longitude) / 2) ** 2
    return 2 * geography.EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(a)))


@given(st.tuples(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES))
def test_great_circle_is_the_haversine(ends):
    found = float(geography.great_circle_km(*ends))
    assert found == pytest.approx(haversine_km(*ends), rel=1e-6, abs=1e-3)


def test_distance_of_two_airports():
    """JFK to LAX: 2,475 statute miles on the ellipsoid (Great Circle Mapper)."""
    km = float(geography.great_circle_km(40.6398, -73.7789, 33.9425, -118.4081))
    assert km / geography.KM_PER_SM == pytest.approx(2475, rel=0.005)


def test_chord_and_distance_are_inverse():
    for km in (0.0, 0.1, 100.0, 20_000.0):
        assert float(geography.chord_to_km(geography.chord(km))) == pytest.approx(km, abs=1e-3)


def places(*points) -> pl.DataFrame:
    schema = {"dec_latitude": pl.Float64, "dec_longitude": pl.Float64}
    return pl.DataFrame(points, schema=schema, orient="row")


def test_nearest_field_of_known_places():
    """Leadville, Colorado, is the highest airport of North America (9,934 ft)."""
    found = airports.nearest(places((39.2203, -106.3167), (40.0, -150.0)))
    assert found["nearest_airport_sm"][0] < 1
    assert found["nearest_airport_elev_ft"][0] == pytest.approx(9934, abs=5)
    assert found["nearest_airport_time_zone"][0] == "America/Denver"
    assert found["nearest_airport_sm"][1] > 500


def test_nearest_field_is_the_nearest():
    fields = airports.fields()
    point = geography.unit_vectors([61.3], [-152.7])
    every = geography.chord_to_km(np.linalg.norm(fields.tree.data - point, axis=1))
    found = airports.nearest(places((61.3, -152.7)))["nearest_airport_sm"].item()
    assert found == pytest.approx(every.min() / geography.KM_PER_SM)


def test_nearest_field_is_found_across_the_antimeridian():
    east, west = airports.nearest(places((51.9, 179.99), (51.9, -179.99)))["nearest_airport_sm"]
    assert abs(east - west) < 2


def test_unknown_places_have_no_nearest_field():
    found = airports.nearest(places((None, -93.0), (45.0, None), (45.0, -93.0)))
    assert found["nearest_airport_sm"].is_null().to_list() == [True, True, False]
    assert airports.nearest(pl.DataFrame({"ev_id": ["a"]})).null_count().row(0) == (1,) * 5


def test_enrich_keeps_rows_and_their_order():
    frame = places((45.0, -93.0), (None, None), (30.0, -97.0)).with_columns(
        ev_id=pl.Series(["c", "a", "b"]), ev_date=pl.lit(date(2015, 1, 1))
    )
    result = enrich(frame)
    assert result.select(frame.columns).equals(frame)
    assert result["nearest_airport_sm"].is_null().to_list() == [False, True, False]


def test_enrich_of_bare_and_empty_frames_has_all_columns():
    bare = enrich(pl.DataFrame({"ev_id": ["a"]}))
    empty = enrich(places().with_columns(ev_date=pl.lit(None, pl.Date)))
    derived = set(bare.columns) - {"ev_id"}
    assert derived <= set(empty.columns)
    assert bare.select(derived).null_count().sum_horizontal().item() == len(derived)
