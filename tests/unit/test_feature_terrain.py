"""The land around a field, from the fields around it."""

import numpy as np
import polars as pl
import pytest

from hindcast.features import airports, terrain


def told(latitude: float, longitude: float) -> dict:
    place = pl.DataFrame({"dec_latitude": [latitude], "dec_longitude": [longitude]})
    return terrain.facts(airports.nearest(place)).row(0, named=True)


def test_mountains_have_more_relief_than_plains():
    aspen, wichita = told(39.22, -106.87), told(37.65, -97.43)
    assert aspen["relief_50km_ft"] > 1000 > wichita["relief_50km_ft"] > 0


def test_settled_country_has_more_fields_than_wilderness():
    assert told(42.2, -88.3)["fields_within_25sm"] > told(66.5, -152.0)["fields_within_25sm"]


def test_wider_circles_hold_at_least_as_many_fields():
    facts = terrain.of_fields()
    narrow, wide = facts[:, 2], facts[:, 3]
    assert (wide >= narrow).all()
    assert (narrow >= 0).all()


def test_a_field_with_service_is_its_own_nearest():
    assert told(41.98, -87.90)["nearest_public_airport_sm"] == pytest.approx(0, abs=1e-6)


def test_far_from_every_field_nothing_is_told():
    assert set(told(30.0, -150.0).values()) == {None}


def test_unknown_places_are_unknown_and_rows_keep_their_order():
    frame = pl.DataFrame({"dec_latitude": [None, 37.65], "dec_longitude": [-97.0, -97.43]})
    facts = terrain.facts(airports.nearest(frame))
    assert facts.row(0) == (None,) * len(terrain.COLUMNS)
    assert None not in facts.row(1)


@pytest.mark.parametrize("place", [(37.65, -97.43), (30.0, -150.0)])
def test_one_row_is_told_as_many_are(place):
    frame = pl.DataFrame({"dec_latitude": [place[0]], "dec_longitude": [place[1]]})
    nearest = airports.nearest(frame)
    row = terrain.of_row(nearest["nearest_airport_row"][0], nearest["nearest_airport_sm"][0])
    assert row == terrain.facts(nearest).row(0, named=True)


def test_relief_leaves_out_the_highest_and_the_lowest():
    known = airports.fields()
    place = known.tree.query(airports.geography.unit_vectors(39.22, -106.87))[1]
    apart, index = known.tree.query(known.tree.data[place], k=terrain.NEIGHBOURS)
    near = known.elevation_ft[index[airports.geography.chord_to_km(apart) <= terrain.RADIUS_KM]]
    ordered = np.sort(near)
    assert terrain.of_fields()[place, 0] == ordered[-2] - ordered[1]


def test_facts_that_were_kept_are_taken_and_broken_ones_worked_out_anew(tmp_path, monkeypatch):
    own = terrain.of_fields()
    monkeypatch.setattr(terrain, "_KEPT", {})
    terrain.keep(tmp_path)
    (kept,) = tmp_path.glob("land-*.npy")
    terrain.of_fields.cache_clear()
    assert np.array_equal(terrain.of_fields(), own, equal_nan=True)
    np.save(kept, own + 1)
    terrain.keep(tmp_path)
    terrain.of_fields.cache_clear()
    assert np.array_equal(terrain.of_fields(), own + 1, equal_nan=True)
    kept.write_bytes(b"half")
    terrain.keep(tmp_path)
    assert np.array_equal(np.load(kept), own, equal_nan=True)
    terrain.of_fields.cache_clear()
